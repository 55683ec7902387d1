package io.tinker4j.verify.golden;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import com.google.protobuf.InvalidProtocolBufferException;
import io.tinker4j.transport.TransportRequest;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.endpoint.BodyFormat;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.transport.operation.JsonCodec;
import io.tinker4j.types.wire.ForwardBackwardRequest;
import io.tinker4j.types.wire.ForwardRequest;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Sends a recorded training pass and compares the message with the recorded bytes. */
final class BinaryPasses {
  private BinaryPasses() {}

  static void assertSent(Vector vector) throws InvalidProtocolBufferException {
    boolean compressed = "zstd".equals(vector.json().path("contentEncoding").asString(""));
    JsonNode decoded = vector.json().get("decoded");
    CannedTransport transport = CannedTransport.emptyObject();

    try (ApiClient client = transport.client("https://tinker.example")) {
      send(decoded, compressed ? BodyFormat.PROTOBUF_ZSTD : BodyFormat.PROTOBUF, client);
    }

    TransportRequest sent = transport.requests.get(0);
    assertThat(sent.uri().getPath()).isEqualTo(vector.json().get("path").asString());
    assertThat(sent.headers().first("content-type")).hasValue("application/x-protobuf");
    assertThat(sent.headers().first("content-encoding").isPresent()).isEqualTo(compressed);
    byte[] body = new byte[sent.bodyLength()];
    sent.body().get(body);
    assertThat(message(body, compressed)).isEqualTo(message(vector.bytes(), compressed));
  }

  private static void send(JsonNode decoded, BodyFormat format, ApiClient client) {
    boolean forwardOnly = decoded.get("forward_only").asBoolean();
    byte[] request =
        Vector.MAPPER.writeValueAsBytes(
            request(decoded, forwardOnly ? "forward_input" : "forward_backward_input"));
    try {
      if (forwardOnly) {
        client.call(Operations.forward(format), JsonCodec.read(request, ForwardRequest.class));
      } else {
        client.call(
            Operations.forwardBackward(format),
            JsonCodec.read(request, ForwardBackwardRequest.class));
      }
    } catch (io.tinker4j.transport.DecodeException e) {
      assertThat(e).hasMessageContaining("request_id"); // The canned answer has none.
    }
  }

  private static io.tinker4j.types.proto.ForwardBackwardRequest message(
      byte[] body, boolean compressed) throws InvalidProtocolBufferException {
    if (compressed) {
      assertThat(Zstd.getFrameContentSize(body)).isPositive();
    }
    return io.tinker4j.types.proto.ForwardBackwardRequest.parseFrom(
        compressed ? Zstd.decompress(body, (int) Zstd.getFrameContentSize(body)) : body);
  }

  private static ObjectNode request(JsonNode decoded, String inputName) {
    ObjectNode request = Vector.MAPPER.createObjectNode();
    request.set("model_id", decoded.get("model_id"));
    request.set("seq_id", decoded.get("seq_id"));
    ObjectNode input = request.putObject(inputName);
    input.set("loss_fn", decoded.get("loss_fn"));
    input.set("loss_fn_config", decoded.get("loss_fn_config"));
    ArrayNode data = input.putArray("data");
    for (JsonNode datum : decoded.get("data")) {
      ObjectNode ours = data.addObject();
      ArrayNode chunks = ours.putObject("model_input").putArray("chunks");
      datum.get("model_input").forEach(chunk -> chunks.add(chunk(chunk)));
      ObjectNode tensors = ours.putObject("loss_fn_inputs");
      datum
          .get("loss_fn_inputs")
          .properties()
          .forEach(entry -> tensors.set(entry.getKey(), tensor(entry.getValue())));
    }
    return request;
  }

  private static ObjectNode chunk(JsonNode recorded) {
    ObjectNode chunk = ((ObjectNode) recorded).deepCopy();
    chunk.set("type", chunk.remove("kind"));
    if (chunk.has("data_base64")) {
      chunk.set("data", chunk.remove("data_base64"));
    }
    if (chunk.has("dmel_base64")) {
      chunk.set("dmel", chunk.remove("dmel_base64"));
    }
    return chunk;
  }

  private static ObjectNode tensor(JsonNode recorded) {
    ObjectNode tensor = Vector.MAPPER.createObjectNode();
    tensor.set("data", recorded.get("values"));
    tensor.set("dtype", recorded.get("dtype"));
    if (!recorded.get("shape").isEmpty()) {
      tensor.set("shape", recorded.get("shape"));
    }
    if (recorded.get("encoding").asString().equals("sparse_csr")) {
      tensor.set("sparse_crow_indices", recorded.get("crow_indices"));
      tensor.set("sparse_col_indices", recorded.get("col_indices"));
    }
    return tensor;
  }
}
