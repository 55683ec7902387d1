package io.tinker4j.training.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.types.Datum;
import io.tinker4j.types.ImageAssetPointerChunk;
import io.tinker4j.types.ImageChunk;
import io.tinker4j.types.ImageFormat;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.TensorData;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ByteEstimateTest {
  @Test
  void ofPrompt_token_isTenBytes() {
    assertThat(ByteEstimate.ofPrompt(ModelInput.ofInts(1, 2, 3))).isEqualTo(30);
  }

  @Test
  void ofPrompt_severalChunks_areAdded() {
    ModelInput prompt =
        ModelInput.ofInts(1, 2)
            .append(ImageChunk.of(new byte[7], ImageFormat.PNG))
            .append(
                ImageAssetPointerChunk.builder()
                    .location("tinker://image")
                    .format(ImageFormat.PNG)
                    .build());

    assertThat(ByteEstimate.ofPrompt(prompt)).isEqualTo(20 + 7 + 14);
  }

  @Test
  void of_datum_isFourBytesAToken_andTheTensors() {
    Datum datum =
        Datum.of(
            ModelInput.ofInts(1, 2, 3),
            Map.of(
                "target_tokens", TensorData.of(1L, 2L, 3L), "weights", TensorData.of(1f, 1f, 0f)));

    assertThat(ByteEstimate.of(datum)).isEqualTo(3 * 4 + 3 * 8 + 3 * 4);
  }

  @Test
  void of_sparseTensor_countsValuesAndIndices() {
    TensorData sparse = TensorData.of(1f, 2f).asCsr(new long[] {0, 1, 2}, new long[] {0, 1}, 2, 2);

    assertThat(ByteEstimate.of(Datum.of(ModelInput.empty(), Map.of("weights", sparse))))
        .isEqualTo(2 * 4 + (3 + 2) * 8);
  }
}
