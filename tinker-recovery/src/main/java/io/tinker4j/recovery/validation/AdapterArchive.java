package io.tinker4j.recovery.validation;

import io.tinker4j.recovery.validation.CheckpointValidator.Expectations;
import io.tinker4j.recovery.validation.CheckpointValidator.Finding;
import io.tinker4j.recovery.validation.CheckpointValidator.Kind;
import io.tinker4j.transport.DecodeException;
import io.tinker4j.transport.operation.JsonCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Looks at the files of an adapter: PEFT's configuration, the weights, the mark that it is all. */
final class AdapterArchive {
  private static final String CONFIG = "adapter_config.json";
  private static final String WEIGHTS = "adapter_model.safetensors";
  private static final List<String> FILES = List.of(CONFIG, WEIGHTS, "checkpoint_complete");
  private static final String A = ".lora_A";
  private static final String B = ".lora_B";

  private AdapterArchive() {}

  /** Returns what is wrong with the files, the first thing found. */
  static Optional<Finding> check(Path directory, Expectations expected) throws IOException {
    for (String name : FILES) {
      if (!Files.isRegularFile(directory.resolve(name))) {
        return found(Kind.FILE_MISSING, name);
      }
    }
    long rank;
    try {
      Map<String, @Nullable Object> config =
          JsonCodec.readMap(Files.readAllBytes(directory.resolve(CONFIG)));
      rank = config.get("r") instanceof Number number ? number.longValue() : -1;
    } catch (DecodeException e) {
      return found(Kind.CORRUPT_HEADER, CONFIG + " is not JSON");
    }
    if (expected.rank().isPresent() && rank != expected.rank().getAsInt()) {
      return found(
          Kind.WRONG_RANK,
          "%s says %d, expected is %d".formatted(CONFIG, rank, expected.rank().getAsInt()));
    }
    try (Safetensors weights = Safetensors.open(directory.resolve(WEIGHTS))) {
      Optional<Finding> shapes = shapes(weights.tensors(), rank);
      return shapes.isPresent() ? shapes : numbers(weights);
    } catch (Safetensors.FormatException e) {
      return found(e.isTruncated() ? Kind.TRUNCATED : Kind.CORRUPT_HEADER, e.what());
    }
  }

  /** A is rank × inputs, B outputs × rank, and one does not come without the other. */
  private static Optional<Finding> shapes(List<Safetensors.Tensor> tensors, long rank) {
    Set<String> firsts = new HashSet<>();
    Set<String> seconds = new HashSet<>();
    for (Safetensors.Tensor tensor : tensors) {
      boolean first = tensor.name().contains(A);
      if (!first && !tensor.name().contains(B)) {
        return found(Kind.CORRUPT_HEADER, tensor.name() + " is no part of an adapter");
      }
      (first ? firsts : seconds).add(tensor.name().replace(first ? A : B, ""));
      if (tensor.shape().size() != 2 || !tensor.shape().contains(rank)) {
        return found(
            Kind.WRONG_RANK,
            "%s has the shape %s; the rank is %d".formatted(tensor.name(), tensor.shape(), rank));
      }
    }
    return firsts.equals(seconds) && !firsts.isEmpty()
        ? Optional.empty()
        : found(Kind.CORRUPT_HEADER, "lora_A and lora_B are not of the same layers");
  }

  private static Optional<Finding> numbers(Safetensors weights) throws IOException {
    for (Safetensors.Tensor tensor : weights.tensors()) {
      if (!weights.isFinite(tensor)) {
        return found(Kind.NOT_FINITE, tensor.name());
      }
    }
    return Optional.empty();
  }

  private static Optional<Finding> found(Kind kind, String detail) {
    return Optional.of(new Finding(kind, detail));
  }
}
