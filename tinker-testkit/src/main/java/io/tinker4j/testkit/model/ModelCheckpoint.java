package io.tinker4j.testkit.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The contents of a checkpoint directory. The optimizer's file has no tensors in a checkpoint that
 * was read without it.
 */
record ModelCheckpoint(TensorFile weights, TensorFile optimizer) {
  private static final String WEIGHTS_FILE = "adapter_model.safetensors";
  private static final String OPTIMIZER_FILE = "optimizer.safetensors";
  private static final String BASE_MODEL = "base_model";
  private static final String STEP = "step";

  /** What a checkpoint of these parameters holds now. */
  static ModelCheckpoint of(String baseModel, List<Parameter> parameters, long step) {
    List<NamedMatrix> moments = new ArrayList<>();
    for (Parameter parameter : parameters) {
      moments.add(parameter.firstMomentTensor());
      moments.add(parameter.secondMomentTensor());
    }
    return new ModelCheckpoint(
        weightsOf(baseModel, parameters),
        new TensorFile(Map.of(STEP, Long.toString(step)), moments));
  }

  /** The weights alone. */
  static TensorFile weightsOf(String baseModel, List<Parameter> parameters) {
    return new TensorFile(
        Map.of(BASE_MODEL, baseModel), parameters.stream().map(Parameter::valuesTensor).toList());
  }

  long step() {
    return Long.parseLong(optimizer.metadata(STEP));
  }

  void write(Path dir, AdapterConfig config, boolean withOptimizer) throws IOException {
    Files.createDirectories(dir);
    config.write(dir);
    weights.write(dir.resolve(WEIGHTS_FILE));
    if (withOptimizer) {
      optimizer.write(dir.resolve(OPTIMIZER_FILE));
    } else {
      Files.deleteIfExists(dir.resolve(OPTIMIZER_FILE));
    }
  }

  /** Reads a checkpoint of the same tensors as this one. */
  ModelCheckpoint read(Path dir, boolean withOptimizer) throws IOException {
    TensorFile readWeights = readLike(weights, dir.resolve(WEIGHTS_FILE));
    if (!withOptimizer) {
      return new ModelCheckpoint(readWeights, new TensorFile(Map.of(), List.of()));
    }
    Path optimizerFile = dir.resolve(OPTIMIZER_FILE);
    ModelCheckpoint checkpoint =
        new ModelCheckpoint(readWeights, readLike(optimizer, optimizerFile));
    if (!checkpoint.optimizer.metadata(STEP).matches("0|[1-9][0-9]{0,17}")) {
      throw new IOException(optimizerFile + ": the step count is not a number");
    }
    return checkpoint;
  }

  private static TensorFile readLike(TensorFile expected, Path path) throws IOException {
    TensorFile file = TensorFile.read(path);
    if (!file.hasLayoutOf(expected)) {
      throw new IOException(
          path + ": has " + file.layout() + " where its configuration means " + expected.layout());
    }
    return file;
  }
}
