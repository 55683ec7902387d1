package io.tinker4j.training.internal;

import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.Metrics;
import io.tinker4j.types.TensorData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes one result of the results of a call's chunks, in chunk order.
 *
 * <p>A metric is named {@code name:reduction}. Those of the first chunk that all chunks have are
 * reduced: sum, min, max as named; mean weighted by the number of per-datum outputs; slack is the
 * maximum minus that mean; unique keeps each value under a numbered name; hash_unordered hashes
 * them. A name without exactly one colon, and an unknown reduction, are left out rather than
 * failing a pass that the server has done; mean and slack without any output, and the hash of a
 * value that is no number, are NaN.
 */
public final class ChunkMerger {
  private ChunkMerger() {}

  public static ForwardBackwardOutput merge(List<ForwardBackwardOutput> chunks) {
    if (chunks.isEmpty()) {
      return ForwardBackwardOutput.of("", List.of(), Metrics.empty());
    }
    List<Map<String, TensorData>> outputs = new ArrayList<>();
    chunks.forEach(chunk -> outputs.addAll(chunk.lossFnOutputs()));
    return ForwardBackwardOutput.of(chunks.get(0).lossFnOutputType(), outputs, metrics(chunks));
  }

  private static Metrics metrics(List<ForwardBackwardOutput> chunks) {
    double[] weights = chunks.stream().mapToDouble(chunk -> chunk.lossFnOutputs().size()).toArray();
    Map<String, Double> merged = new LinkedHashMap<>();
    for (String name : chunks.get(0).metrics().asMap().keySet()) {
      if (chunks.stream().allMatch(chunk -> chunk.metrics().get(name).isPresent())) {
        double[] values =
            chunks.stream().mapToDouble(chunk -> chunk.metrics().get(name).orElseThrow()).toArray();
        reduce(name, values, weights, merged);
      }
    }
    return Metrics.of(merged);
  }

  private static void reduce(
      String name, double[] values, double[] weights, Map<String, Double> merged) {
    int colon = name.indexOf(':');
    if (colon < 0 || colon != name.lastIndexOf(':')) {
      return;
    }
    switch (name.substring(colon + 1)) {
      case "sum" -> merged.put(name, sum(values));
      case "min" -> merged.put(name, Arrays.stream(values).reduce(Math::min).orElseThrow());
      case "max" -> merged.put(name, max(values));
      case "mean" -> merged.put(name, mean(values, weights));
      case "slack" -> merged.put(name, max(values) - mean(values, weights));
      case "unique" -> {
        for (int i = 0; i < values.length; i++) {
          merged.put(i == 0 ? name : name + "_" + i, values[i]);
        }
      }
      case "hash_unordered" -> merged.put(name, hash(values));
      default -> {}
    }
  }

  private static double hash(double[] values) {
    boolean finite = Arrays.stream(values).allMatch(Double::isFinite);
    return finite ? TupleHash.ofUnordered(values) : Double.NaN;
  }

  private static double max(double[] values) {
    return Arrays.stream(values).reduce(Math::max).orElseThrow();
  }

  /** Plain left-to-right addition, so that the result does not depend on a library's summation. */
  private static double sum(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum;
  }

  private static double mean(double[] values, double[] weights) {
    double weighted = 0;
    for (int i = 0; i < values.length; i++) {
      weighted += values[i] * weights[i];
    }
    return weighted / sum(weights);
  }
}
