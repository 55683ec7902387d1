package io.tinker4j.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.tinker4j.transport.operation.JsonCodec;
import io.tinker4j.types.proto.ArrayRecord;
import io.tinker4j.types.proto.BatchedTensor;
import io.tinker4j.types.proto.DType;
import io.tinker4j.types.proto.ForwardBackwardOutput;
import io.tinker4j.types.proto.ForwardBackwardRequest;
import io.tinker4j.types.proto.SampleResponse;
import io.tinker4j.types.proto.SampledSequence;
import io.tinker4j.types.proto.SparseCsr;
import io.tinker4j.types.proto.StopReason;
import io.tinker4j.types.proto.Tensor;
import io.tinker4j.types.proto.TopkLogprobs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The table of messages is that of the schema, and what it writes and reads is protobuf. */
class MessagesTest {
  private static final Path SCHEMA = Path.of("../openapi/proto/tinker_public.proto");

  private final Messages messages = CaseFiles.all().messages();

  private static ByteString bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return ByteString.copyFrom(bytes);
  }

  @Test
  void table_hasTheNumbersOfTheSchema() throws IOException {
    String schema = Files.readString(SCHEMA);
    Spec table = Spec.ofResource("cases/messages.json");

    table
        .specs("messages")
        .forEach((message, fields) -> {
          Matcher body =
              Pattern.compile("(?s)message " + message + " \\{(.*?)\\n\\}").matcher(schema);
          assertThat(body.find()).as(message).isTrue();
          for (String name : fields.properties().keySet()) {
            assertThat(body.group(1))
                .as(message)
                .containsPattern(" " + name + " = " + fields.text(name).split(" ", -1)[0] + ";");
          }
        });
  }

  @Test
  void write_isReadByTheGeneratedClasses() throws Exception {
    Object request =
        JsonCodec.readMap(
            """
            {"model_id": "m", "seq_id": 300, "loss_fn": "ppo", "forward_only": true,
             "loss_fn_config": {"clip_low_threshold": 0.5},
             "data": [
               {"model_input": [
                  {"encoded_text": {"tokens": [1, -2]}},
                  {"image": {"data": "AQI=", "format": "png", "expected_tokens": 0}}],
                "loss_fn_inputs": {
                  "target_tokens": {"dense": {"int64": [7]}, "dtype": "int64", "shape": [1, 300]},
                  "weights": {"dtype": "float32", "sparse_csr": {
                    "values": {"float32": [1.5]}, "crow_indices": [0], "col_indices": [1]}}}},
               {}]}
            """
                .getBytes(StandardCharsets.UTF_8));

    ForwardBackwardRequest read =
        ForwardBackwardRequest.parseFrom(messages.write("ForwardBackwardRequest", request));

    assertThat(read.getModelId()).isEqualTo("m");
    assertThat(read.getSeqId()).isEqualTo(300);
    assertThat(read.getForwardOnly()).isTrue();
    assertThat(read.getLossFnConfigMap()).isEqualTo(Map.of("clip_low_threshold", 0.5));
    assertThat(read.getDataCount()).isEqualTo(2);
    assertThat(read.getData(0).getModelInput(0).getEncodedText().getTokens())
        .isEqualTo(bytes(1, 0, 0, 0, -2, -1, -1, -1));
    assertThat(read.getData(0).getModelInput(1).getImage().getData()).isEqualTo(bytes(1, 2));
    assertThat(read.getData(0).getModelInput(1).getImage().hasExpectedTokens()).isTrue();
    assertThat(read.getData(0).getLossFnInputsMap())
        .containsEntry(
            "target_tokens",
            Tensor.newBuilder()
                .setDense(bytes(7, 0, 0, 0, 0, 0, 0, 0))
                .setDtype(DType.DTYPE_INT64)
                .addAllShape(List.of(1L, 300L))
                .build())
        .containsEntry(
            "weights",
            Tensor.newBuilder()
                .setDtype(DType.DTYPE_FLOAT32)
                .setSparseCsr(
                    SparseCsr.newBuilder()
                        .setValues(bytes(0, 0, 0xC0, 0x3F))
                        .setCrowIndices(bytes(0, 0, 0, 0, 0, 0, 0, 0))
                        .setColIndices(bytes(1, 0, 0, 0, 0, 0, 0, 0)))
                .build());
    assertThat(read.getUnknownFields().asMap()).isEmpty();
  }

  @Test
  void read_isWhatTheGeneratedClassesWrote() {
    ForwardBackwardOutput output =
        ForwardBackwardOutput.newBuilder()
            .setLossFnOutputType("T")
            .putMetrics("loss:sum", 2.5)
            .putMetrics("", 0)
            .addLossFnOutputs(
                ArrayRecord.newBuilder()
                    .setNumDatums(1)
                    .putFields(
                        "logprobs",
                        BatchedTensor.newBuilder()
                            .setData(bytes(0, 0, 0x80, 0xBF))
                            .setOffsets(bytes(0, 0, 0, 0, 0, 0, 0, 0))
                            .addAllTrailingShape(List.of(1L, 300L))
                            .setDtype(DType.DTYPE_FLOAT32)
                            .build()))
            .build();

    assertThat(messages.read("ForwardBackwardOutput", output.toByteArray()))
        .isEqualTo(
            Map.of(
                "loss_fn_output_type",
                "T",
                "metrics",
                Map.of("loss:sum", 2.5, "", 0.0),
                "loss_fn_outputs",
                List.of(
                    Map.of(
                        "num_datums",
                        1L,
                        "fields",
                        Map.of(
                            "logprobs",
                            Map.of(
                                "data",
                                List.of(-1f),
                                "offsets",
                                List.of(0L),
                                "dtype",
                                "float32",
                                "trailing_shape",
                                List.of(1L, 300L)))))));
  }

  private static SampleResponse sample() {
    return SampleResponse.newBuilder()
        .addSequences(
            SampledSequence.newBuilder()
                .setStopReason(StopReason.STOP_REASON_LENGTH)
                .setTokens(bytes(1, 0, 0, 0)))
        .addSequences(SampledSequence.newBuilder().setTokens(bytes(2, 0, 0, 0)))
        .setTopkPromptLogprobs(TopkLogprobs.newBuilder().setK(2).setLength(3))
        .setPromptAltTokens(
            io.tinker4j.types.proto.PromptAltTokens.newBuilder().setTokens(Tensor.newBuilder()))
        .build();
  }

  @Test
  void read_leavesAbsentFieldsOutAndSkipsUnknownOnes() {
    assertThat(messages.read("SampleResponse", sample().toByteArray()))
        .isEqualTo(
            Map.of(
                "sequences",
                List.of(
                    Map.of("stop_reason", "length", "tokens", List.of(1)),
                    Map.of("tokens", List.of(2))),
                "topk_prompt_logprobs",
                Map.of("k", 2L, "length", 3L)));
  }

  @Test
  void read_cutOff_isRefusedOrAMessageWithoutItsEnd() {
    byte[] whole = sample().toByteArray();
    for (int length = 0; length < whole.length; length++) {
      byte[] part = Arrays.copyOf(whole, length);
      try {
        assertThat(messages.read("SampleResponse", part).size()).isLessThanOrEqualTo(2);
      } catch (IllegalArgumentException e) {
        assertThat(e).hasMessageContaining("SampleResponse");
      }
    }
  }

  @Test
  void read_ofSomethingElse_isRefused() {
    for (byte[] bytes :
        List.of(
            new byte[] {(byte) 0xFF, 1, 2, 3},
            new byte[] {0x0A, 1},
            new byte[] {0x08, 1},
            new byte[] {0x12, 3, 0, 0, 0},
            new byte[] {0x0A, 2, 0x08, 9},
            new byte[] {
              0x20, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
            })) {
      assertThatThrownBy(() -> messages.read("SampleResponse", bytes))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("SampleResponse");
    }
  }
}
