package io.tinker4j.types;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Mistakes are refused where they are made, with the field, the value and what is allowed. */
class BadInputTest {
  private final JsonMapper json = JsonMapper.builder().build();

  @Test
  void tensor_shapeThatDoesNotHoldTheData_isRefused() {
    refused(
        () -> TensorData.ofFloats(new float[3], 2, 2),
        "shape is [2, 2], which holds 4 elements, but data has 3");
    refused(() -> TensorData.ofLongs(new long[1], -1), "shape is [-1]", "not negative");
    refused(
        () -> TensorData.ofLongs(new long[1], Long.MAX_VALUE, Long.MAX_VALUE), "no array holds");
  }

  @Test
  void csr_pointersThatDoNotFit_areRefused() {
    TensorData values = TensorData.of(1f, 2f);

    refused(
        () -> values.asCsr(new long[] {0, 2, 1, 2}, new long[] {0, 1}, 3, 4),
        "sparse_crow_indices[2] is 1, below 2");
    refused(() -> values.asCsr(new long[] {0, 1}, new long[] {0, 1}, 1, 4), "from 0 to", "2");
    refused(
        () -> values.asCsr(new long[] {0, 2}, new long[] {0, 4}, 1, 4),
        "sparse_col_indices[1] is 4; allowed are 0 to 3");
    refused(() -> values.asCsr(new long[] {0, 2}, new long[] {0}, 1, 4), "one column per value");
  }

  @Test
  void rows_ofDifferentLengths_areRefused() {
    refused(
        () -> TensorData.ofRows(new float[] {1, 2}, new float[] {3}),
        "row 1 has 1 entries, but row 0 has 2");
  }

  @Test
  void datum_weightsOrTargetsOfAWrongLength_areRefused() {
    ModelInput input = ModelInput.ofInts(1, 2, 3);

    refused(
        () -> Datum.of(input, new int[] {2, 3, 4}, new float[] {1, 1}),
        "weights has 2 entries, but there are 3");
    refused(
        () -> Datum.of(input, new int[] {2, 3}, new float[] {1, 1}),
        "targets has 2 entries, but the model input has 3 tokens");
    refused(() -> Datum.supervised(new int[] {1, 2}, new boolean[1]), "mask has 1 entries");
    refused(() -> Datum.supervised(1), "tokens has 1 entries");
  }

  @Test
  void token_aboveInt32_isRefusedWithItsPlace() {
    assertThatThrownBy(() ->
            json.readValue(
                "{\"chunks\":[{\"tokens\":[1,2147483648],\"type\":\"encoded_text\"}]}",
                ModelInput.class))
        .isInstanceOf(JacksonException.class)
        .hasMessageContaining("tokens[1] is 2147483648")
        .hasMessageContaining("chunks");
  }

  @Test
  void image_thatIsNeitherPngNorJpeg_isRefused(@TempDir Path directory) throws IOException {
    Path gif =
        Files.write(
            directory.resolve("a.gif"),
            "GIF89a".getBytes(java.nio.charset.StandardCharsets.US_ASCII));

    refused(() -> ImageChunk.of(gif), "a.gif", "data begins with 0x474946383961", "png", "jpeg");
    refused(() -> ImageChunk.of(new byte[0]), "data begins with 0x;");
  }

  // readiness: G1, J3, N3, N4
  @Test
  void image_readFromAFile_knowsItsSizeAndSendsItOnlyWhenSet(@TempDir Path directory)
      throws IOException {
    var picture = new java.awt.image.BufferedImage(7, 5, java.awt.image.BufferedImage.TYPE_INT_RGB);
    for (String format : List.of("png", "jpeg")) {
      Path file = directory.resolve("a." + format);
      javax.imageio.ImageIO.write(picture, format, file.toFile());

      ImageChunk image = ImageChunk.of(file);

      assertThat(image.format().value()).isEqualTo(format);
      assertThat(image.width()).isEqualTo(7);
      assertThat(image.height()).isEqualTo(5);
      assertThat(json.readTree(json.writeValueAsString(image)).propertyNames())
          .containsExactly("data", "format", "type");
      assertThat(
              json.readTree(
                      json.writeValueAsString(
                          image.withExpectedTokens(9).withSize(5, 7).withTokens(9)))
                  .propertyNames())
          .containsExactly(
              "data", "format", "expected_tokens", "height", "width", "tokens", "type");
      assertThatIllegalStateException()
          .isThrownBy(image::length)
          .withMessageContaining("expectedTokens");
      assertThat(image.withExpectedTokens(9).length()).isEqualTo(9);
    }
  }

  @Test
  void stop_mixingTextsAndTokens_isRefused() {
    for (String stop : List.of("[\"a\",1]", "[1,\"a\"]")) {
      assertThatThrownBy(() -> json.readValue(stop, StopCondition.class))
          .isInstanceOf(JacksonException.class);
    }
  }

  @Test
  void settings_outOfRange_areRefusedWhenBuilt() {
    refused(
        () -> AdamParams.builder().learningRate(Double.NaN).build(),
        "learning_rate is NaN; it must be finite and at least 0");
    refused(() -> AdamParams.builder().beta2(1).build(), "beta2 is 1.0; it must be below 1");
    refused(() -> AdamParams.builder().eps(Double.POSITIVE_INFINITY).build(), "eps is Infinity");
    refused(
        () -> SamplingParams.builder().temperature(-1).build(),
        "temperature is -1.0; it must be finite and at least 0");
    refused(() -> SamplingParams.builder().topP(1.5).build(), "top_p is 1.5; it must be at most 1");
    refused(
        () -> SamplingParams.builder().maxTokens(0).build(),
        "max_tokens is 0; it must be at least 1");
    refused(() -> SamplingParams.builder().topK(-2).build(), "top_k is -2");
  }

  @Test
  void provenance_thatDoesNotTile_isRefused() {
    Datum datum = Datum.supervised(1, 2, 3);
    var prompt = new ProvenanceSpan.Prompt("s", 0, 1);
    var sampled = new ProvenanceSpan.Sampled("s", 0, 1);

    refused(
        () -> datum.withProvenance(List.of(prompt), List.of(prompt, sampled)),
        "modelInputSpans cover 1 positions; there are 2");
    refused(() -> new ProvenanceSpan.Sampled("", 0, 1), "sequenceId is empty");
    refused(() -> new ProvenanceSpan.Prompt("s", -1, 1), "offset is -1");
    refused(() -> new ProvenanceSpan.Prompt("s", 0, 0), "length is 0");
    assertThat(
            datum
                .withProvenance(List.of(prompt, sampled), List.of(prompt, sampled))
                .modelInputSpans())
        .containsExactly(prompt, sampled);
  }

  private static void refused(ThrowingCallable mistake, String... parts) {
    assertThatIllegalArgumentException()
        .isThrownBy(mistake)
        .satisfies(e -> assertThat(e.getMessage()).contains(parts));
  }
}
