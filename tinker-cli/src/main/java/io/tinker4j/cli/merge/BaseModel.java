package io.tinker4j.cli.merge;

import io.tinker4j.cli.merge.TensorFile.Tensor;
import io.tinker4j.cli.output.CommandException;
import io.tinker4j.cli.output.FileProblem;
import io.tinker4j.transport.DecodeException;
import io.tinker4j.transport.operation.JsonCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The directory of a model, with its weights in one file or in several and an index of them. */
final class BaseModel implements AutoCloseable {
  private static final String SINGLE = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";
  private static final String CARD = "README.md";
  private static final List<String> OTHER_WEIGHTS =
      List.of(".safetensors", ".bin", ".pt", ".pth", ".gguf", ".h5", ".msgpack", ".onnx", ".ckpt");

  private final Path directory;
  private final List<TensorFile> files;
  private final Map<String, Placed> tensors = new HashMap<>();

  private BaseModel(Path directory, List<TensorFile> files) {
    this.directory = directory;
    this.files = files;
  }

  /**
   * Opens a model.
   *
   * @throws CommandException when there is none, or a file or a tensor of its index is missing
   */
  static BaseModel open(Path directory) {
    Path index = directory.resolve(INDEX);
    boolean isSharded = Files.exists(index);
    if (!isSharded && !Files.exists(directory.resolve(SINGLE))) {
      throw new CommandException(
          "%s has no weights to merge into: neither %s nor %s".formatted(directory, SINGLE, INDEX));
    }
    Map<String, String> placed = isSharded ? placed(index) : Map.of();
    List<TensorFile> files = new ArrayList<>();
    BaseModel model = new BaseModel(directory, files);
    try {
      for (String name : isSharded ? new TreeSet<>(placed.values()) : List.of(SINGLE)) {
        TensorFile file = TensorFile.open(directory.resolve(name));
        files.add(file);
        file.tensors().forEach(each -> model.tensors.put(each.name(), new Placed(file, each)));
      }
      model.check(placed);
      return model;
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  /** Reads which tensor is in which file. */
  private static Map<String, String> placed(Path index) {
    Map<String, String> placed = new LinkedHashMap<>();
    try {
      if (JsonCodec.readMap(Files.readAllBytes(index)).get("weight_map") instanceof Map<?, ?> map) {
        map.forEach((tensor, file) -> placed.put(String.valueOf(tensor), String.valueOf(file)));
      }
    } catch (IOException e) {
      throw new CommandException(FileProblem.of(index, e), e);
    } catch (DecodeException e) {
      throw new CommandException(index + " is not JSON", e);
    }
    for (String file : placed.values()) {
      if (!file.endsWith(".safetensors") || file.contains("/") || file.contains("\\")) {
        throw new CommandException("%s names %s, which is no file of it".formatted(index, file));
      }
    }
    if (placed.isEmpty()) {
      throw new CommandException(index + " has no weight_map");
    }
    return placed;
  }

  private void check(Map<String, String> placed) {
    List<String> missing = new ArrayList<>();
    placed.forEach((tensor, file) -> {
      if (find(tensor).filter(each -> each.file().path().endsWith(file)).isEmpty()) {
        missing.add("%s is not in %s, where the index has it".formatted(tensor, file));
      }
    });
    Problems.refuse("The base model in %s is not whole".formatted(directory), missing);
  }

  /** A tensor and the file that it is in. */
  record Placed(TensorFile file, Tensor tensor) {}

  /** Returns the tensor of a name. */
  Optional<Placed> find(String name) {
    return Optional.ofNullable(tensors.get(name));
  }

  /** Returns the files of the weights. */
  List<TensorFile> files() {
    return files;
  }

  /** Copies what is neither weights nor the model's page: configuration, tokenizer, licence. */
  void copyOthers(Path to) throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      for (Path each : all.filter(Files::isRegularFile).sorted().toList()) {
        String name = String.valueOf(each.getFileName());
        boolean isOther = name.equals(INDEX) || !name.endsWith(".index.json");
        if (isOther
            && !name.equals(CARD)
            && !name.startsWith(".")
            && OTHER_WEIGHTS.stream().noneMatch(name::endsWith)) {
          Files.copy(each, to.resolve(name));
        }
      }
    }
  }

  @Override
  public void close() {
    files.forEach(TensorFile::close);
  }
}
