package io.tinker4j.cli.merge;

import io.tinker4j.cli.merge.BaseModel.Placed;
import io.tinker4j.cli.merge.TensorFile.Tensor;
import io.tinker4j.cli.output.CommandException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A LoRA adapter and the base model that it is merged into: to each weight that the adapter changes
 * its product of two matrices, times alpha by rank, is added in single precision, and the sum
 * rounded to the weight's own type. All else of the model is copied. Takes as much memory as the
 * adapter needs for one weight, whatever the model's size. Not thread-safe.
 */
public final class AdapterMerge implements AutoCloseable {
  private static final int BLOCK = 1 << 20;

  private final LoraAdapter adapter;
  private final BaseModel base;
  private final Map<String, LoraFactors> factors = new HashMap<>();

  private AdapterMerge(LoraAdapter adapter, BaseModel base) {
    this.adapter = adapter;
    this.base = base;
  }

  /**
   * Looks whether a directory has a model's weights.
   *
   * @throws CommandException when it has not
   */
  public static void check(Path base) {
    BaseModel.open(base).close();
  }

  /**
   * Opens an adapter and its base model, and looks whether they fit. Writes nothing.
   *
   * @throws CommandException when a weight is missing, or of another shape or type; says which
   */
  public static AdapterMerge open(Path adapter, Path base) {
    LoraAdapter lora = LoraAdapter.open(adapter);
    BaseModel model;
    try {
      model = BaseModel.open(base);
    } catch (RuntimeException e) {
      lora.close();
      throw e;
    }
    AdapterMerge merge = new AdapterMerge(lora, model);
    try {
      merge.match(base);
      return merge;
    } catch (RuntimeException e) {
      merge.close();
      throw e;
    }
  }

  private void match(Path directory) {
    List<String> problems = new ArrayList<>();
    for (LoraFactors each : adapter.factors()) {
      Optional<Placed> found = base.find(each.target());
      if (found.isEmpty()) {
        problems.add(each.target() + " is missing");
        continue;
      }
      Tensor weight = found.get().tensor();
      if (NumberType.of(weight.type()).filter(NumberType::isOfModels).isEmpty()) {
        problems.add(weight + " is not of type F32, F16 or BF16");
      } else if (!weight.shape().equals(each.shape())) {
        problems.add("%s should have the shape %s".formatted(weight, each.shape()));
      } else {
        factors.put(each.target(), each);
      }
    }
    Problems.refuse("The adapter does not fit the model in " + directory, problems);
  }

  /**
   * Writes the merged model into a directory that is empty: weights in as many files as they were,
   * configuration and tokenizer.
   *
   * @param progress hears which file is written next
   */
  public void writeTo(Path directory, Consumer<String> progress) throws IOException {
    base.copyOthers(directory);
    for (TensorFile file : base.files()) {
      Path name = file.path().getFileName();
      progress.accept("Merging " + name);
      try (FileChannel out =
          FileChannel.open(
              directory.resolve(String.valueOf(name)),
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.WRITE)) {
        write(file, out);
        out.force(true);
      }
    }
  }

  private void write(TensorFile file, FileChannel out) throws IOException {
    file.copyHeader(out);
    for (Tensor weight : file.tensors()) {
      LoraFactors added = factors.get(weight.name());
      if (added == null) {
        file.copy(weight, out);
      } else {
        write(file, weight, added.product(adapter.file(), adapter.scale()), out);
      }
    }
  }

  private static void write(
      TensorFile file, Tensor weight, LoraFactors.Product added, FileChannel out)
      throws IOException {
    NumberType type = NumberType.of(weight.type()).orElseThrow();
    int rowBytes = Math.multiplyExact(added.columns(), type.size());
    int rows = Math.toIntExact(weight.shape().get(0));
    int atOnce = Math.max(1, BLOCK / Math.max(1, rowBytes));
    for (int from = 0; from < rows; from += atOnce) {
      int count = Math.min(atOnce, rows - from);
      ByteBuffer before = file.read(weight, (long) from * rowBytes, count * rowBytes);
      ByteBuffer after = ByteBuffer.allocate(before.remaining()).order(ByteOrder.LITTLE_ENDIAN);
      for (int row = from; row < from + count; row++) {
        for (float each : added.row(row)) {
          type.put(after, type.get(before) + each);
        }
      }
      after.flip();
      while (after.hasRemaining()) {
        int unused = out.write(after);
      }
    }
  }

  @Override
  public void close() {
    try {
      adapter.close();
    } finally {
      base.close();
    }
  }
}
