package io.tinker4j.verify.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tinker4j.transport.TinkerException;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.endpoint.BodyFormat;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.transport.operation.JsonCodec;
import io.tinker4j.types.Datum;
import io.tinker4j.types.ImageAssetPointerChunk;
import io.tinker4j.types.ImageFormat;
import io.tinker4j.types.LoraConfig;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.ModelInputChunk;
import io.tinker4j.types.SamplingParams;
import io.tinker4j.types.TensorData;
import io.tinker4j.types.wire.ForwardBackwardInput;
import io.tinker4j.types.wire.ForwardBackwardRequest;
import io.tinker4j.types.wire.GetBillingUsageRequest;
import io.tinker4j.types.wire.LoadWeightsRequest;
import io.tinker4j.types.wire.OptimStepRequest;
import io.tinker4j.types.wire.SampleRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import tools.jackson.databind.JsonNode;

/**
 * The vectors whose cases are described in words: what each says in Java. A case that only Python
 * can have is left out as such: there the compiler refuses, or there is no such argument.
 */
final class Refusals {
  private static final String PYTHON_ONLY = "Python only: Java's types do not allow it";

  private static final Map<String, ThrowingCallable> VALIDATION =
      Map.ofEntries(
          Map.entry("LoraConfig without rank", () -> LoraConfig.builder().build()),
          Map.entry(
              "LoraConfig rank given as the string \"8\" (coerced)",
              reading("{\"rank\":\"8\"}", LoraConfig.class)),
          Map.entry(
              "LoraConfig rank 8.0 (coerced to 8)", reading("{\"rank\":8.0}", LoraConfig.class)),
          Map.entry("LoraConfig rank 8.5", reading("{\"rank\":8.5}", LoraConfig.class)),
          Map.entry(
              "LoraConfig rank 0 (no range check on the client)",
              () -> LoraConfig.builder().rank(0).build()),
          Map.entry(
              "EncodedTextChunk with fractional token",
              reading(
                  "{\"chunks\":[{\"tokens\":[1.5],\"type\":\"encoded_text\"}]}", ModelInput.class)),
          Map.entry(
              "ImageChunk data given as base64 text with bad padding",
              reading(
                  "{\"data\":\"AAA\",\"format\":\"png\",\"type\":\"image\"}",
                  ModelInputChunk.class)),
          Map.entry(
              "SamplingParams stop mixing strings and ints",
              reading("{\"stop\":[\"a\",1]}", SamplingParams.class)),
          Map.entry(
              "SampleRequest without sampling_params",
              () -> SampleRequest.builder().prompt(ModelInput.empty()).build()),
          Map.entry(
              "OptimStepRequest without adam_params",
              () -> OptimStepRequest.builder().modelId("m").build()),
          Map.entry(
              "LoadWeightsRequest without optimizer",
              () -> LoadWeightsRequest.builder().path("p").build()),
          Map.entry(
              "LoadWeightsRequest with neither addressing form (not checked on the client)",
              () -> LoadWeightsRequest.builder().path("p").optimizer(true).build()),
          Map.entry(
              "GetBillingUsageRequest with a malformed timestamp",
              reading(
                  "{\"starting_on\":\"soon\",\"ending_before\":\"2026-01-01T00:00:00Z\"}",
                  GetBillingUsageRequest.class)),
          Map.entry(
              "ModelInput chunk without type tag (resolved by shape)",
              () ->
                  assertThat(
                          JsonCodec.read(
                              bytes("{\"chunks\":[{\"tokens\":[1]}]}"), ModelInput.class))
                      .isEqualTo(ModelInput.ofInts(1))));

  private static final Map<String, ThrowingCallable> TRAINING =
      Map.ofEntries(
          Map.entry(
              "image asset pointer in training data",
              () ->
                  pass(
                      Datum.of(
                          ModelInput.empty()
                              .append(
                                  ImageAssetPointerChunk.builder()
                                      .format(ImageFormat.PNG)
                                      .location("x")
                                      .build()),
                          Map.of()),
                      1)),
          Map.entry(
              "token above int32",
              reading(
                  "{\"tokens\":[2147483648],\"type\":\"encoded_text\"}", ModelInputChunk.class)),
          Map.entry(
              "sparse row pointers without column indices",
              reading(
                  "{\"data\":[1],\"dtype\":\"int64\",\"shape\":[1,1],\"sparse_crow_indices\":[0,1]}",
                  TensorData.class)),
          Map.entry(
              "ragged nested list", () -> TensorData.ofRows(new long[] {1, 2}, new long[] {3})),
          Map.entry(
              "shape that does not match the element count",
              () -> TensorData.ofLongs(new long[3], 2, 2)),
          Map.entry("tensor without dtype", reading("{\"data\":[1]}", TensorData.class)),
          Map.entry(
              "unknown dtype name",
              reading("{\"data\":[1],\"dtype\":\"int32\"}", TensorData.class)),
          Map.entry(
              "seq_id above int32",
              () -> pass(Datum.of(ModelInput.ofInts(1), Map.of()), 2147483648L)));

  private Refusals() {}

  static void assert072(JsonNode recorded) {
    ThrowingCallable inJava = VALIDATION.get(recorded.get("case").asString());
    assumeTrue(inJava != null, PYTHON_ONLY);
    if (recorded.get("valid").asBoolean()) {
      assertThatCode(inJava).doesNotThrowAnyException();
    } else {
      assertRefused(inJava);
    }
  }

  static void assert221(JsonNode recorded) {
    ThrowingCallable inJava = TRAINING.get(recorded.get("case").asString());
    assumeTrue(inJava != null, PYTHON_ONLY);
    assertRefused(inJava);
  }

  /** Lists of the element type that their key has; Python converts others. */
  static void assert222(JsonNode recorded) {
    String input = recorded.get("input").toString();
    boolean integers = recorded.get("dtype").asString().equals("int64");
    assumeTrue(!input.matches(integers ? ".*(\\.|true|false).*" : ".*(true|false).*"), PYTHON_ONLY);
    long[] data = Vector.MAPPER.treeToValue(recorded.get("data"), long[].class);
    long[] shape = Vector.MAPPER.treeToValue(recorded.get("shape"), long[].class);

    TensorData tensor;
    if (recorded.get("input").path(0).isArray()) {
      tensor = TensorData.ofRows(Vector.MAPPER.treeToValue(recorded.get("input"), long[][].class));
    } else if (integers) {
      tensor = TensorData.of(Vector.MAPPER.treeToValue(recorded.get("input"), long[].class));
    } else {
      tensor = TensorData.of(Vector.MAPPER.treeToValue(recorded.get("input"), float[].class));
    }

    assertThat(tensor.dtype().value()).isEqualTo(recorded.get("dtype").asString());
    assertThat(tensor.shape()).isEqualTo(shape);
    assertThat(tensor.size()).isEqualTo(data.length);
    for (int i = 0; i < data.length; i++) {
      assertThat(integers ? tensor.longs().get(i) : (long) tensor.floats().get(i))
          .isEqualTo(data[i]);
    }
  }

  private static void assertRefused(ThrowingCallable action) {
    assertThatThrownBy(action)
        .satisfiesAnyOf(
            e -> assertThat(e).isInstanceOf(TinkerException.class),
            e -> assertThat(e).isInstanceOf(IllegalArgumentException.class),
            e -> assertThat(e).isInstanceOf(IllegalStateException.class));
  }

  private static ThrowingCallable reading(String json, Class<?> type) {
    return () -> JsonCodec.read(bytes(json), type);
  }

  private static byte[] bytes(String json) {
    return json.getBytes(StandardCharsets.UTF_8);
  }

  private static void pass(Datum datum, long seqId) {
    CannedTransport transport = CannedTransport.emptyObject();
    try (ApiClient client = transport.client("https://tinker.example")) {
      client.call(
          Operations.forwardBackward(BodyFormat.PROTOBUF),
          ForwardBackwardRequest.builder()
              .modelId("m")
              .seqId(seqId)
              .forwardBackwardInput(
                  ForwardBackwardInput.builder()
                      .lossFn("cross_entropy")
                      .data(List.of(datum))
                      .build())
              .build());
    } finally {
      assertThat(transport.requests).isEmpty();
    }
  }
}
