package io.tinker4j.transport.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import com.google.protobuf.ByteString;
import io.tinker4j.transport.DecodeException;
import io.tinker4j.transport.Headers;
import io.tinker4j.transport.operation.Codec;
import io.tinker4j.transport.operation.JsonCodec;
import io.tinker4j.transport.operation.Operation;
import io.tinker4j.types.Datum;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.LossFunction;
import io.tinker4j.types.Metrics;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.OptimStepResponse;
import io.tinker4j.types.StopReason;
import io.tinker4j.types.StorageBillingEvent;
import io.tinker4j.types.TensorData;
import io.tinker4j.types.TrainingRun;
import io.tinker4j.types.proto.ArrayRecord;
import io.tinker4j.types.proto.BatchedTensor;
import io.tinker4j.types.proto.DType;
import io.tinker4j.types.proto.SampleResponse;
import io.tinker4j.types.proto.SampledSequence;
import io.tinker4j.types.proto.TopkLogprobs;
import io.tinker4j.types.wire.ForwardBackwardInput;
import io.tinker4j.types.wire.ForwardBackwardRequest;
import io.tinker4j.types.wire.UntypedFuture;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CodecTest {
  private static ForwardBackwardRequest request(LossFunction loss) {
    return ForwardBackwardRequest.builder()
        .modelId("m")
        .seqId(7)
        .forwardBackwardInput(
            ForwardBackwardInput.builder()
                .addData(
                    Datum.of(
                        ModelInput.ofInts(1, 256), new int[] {2, 3}, new float[] {0.5f, Float.NaN}))
                .lossFn(loss.name())
                .lossFnConfig(loss.config())
                .build())
        .build();
  }

  private static Codec.Answer answer(String contentType, byte[] body) {
    return Codec.Answer.of(200, Headers.builder().set("content-type", contentType).build(), body);
  }

  @Test
  void trainingPass_plainAndCompressed_carryTheSameMessage() throws Exception {
    ForwardBackwardRequest request = request(LossFunction.ppo(0.8, 1.2));

    Codec.Body plain = Operations.forwardBackward(BodyFormat.PROTOBUF).codec().encode(request);
    Codec.Body compressed =
        Operations.forwardBackward(BodyFormat.PROTOBUF_ZSTD).codec().encode(request);

    assertThat(plain.contentType()).isEqualTo("application/x-protobuf");
    assertThat(compressed.contentEncoding()).hasValue("zstd");
    assertThat(Zstd.getFrameContentSize(compressed.bytes())).isEqualTo(plain.bytes().length);
    assertThat(Zstd.decompress(compressed.bytes(), plain.bytes().length)).isEqualTo(plain.bytes());
    var message = io.tinker4j.types.proto.ForwardBackwardRequest.parseFrom(plain.bytes());
    assertThat(message.getSeqId()).isEqualTo(7);
    assertThat(message.getForwardOnly()).isFalse();
    assertThat(message.getLossFnConfigMap()).containsEntry("clip_high_threshold", 1.2);
    assertThat(message.getData(0).getModelInput(0).getEncodedText().getTokens().toByteArray())
        .containsExactly(1, 0, 0, 0, 0, 1, 0, 0);
    var weights = message.getData(0).getLossFnInputsOrThrow("weights");
    assertThat(weights.getDtype()).isEqualTo(DType.DTYPE_FLOAT32);
    assertThat(weights.getShapeList()).containsExactly(2L);
    assertThat(floats(weights.getDense())).containsExactly(0.5f, Float.NaN);
    var targets = message.getData(0).getLossFnInputsOrThrow("target_tokens");
    assertThat(ProtoArrays.toLongs(targets.getDense().asReadOnlyByteBuffer()))
        .containsExactly(2L, 3L);
  }

  @Test
  void trainingPass_sequenceNumberBeyondTheWire_isRefused() {
    assertThatThrownBy(() ->
            Operations.forwardBackward(BodyFormat.PROTOBUF)
                .codec()
                .encode(
                    ForwardBackwardRequest.builder()
                        .from(request(LossFunction.PPO))
                        .seqId(1L << 31)
                        .build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("seq_id is 2147483648");
  }

  @Test
  void forwardBackwardOutput_raggedRecords_areConcatenated() {
    var message =
        io.tinker4j.types.proto.ForwardBackwardOutput.newBuilder()
            .setLossFnOutputType("module:ArrayRecord")
            .putMetrics("loss:sum", 2.5)
            .addLossFnOutputs(record(1f, 2f))
            .addLossFnOutputs(record(3f))
            .build();

    FutureOutcome<ForwardBackwardOutput> outcome =
        Operations.RETRIEVE_FORWARD_BACKWARD
            .codec()
            .decode(answer("application/x-protobuf", message.toByteArray()));

    assertThat(outcome)
        .isEqualTo(
            new FutureOutcome.Ready<>(
                ForwardBackwardOutput.of(
                    "ArrayRecord",
                    List.of(
                        Map.of("logprobs", TensorData.of(1f, 2f)),
                        Map.of("logprobs", TensorData.of(3f))),
                    Metrics.of(Map.of("loss:sum", 2.5)))));
  }

  private static ArrayRecord record(float... values) {
    return ArrayRecord.newBuilder()
        .setNumDatums(1)
        .putFields(
            "logprobs",
            BatchedTensor.newBuilder()
                .setDtype(DType.DTYPE_FLOAT32)
                .setData(packed(values))
                .setOffsets(packed(new long[] {0, 4L * values.length}))
                .build())
        .build();
  }

  @Test
  void sampleResponse_binary_reads() throws Exception {
    byte[] bytes =
        SampleResponse.newBuilder()
            .addSequences(
                SampledSequence.newBuilder()
                    .setStopReason(io.tinker4j.types.proto.StopReason.STOP_REASON_LENGTH)
                    .setTokens(packed(new int[] {5, 6}))
                    .setLogprobs(packed(new float[] {-1f, -2f})))
            .setPromptLogprobs(packed(new float[] {Float.NaN, -0.5f}))
            .setTopkPromptLogprobs(
                TopkLogprobs.newBuilder()
                    .setK(1)
                    .setLength(2)
                    .setTokenIds(packed(new int[] {0, 9}))
                    .setLogprobs(packed(new float[] {-99999f, -0.25f})))
            .setPromptCacheHitTokens(2)
            .build()
            .toByteArray();

    var response = ProtoResults.sample(ByteBuffer.wrap(bytes));

    assertThat(response.sequences().get(0).toInts()).containsExactly(5, 6);
    assertThat(response.sequences().get(0).stopReason()).isEqualTo(StopReason.LENGTH);
    assertThat(response.promptLogprobs().orElseThrow().get(1)).isEqualTo(-0.5f);
    assertThat(response.topkPromptLogprobs().orElseThrow().count(0)).isZero();
    assertThat(response.topkPromptLogprobs().orElseThrow().count(1)).isEqualTo(1);
    assertThat(response.promptCacheHitTokens()).isEqualTo(2);
  }

  @Test
  void sampleResponse_brokenBinary_isADecodeException() {
    byte[] misaligned =
        SampleResponse.newBuilder()
            .addSequences(SampledSequence.newBuilder().setTokens(ByteString.copyFrom(new byte[5])))
            .build()
            .toByteArray();

    for (byte[] body : List.of(misaligned, new byte[] {1, 2, 3})) {
      assertThatThrownBy(() ->
              Operations.RETRIEVE_SAMPLE.codec().decode(answer("application/x-protobuf", body)))
          .isInstanceOf(DecodeException.class)
          .hasMessageContaining("SampleResponse");
    }
  }

  @Property(tries = 2000)
  void anyBytes_asAnyAnswer_giveAResultOrADecodeException(
      @ForAll byte[] body, @ForAll boolean binary) {
    Codec.Answer answer = answer(binary ? "application/x-protobuf" : "application/json", body);

    for (Operation<?, ?> operation :
        List.of(
            Operations.RETRIEVE_SAMPLE,
            Operations.RETRIEVE_FORWARD_BACKWARD,
            Operations.RETRIEVE_OPTIM_STEP,
            Operations.GET_TRAINING_RUN)) {
      try {
        assertThat((Object) operation.codec().decode(answer)).isNotNull();
      } catch (DecodeException e) {
        assertThat(e.getMessage()).isNotBlank();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "null", "{", "[]", "{\"request_id\":1} x", "\"text\"", "{\"a\":\u0000}"})
  void json_brokenDocument_isADecodeException(String text) {
    assertThatThrownBy(
            () -> JsonCodec.read(text.getBytes(StandardCharsets.UTF_8), UntypedFuture.class))
        .isInstanceOf(DecodeException.class)
        .hasMessageContaining("UntypedFuture");
  }

  @Test
  void json_deepNesting_isADecodeException() {
    String deep = "{\"x\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";

    assertThatThrownBy(() -> JsonCodec.readMap(deep.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(DecodeException.class);
  }

  @Test
  void json_numberThatIsNotFinite_isRefusedWithItsPlace() {
    StorageBillingEvent event = StorageBillingEvent.builder().gigabyteHours(Double.NaN).build();

    assertThatThrownBy(() -> JsonCodec.write(event))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("gigabyte_hours");
  }

  @Test
  void future_eachAnswer_isToldApartInOrder() {
    Codec<?, FutureOutcome<OptimStepResponse>> codec = Operations.RETRIEVE_OPTIM_STEP.codec();

    assertThat(codec.decode(json("{\"type\":\"try_again\",\"queue_state\":\"weird\"}")))
        .isInstanceOf(FutureOutcome.TryAgain.class);
    assertThat(
            codec.decode(json("{\"status\":\"complete_metadata\",\"response_payload_size\":12}")))
        .isEqualTo(new FutureOutcome.SizeOnly<>(12));
    assertThat(codec.decode(json("{\"error\":null,\"category\":\"server\"}")))
        .isEqualTo(new FutureOutcome.Failed<>("no reason given", "server"));
    assertThat(codec.decode(json("{\"metrics\":{}}"))).isInstanceOf(FutureOutcome.Ready.class);
    assertThatThrownBy(() -> codec.decode(answer("application/x-protobuf", new byte[0])))
        .isInstanceOf(DecodeException.class);
  }

  private static Codec.Answer json(String text) {
    return answer("application/json", text.getBytes(StandardCharsets.UTF_8));
  }

  private static float[] floats(ByteString bytes) {
    float[] values = new float[bytes.size() / Float.BYTES];
    ProtoArrays.floats(bytes.asReadOnlyByteBuffer()).get(values);
    return values;
  }

  private static ByteString packed(float[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return ByteString.copyFrom(bytes);
  }

  private static ByteString packed(int[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(values);
    return ByteString.copyFrom(bytes);
  }

  private static ByteString packed(long[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(values);
    return ByteString.copyFrom(bytes);
  }

  // readiness: H1, U12
  @Property
  void trainingRun_corrupted_isAlwaysABoolean(
      @ForAll("corrupted") String corrupted,
      @ForAll @IntRange(max = 9) int rank,
      @ForAll @AlphaChars @StringLength(max = 8) String extra) {
    String json =
        """
        {"training_run_id": "r", "base_model": "b", "model_owner": "o", "is_lora": true,
         "last_request_time": "2026-01-01T00:00:00Z", %s "lora_rank": %d, "x%s": {"corrupted": true}}
        """
            .formatted(corrupted, rank, extra);

    boolean read =
        JsonCodec.read(json.getBytes(StandardCharsets.UTF_8), TrainingRun.class).isCorrupted();

    assertThat(read).isEqualTo(corrupted.contains("true"));
  }

  @Provide
  Arbitrary<String> corrupted() {
    return Arbitraries.of(
        "",
        "\"corrupted\": null,",
        "\"corrupted\": true,",
        "\"corrupted\": false,",
        "\"corrupted\": \"true\",",
        "\"corrupted\": \"false\",");
  }
}
