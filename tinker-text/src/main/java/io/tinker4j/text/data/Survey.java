package io.tinker4j.text.data;

import io.tinker4j.text.renderer.SupervisedExample;
import io.tinker4j.transport.internal.TinkerThreads;
import io.tinker4j.types.EncodedTextChunk;
import io.tinker4j.types.ModelInputChunk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.IntBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.zip.CRC32C;

/** Reads and renders all rows once, on all processors, and notes what there is. */
final class Survey {
  private static final int ROWS_AT_ONCE = 256;

  private final List<RowFile> files;
  private final RowRenderer renderer;
  private final ChatData.Builder settings;
  private final ExampleIndex training = new ExampleIndex();
  private final ExampleIndex heldOut = new ExampleIndex();
  private final List<BadRowException> firstBad = new ArrayList<>();
  private int digest;
  private long rows;
  private long tokens;
  private long learnedTokens;
  private int longest;
  private long truncated;
  private long dropped;
  private long bad;

  Survey(List<RowFile> files, RowRenderer renderer, ChatData.Builder settings) {
    this.files = files;
    this.renderer = renderer;
    this.settings = settings;
  }

  /**
   * What an example is made of: how many tokens, how many of those that are kept are learned, and a
   * hash of both.
   */
  private record Size(int length, int learned, int hash) {}

  /** What became of a row. */
  private sealed interface Finding {
    record Good(boolean heldOut, List<Size> examples) implements Finding {}

    record Bad(BadRowException why) implements Finding {}
  }

  ExampleIndex training() {
    return training;
  }

  ExampleIndex heldOut() {
    return heldOut;
  }

  /** Returns a hash of all examples: another tokenizer makes other ones of the same rows. */
  int digest() {
    return digest;
  }

  DataSurvey result() {
    return new DataSurvey(
        rows,
        training.size(),
        heldOut.size(),
        tokens,
        learnedTokens,
        longest,
        truncated,
        dropped,
        bad,
        firstBad);
  }

  void run() throws IOException, InterruptedException {
    long total = files.stream().mapToLong(RowFile::rows).sum();
    int processors = Runtime.getRuntime().availableProcessors();
    try (TinkerThreads threads = TinkerThreads.create()) {
      for (int file = 0; file < files.size(); file++) {
        for (int row = 0; row < files.get(file).rows(); row += processors * ROWS_AT_ONCE) {
          List<FutureTask<List<Finding>>> parts = parts(files.get(file), row, processors);
          parts.forEach(part -> threads.start("survey", part));
          take(file, row, parts);
          settings.progress.surveyed(rows, total);
        }
      }
    }
    training.trim();
    heldOut.trim();
  }

  private List<FutureTask<List<Finding>>> parts(RowFile file, int firstRow, int count) {
    List<FutureTask<List<Finding>>> parts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int from = firstRow + i * ROWS_AT_ONCE;
      int to = Math.min(from + ROWS_AT_ONCE, file.rows());
      parts.add(
          new FutureTask<>(() -> {
            List<Finding> findings = new ArrayList<>();
            for (int row = from; row < to; row++) {
              findings.add(find(file, row));
            }
            return findings;
          }));
    }
    return parts;
  }

  private Finding find(RowFile file, int row) throws IOException {
    try {
      String text = file.read(row);
      List<Size> sizes = new ArrayList<>();
      for (SupervisedExample example : renderer.examples(text)) {
        sizes.add(size(example));
      }
      return new Finding.Good(isHeldOut(text), sizes);
    } catch (BadRowException e) {
      return new Finding.Bad(e);
    } catch (IllegalArgumentException | UnsupportedOperationException e) {
      return new Finding.Bad(
          new BadRowException(file.name(), file.line(row), String.valueOf(e.getMessage())));
    }
  }

  private Size size(SupervisedExample example) {
    int kept = Math.min(example.length(), settings.maxLength);
    int learned = 0;
    int hash = 0;
    for (int i = 1; i < kept; i++) {
      learned += example.weight(i) == 0 ? 0 : 1;
      hash = 31 * hash + (example.weight(i) == 0 ? 0 : i);
    }
    for (ModelInputChunk chunk : example.modelInput().chunks()) {
      if (chunk instanceof EncodedTextChunk text) {
        IntBuffer tokens = text.tokens();
        while (tokens.hasRemaining()) {
          hash = 31 * hash + tokens.get();
        }
      }
    }
    return new Size(example.length(), learned, hash);
  }

  /** By what the row says, so that the same row is on the same side in every file and run. */
  private boolean isHeldOut(String row) {
    if (settings.heldOut == 0) {
      return false;
    }
    CRC32C hash = new CRC32C();
    hash.update(row.getBytes(StandardCharsets.UTF_8));
    return hash.getValue() < settings.heldOut * (1L << 32);
  }

  private void take(int file, int firstRow, List<FutureTask<List<Finding>>> found)
      throws IOException, InterruptedException {
    int row = firstRow;
    for (FutureTask<List<Finding>> part : found) {
      for (Finding finding : result(part)) {
        take(file, row++, finding);
      }
    }
  }

  private static List<Finding> result(FutureTask<List<Finding>> part)
      throws IOException, InterruptedException {
    try {
      return part.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException cause -> throw cause;
        case UncheckedIOException cause -> throw cause;
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        case null, default -> throw new IllegalStateException(e);
      }
    }
  }

  private void take(int file, int row, Finding finding) {
    rows++;
    switch (finding) {
      case Finding.Bad wrong -> refuseOrCount(wrong.why());
      case Finding.Good good -> {
        for (int turn = 0; turn < good.examples().size(); turn++) {
          take(file, row, turn, good.heldOut(), good.examples().get(turn));
        }
      }
    }
  }

  private void refuseOrCount(BadRowException why) {
    if (!settings.skipBad) {
      throw why;
    }
    bad++;
    if (firstBad.size() < DataSurvey.FIRST_BAD) {
      firstBad.add(why);
    }
  }

  private void take(int file, int row, int turn, boolean aside, Size size) {
    digest = 31 * digest + size.hash();
    boolean isLong = size.length() > settings.maxLength;
    if (isLong && settings.longRows == LongRows.REFUSE) {
      RowFile source = files.get(file);
      throw new BadRowException(
          source.name(),
          source.line(row),
          "the conversation has %d tokens, more than the %d that an example may have; truncate or drop long ones"
              .formatted(size.length(), settings.maxLength));
    }
    if (isLong && (settings.longRows == LongRows.DROP || size.learned() == 0)) {
      dropped++;
      return;
    }
    truncated += isLong ? 1 : 0;
    int kept = Math.min(size.length(), settings.maxLength);
    longest = Math.max(longest, kept);
    if (aside) {
      heldOut.add(file, row, turn, kept);
      return;
    }
    training.add(file, row, turn, kept);
    tokens += kept;
    learnedTokens += size.learned();
  }
}
