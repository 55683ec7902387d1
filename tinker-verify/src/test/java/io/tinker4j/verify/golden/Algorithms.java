package io.tinker4j.verify.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tinker4j.training.TrainingInternals;
import io.tinker4j.transport.TransportInternals;
import io.tinker4j.transport.operation.JsonCodec;
import io.tinker4j.types.Datum;
import io.tinker4j.types.DmelChunk;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.ImageAssetPointerChunk;
import io.tinker4j.types.ImageChunk;
import io.tinker4j.types.ImageFormat;
import io.tinker4j.types.Metrics;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.TensorData;
import io.tinker4j.types.TinkerPath;
import java.math.BigInteger;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The algorithm vectors: each case in, the expected outcome out. */
final class Algorithms {
  private Algorithms() {}

  static void assertChunks(JsonNode recorded) {
    assumeTrue(
        recorded.get("maxChunkLen").asInt() > 0,
        "Python only: a limit of no datums gives an empty chunk there");
    List<Long> sizes = new ArrayList<>();
    recorded.path("datumBytes").forEach(size -> sizes.add(size.asLong()));
    recorded
        .path("datumBytesRunLength")
        .forEach(run -> sizes.addAll(Collections.nCopies(run.get(1).asInt(), run.get(0).asLong())));

    List<List<Long>> chunks =
        TrainingInternals.chunks(
            sizes, recorded.get("maxChunkLen").asInt(), recorded.get("maxChunkBytes").asLong());

    List<String> found = new ArrayList<>();
    int start = 0;
    for (List<Long> chunk : chunks) {
      long bytes = chunk.stream().mapToLong(Long::longValue).sum();
      found.add("%d-%d: %d".formatted(start, start + chunk.size(), bytes));
      start += chunk.size();
    }
    List<String> expected = new ArrayList<>();
    recorded
        .get("chunks")
        .forEach(chunk ->
            expected.add(
                "%d-%d: %d"
                    .formatted(
                        chunk.get("start").asInt(),
                        chunk.get("end").asInt(),
                        chunk.get("bytes").asLong())));
    assertThat(found).isEqualTo(expected);
  }

  static void assertEstimates(JsonNode recorded) {
    JsonNode input = recorded.get("input");
    ModelInput model = ModelInput.empty();
    for (JsonNode chunk : input.get("chunks")) {
      model = append(model, chunk);
    }
    Datum datum = Datum.of(model, Map.of());
    if (input.has("int64")) {
      datum = datum.with("a", TensorData.of(new long[input.get("int64").asInt()]));
    }
    if (input.has("float32")) {
      datum = datum.with("b", TensorData.of(new float[input.get("float32").asInt()]));
    }
    if (input.has("sparse")) {
      datum = datum.with("c", sparse(input.get("sparse")));
    }

    assertThat(TrainingInternals.estimate(datum))
        .isEqualTo(recorded.get("trainingEstimate").asLong());
    assertThat(TrainingInternals.estimate(model))
        .isEqualTo(recorded.get("samplingEstimateOfModelInput").asLong());
  }

  private static ModelInput append(ModelInput input, JsonNode chunk) {
    if (chunk.has("text")) {
      return input.append(new int[chunk.get("text").asInt()]);
    }
    if (chunk.has("imageBytes")) {
      byte[] data = new byte[chunk.get("imageBytes").asInt()];
      return input.append(ImageChunk.of(data, ImageFormat.PNG));
    }
    if (chunk.has("dmelBytes")) {
      return input.append(DmelChunk.of(new byte[chunk.get("dmelBytes").asInt()]));
    }
    return input.append(
        ImageAssetPointerChunk.builder()
            .format(ImageFormat.PNG)
            .location(chunk.get("location").asString())
            .build());
  }

  private static TensorData sparse(JsonNode counts) {
    int values = counts.get("values").asInt();
    long[] rows = new long[counts.get("crow").asInt()];
    rows[rows.length - 1] = values;
    return TensorData.of(new float[values])
        .asCsr(rows, new long[counts.get("col").asInt()], rows.length - 1, 1);
  }

  static void assertReduction(JsonNode recorded) {
    List<ForwardBackwardOutput> chunks = new ArrayList<>();
    recorded.get("chunks").forEach(chunk -> chunks.add(output(chunk, chunks.size())));

    ForwardBackwardOutput merged = TrainingInternals.merge(chunks);

    JsonNode expected = recorded.get("expect");
    if (expected.has("error")) {
      // The server has done the pass; what cannot be reduced is left out or NaN here.
      assertThat(merged.metrics().asMap().values()).allMatch(value -> Double.isNaN(value));
      return;
    }
    assertThat(merged.lossFnOutputType()).isEqualTo(expected.get("loss_fn_output_type").asString());
    Map<String, Double> metrics = merged.metrics().asMap();
    assertThat(metrics.keySet()).isEqualTo(JsonValues.names(expected.get("metrics")));
    expected
        .get("metrics")
        .properties()
        .forEach(metric ->
            assertThat(metrics.get(metric.getKey()))
                .as(metric.getKey())
                .isCloseTo(number(metric.getValue()), relative(number(metric.getValue()))));
    List<Float> order = new ArrayList<>();
    merged
        .lossFnOutputs()
        .forEach(output -> order.add(output.values().iterator().next().floats().get()));
    List<Float> expectedOrder = new ArrayList<>();
    expected.get("outputOrder").forEach(value -> expectedOrder.add((float) value.asDouble()));
    assertThat(order).isEqualTo(expectedOrder);
  }

  private static Offset<Double> relative(double value) {
    return Offset.offset(Double.isFinite(value) ? Math.abs(value) * 1e-12 : 0);
  }

  private static ForwardBackwardOutput output(JsonNode chunk, int index) {
    Map<String, @Nullable Double> metrics = new LinkedHashMap<>();
    chunk
        .get("metrics")
        .properties()
        .forEach(metric -> metrics.put(metric.getKey(), number(metric.getValue())));
    List<Map<String, TensorData>> outputs = new ArrayList<>();
    for (int i = 0; i < chunk.get("numOutputs").asInt(); i++) {
      outputs.add(Map.of("logprobs", TensorData.of(100f * index + i)));
    }
    return ForwardBackwardOutput.of("TorchLossReturn", outputs, Metrics.of(metrics));
  }

  private static double number(JsonNode node) {
    return node.isString() ? Double.parseDouble(node.stringValue()) : node.asDouble();
  }

  static void assertTupleHash(JsonNode recorded) {
    List<BigInteger> values = new ArrayList<>();
    recorded.get("sortedValues").forEach(value -> values.add(new BigInteger(value.asString())));

    assertThat(Long.toString(TrainingInternals.tupleHash(values)))
        .isEqualTo(recorded.get("hash").asString());
  }

  static void assertCsr(JsonNode recorded) {
    JsonNode expected = recorded.get("tensor");
    ObjectNode dense = Vector.MAPPER.createObjectNode();
    dense.set("dtype", expected.get("dtype"));
    dense.set("shape", recorded.get("shape"));
    flatten(recorded.get("dense"), dense.putArray("data"));
    TensorData tensor = JsonCodec.read(Vector.MAPPER.writeValueAsBytes(dense), TensorData.class);

    TensorData converted = tensor.sparseIfSmaller();

    ObjectNode wanted = Vector.MAPPER.createObjectNode();
    expected
        .properties()
        .forEach(property -> {
          if (!property.getValue().isNull()) {
            wanted.set(property.getKey(), property.getValue());
          }
        });
    assertThat(converted)
        .isEqualTo(JsonCodec.read(Vector.MAPPER.writeValueAsBytes(wanted), TensorData.class));
    assertThat(converted.isSparse()).isEqualTo(recorded.get("isSparse").asBoolean());
    assertThat(converted.toDense().size()).isEqualTo(tensor.size());
  }

  private static void flatten(JsonNode nested, ArrayNode flat) {
    if (nested.isArray()) {
      nested.forEach(entry -> flatten(entry, flat));
    } else {
      flat.add(nested);
    }
  }

  static void assertPath(JsonNode recorded) {
    String text = recorded.get("path").asString();
    if (!recorded.get("valid").asBoolean()) {
      assertThatThrownBy(() -> TinkerPath.parse(text))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'" + text + "'");
      return;
    }
    TinkerPath path = TinkerPath.parse(text);
    JsonNode expected = recorded.get("decoded");
    assertThat(path.path()).isEqualTo(expected.get("tinker_path").asString());
    assertThat(path.trainingRunId()).isEqualTo(expected.get("training_run_id").asString());
    assertThat(path.checkpointId()).isEqualTo(expected.get("checkpoint_id").asString());
    assertThat(path.checkpointType().value()).isEqualTo(expected.get("checkpoint_type").asString());
  }

  static void assertContainer(JsonNode recorded) {
    DmelChunk chunk = DmelChunk.of(HexFormat.of().parseHex(recorded.get("hex").asString()));
    JsonNode expected = recorded.get("expect");
    if (expected.has("error") || expected.get("lengthError").asBoolean()) {
      assertThatThrownBy(chunk::length)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("tensor container");
    } else {
      assertThat(chunk.length()).isEqualTo(expected.get("length").asInt());
    }
  }

  static void assertQuery(JsonNode recorded) {
    Map<String, @Nullable Object> parameters = new LinkedHashMap<>();
    parameters.putAll(JsonCodec.readMap(Vector.MAPPER.writeValueAsBytes(recorded.get("params"))));

    assertThat(String.valueOf(sent("https://h", "/x", parameters).getRawQuery()))
        .isEqualTo(
            recorded.get("query").asString().isEmpty() ? "null" : recorded.get("query").asString());
  }

  static void assertJoined(JsonNode recorded) {
    String base = recorded.get("baseUrl").asString();
    String path = recorded.get("path").asString();
    if (base.contains("?")) {
      assertThatThrownBy(() -> sent(base, path, Map.of()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("without a query");
      return;
    }
    assumeTrue(!path.startsWith("https://"), "Python only: paths of operations are constants");
    assertThat(sent(base, path, Map.of())).hasToString(recorded.get("url").asString());
  }

  private static URI sent(String baseUrl, String path, Map<String, @Nullable Object> parameters) {
    return TransportInternals.url(baseUrl, path, parameters);
  }
}
