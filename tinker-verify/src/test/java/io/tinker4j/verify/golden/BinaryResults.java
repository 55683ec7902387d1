package io.tinker4j.verify.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.transport.Headers;
import io.tinker4j.transport.TinkerException;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.endpoint.FutureOutcome;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.transport.operation.Operation;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.SampleResponse;
import io.tinker4j.types.SampledSequence;
import io.tinker4j.types.TensorData;
import io.tinker4j.types.TensorDtype;
import io.tinker4j.types.TopkLogprobs;
import io.tinker4j.types.wire.FutureRetrieveRequest;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Reads recorded binary results and compares them with what the Python client made of them. */
final class BinaryResults {
  private BinaryResults() {}

  static void assertDecoded(Vector vector) {
    if (vector.type().endsWith("SampleResponse")) {
      assertDecoded(vector, Operations.RETRIEVE_SAMPLE, BinaryResults::toJson);
    } else {
      assertDecoded(vector, Operations.RETRIEVE_FORWARD_BACKWARD, BinaryResults::toJson);
    }
  }

  private interface Rendering<T> {
    JsonNode of(T result);
  }

  private static <T> void assertDecoded(
      Vector vector,
      Operation<FutureRetrieveRequest, FutureOutcome<T>> operation,
      Rendering<T> rendering) {
    Headers.Builder headers =
        Headers.builder().set("content-type", vector.json().get("contentType").asString());
    JsonNode encoding = vector.json().get("contentEncoding");
    if (!encoding.isNull()) {
      headers.set("content-encoding", encoding.asString());
    }
    CannedTransport transport = new CannedTransport(200, headers.build(), vector.bytes());
    FutureRetrieveRequest request = FutureRetrieveRequest.builder().requestId("r").build();

    try (ApiClient client = transport.client("https://tinker.example")) {
      // A stop reason of a newer server is kept here, as it is in JSON.
      boolean isKept = vector.json().get("description").asString().contains("stop_reason");
      if (!vector.isValid() && isKept) {
        assertThat(client.call(operation, request)).isInstanceOf(FutureOutcome.Ready.class);
        return;
      }
      if (!vector.isValid()) {
        assertThatThrownBy(() -> client.call(operation, request))
            .isInstanceOf(TinkerException.class);
        return;
      }
      FutureOutcome<T> outcome = client.call(operation, request);
      assertThat(outcome).isInstanceOf(FutureOutcome.Ready.class);
      JsonValues.assertEqual(
          vector.json().get("decoded"),
          rendering.of(((FutureOutcome.Ready<T>) outcome).result()),
          "$");
    }
  }

  private static JsonNode toJson(SampleResponse response) {
    ObjectNode json = Vector.MAPPER.createObjectNode();
    ArrayNode sequences = json.putArray("sequences");
    for (SampledSequence sequence : response.sequences()) {
      ObjectNode one = sequences.addObject();
      one.put("stop_reason", sequence.stopReason().value());
      one.set("tokens", ints(sequence.tokens()));
      one.set(
          "logprobs",
          sequence
              .logprobs()
              .<JsonNode>map(values -> floats(values, false))
              .orElse(Vector.MAPPER.nullNode()));
    }
    json.set(
        "prompt_logprobs",
        response
            .promptLogprobs()
            .<JsonNode>map(values -> floats(values, true))
            .orElse(Vector.MAPPER.nullNode()));
    json.set(
        "topk_prompt_logprobs",
        response
            .topkPromptLogprobs()
            .<JsonNode>map(BinaryResults::rows)
            .orElse(Vector.MAPPER.nullNode()));
    json.set(
        "topk_dense",
        response
            .topkPromptLogprobs()
            .<JsonNode>map(BinaryResults::dense)
            .orElse(Vector.MAPPER.nullNode()));
    json.put("prompt_cache_hit_tokens", response.promptCacheHitTokens());
    return json;
  }

  private static JsonNode rows(TopkLogprobs topk) {
    ArrayNode rows = Vector.MAPPER.createArrayNode();
    for (int row = 0; row < topk.length(); row++) {
      if (topk.count(row) == 0) {
        rows.addNull();
        continue;
      }
      ArrayNode cells = rows.addArray();
      for (int cell = row * topk.k(); cell < row * topk.k() + topk.count(row); cell++) {
        cells.addArray().add(topk.tokens().get(cell)).add((double) topk.logprobs().get(cell));
      }
    }
    return rows;
  }

  private static JsonNode dense(TopkLogprobs topk) {
    ObjectNode dense = Vector.MAPPER.createObjectNode();
    dense.put("rows", topk.length()).put("k", topk.k());
    ArrayNode tokens = dense.putArray("token_ids");
    ArrayNode logprobs = dense.putArray("logprobs");
    for (int row = 0; row < topk.length(); row++) {
      tokens.add(ints(topk.tokens().slice(row * topk.k(), topk.k())));
      logprobs.add(floats(topk.logprobs().slice(row * topk.k(), topk.k()), false));
    }
    return dense;
  }

  private static JsonNode toJson(ForwardBackwardOutput output) {
    ObjectNode json = Vector.MAPPER.createObjectNode();
    json.put("loss_fn_output_type", output.lossFnOutputType());
    ObjectNode metrics = json.putObject("metrics");
    output.metrics().asMap().forEach((name, value) -> metrics.set(name, number(value)));
    ArrayNode outputs = json.putArray("loss_fn_outputs");
    for (Map<String, TensorData> datum : output.lossFnOutputs()) {
      ObjectNode record = outputs.addObject();
      datum.forEach((name, tensor) -> record.set(name, tensor(tensor)));
    }
    return json;
  }

  private static JsonNode tensor(TensorData tensor) {
    ObjectNode json = Vector.MAPPER.createObjectNode();
    json.put("dtype", tensor.dtype().value());
    ArrayNode shape = json.putArray("shape");
    for (long dimension : tensor.shape()) {
      shape.add(dimension);
    }
    json.set(
        "data",
        tensor.dtype() == TensorDtype.FLOAT32
            ? floats(tensor.floats(), false)
            : longs(tensor.longs()));
    return json;
  }

  private static ArrayNode ints(IntBuffer values) {
    ArrayNode array = Vector.MAPPER.createArrayNode();
    while (values.hasRemaining()) {
      array.add(values.get());
    }
    return array;
  }

  private static ArrayNode longs(LongBuffer values) {
    ArrayNode array = Vector.MAPPER.createArrayNode();
    while (values.hasRemaining()) {
      array.add(values.get());
    }
    return array;
  }

  private static ArrayNode floats(FloatBuffer values, boolean nanIsNull) {
    ArrayNode array = Vector.MAPPER.createArrayNode();
    while (values.hasRemaining()) {
      float value = values.get();
      array.add(
          Float.isNaN(value) && nanIsNull ? Vector.MAPPER.nullNode() : number((double) value));
    }
    return array;
  }

  /** As the vectors write them: what JSON has no number for is a text. */
  private static JsonNode number(double value) {
    return Double.isFinite(value)
        ? Vector.MAPPER.getNodeFactory().numberNode(value)
        : Vector.MAPPER.getNodeFactory().stringNode(Double.toString(value));
  }
}
