package io.tinker4j.recipes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tinker4j.types.Datum;
import io.tinker4j.types.EncodedTextChunk;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.ModelInputChunk;
import io.tinker4j.types.TensorData;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the Python cookbook has computed: some cases that are kept here, and all of {@code
 * -Dvectors.dir=DIR} when it is given.
 */
public final class Recorded {
  private Recorded() {}

  /** Runs a test for each case of a file of {@code hyper}. */
  public static void forEachCase(String file, Consumer<JsonNode> test) throws Exception {
    List<Path> directories = new ArrayList<>();
    directories.add(Path.of(Objects.requireNonNull(Recorded.class.getResource("vectors")).toURI()));
    String given = System.getProperty("vectors.dir", "");
    if (!given.isEmpty()) {
      directories.add(Path.of(given));
    }
    for (Path directory : directories) {
      JsonNode cases =
          JsonMapper.shared()
              .readTree(Files.readAllBytes(directory.resolve("hyper").resolve(file + ".json")))
              .get("cases");
      assertThat(cases).isNotEmpty();
      for (JsonNode recorded : cases) {
        if (!isWithoutResult(recorded)) {
          test.accept(recorded);
        }
      }
    }
  }

  /** Returns a case's name for messages. */
  public static String id(JsonNode recorded) {
    return recorded.get("id").asString();
  }

  /** The recording had a type missing for images; what it says of them is no result. */
  private static boolean isWithoutResult(JsonNode recorded) {
    return recorded.at("/error/message").asString("").contains("has no attribute");
  }

  /** Returns whether the reference has refused something, or made something that is no number. */
  public static boolean isRefused(JsonNode result) {
    return !result.findValues("error").isEmpty() || !result.findValues("nonfinite").isEmpty();
  }

  /** Returns numbers, those too that JSON has no form for. */
  public static double[] doubles(JsonNode row) {
    double[] values = new double[row.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = number(row.get(i));
    }
    return values;
  }

  /** Returns numbers in single precision. */
  public static float[] floats(JsonNode row) {
    float[] values = new float[row.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) number(row.get(i));
    }
    return values;
  }

  /** Returns rows in single precision. */
  public static List<float[]> rows(JsonNode rows) {
    List<float[]> all = new ArrayList<>();
    rows.forEach(row -> all.add(floats(row)));
    return all;
  }

  /** Returns token ids. */
  public static int[] ints(JsonNode row) {
    int[] values = new int[row.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = row.get(i).asInt();
    }
    return values;
  }

  /** Returns a number, one too that JSON has no form for. */
  public static double number(JsonNode node) {
    if (!node.isObject()) {
      return node.asDouble();
    }
    return switch (node.get("nonfinite").asString()) {
      case "nan" -> Double.NaN;
      case "inf" -> Double.POSITIVE_INFINITY;
      default -> Double.NEGATIVE_INFINITY;
    };
  }

  /** Returns an input of chunks of text. */
  public static ModelInput input(JsonNode chunks) {
    List<ModelInputChunk> all = new ArrayList<>();
    chunks.forEach(chunk -> all.add(EncodedTextChunk.of(ints(chunk))));
    return ModelInput.of(all);
  }

  /** Returns an example. */
  public static Datum datum(JsonNode node) {
    Map<String, TensorData> inputs = new LinkedHashMap<>();
    node.get("loss_fn_inputs")
        .forEachEntry((name, tensor) ->
            inputs.put(
                name,
                tensor.get("dtype").asString().equals("int64")
                    ? TensorData.of(ints(tensor.get("data")))
                    : TensorData.of(floats(tensor.get("data")))));
    return Datum.of(input(node.get("model_input")), inputs);
  }

  /** Checks numbers one by one; they may differ by this much, and by as much of their size. */
  public static void assertClose(String id, float[] actual, JsonNode expected, double tolerance) {
    double[] values = doubles(expected);
    assertThat(actual).as(id).hasSize(values.length);
    for (int i = 0; i < values.length; i++) {
      assertClose(id + "[" + i + "]", actual[i], values[i], tolerance);
    }
  }

  /** Checks a number; it may differ by this much, and by as much of its size. */
  public static void assertClose(String id, double actual, double expected, double tolerance) {
    assertThat(actual).as(id).isCloseTo(expected, within(tolerance * (1 + Math.abs(expected))));
  }
}
