package io.tinker4j.testkit;

import static io.tinker4j.testkit.WireClient.list;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.tinker4j.types.proto.Chunk;
import io.tinker4j.types.proto.ForwardBackwardRequest;
import io.tinker4j.types.proto.ImageChunk;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How many tokens an image takes, and that what a request expects of it is checked. */
class ImageTokensTest {
  /** A PNG of 56 by 28 pixels: two patches. */
  private static final String PNG =
      "iVBORw0KGgoAAAANSUhEUgAAADgAAAAcAQAAAAAcwEGTAAAADElEQVR42mNgGN4AAADgAAFp/i1dAAAAAElFTkSuQmCC";

  private final EmbeddedTinkerServer server = EmbeddedTinkerServer.start();
  private final WireClient client = new WireClient(server);

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  private static String image(String data, String expected) {
    return "{\"type\":\"image\",\"data\":\"%s\",\"format\":\"png\"%s}".formatted(data, expected);
  }

  private static String sample(String image) {
    return """
    {"prompt":{"chunks":[%s,{"type":"encoded_text","tokens":[97]}]},"prompt_logprobs":true,
     "sampling_params":{"max_tokens":1},"base_model":"tinker4j/tiny-bytes"}
    """
        .formatted(image);
  }

  private static String pass(String model, String image, int targets) {
    return """
    {"model_id":"%s","seq_id":1,"forward_input":{"loss_fn":"cross_entropy","data":[
      {"model_input":{"chunks":[%s,{"type":"encoded_text","tokens":[97]}]},
       "loss_fn_inputs":{"target_tokens":{"data":[%s98],"dtype":"int64"}}}]}}
    """
        .formatted(model, image, "0,".repeat(targets - 1));
  }

  @Test
  void image_thatExpectsWhatItTakes_isRead() {
    Map<String, @Nullable Object> told =
        client.run("asample", sample(image(PNG, ",\"expected_tokens\":2")));
    Map<String, @Nullable Object> untold = client.run("asample", sample(image(PNG, "")));

    assertThat(list(told.get("prompt_logprobs"))).hasSize(3);
    assertThat(untold.get("prompt_logprobs")).isEqualTo(told.get("prompt_logprobs"));
  }

  @ParameterizedTest
  @CsvSource({"1", "3", "0", "-1", "4097"})
  void sample_withAnImageThatExpectsAnotherNumber_isRefused(int expected) {
    HttpResponse<byte[]> answer =
        client.tryPost("asample", sample(image(PNG, ",\"expected_tokens\":" + expected)));

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(new String(answer.body(), StandardCharsets.UTF_8))
        .contains("expected_tokens")
        .contains(String.valueOf(expected));
  }

  @Test
  void pass_withAnImageThatExpectsAnotherNumber_isRefusedBeforeItRuns() {
    String model = client.createModel();

    HttpResponse<byte[]> answer =
        client.tryPost("forward", pass(model, image(PNG, ",\"expected_tokens\":3"), 4));

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(server.ledger(model)).isEmpty();
  }

  @Test
  void binaryPass_withAnImageThatExpectsAnotherNumber_isRefused() {
    ForwardBackwardRequest.Builder pass =
        BinaryPass.request(client.createModel(), 1, true).toBuilder();
    pass.getDataBuilder(0)
        .addModelInput(
            0,
            Chunk.newBuilder()
                .setImage(
                    ImageChunk.newBuilder()
                        .setData(ByteString.copyFrom(Base64.getDecoder().decode(PNG)))
                        .setFormat("png")
                        .setExpectedTokens(1)));

    assertThat(client.tryPostProtobuf(pass.build().toByteArray(), null).statusCode())
        .isEqualTo(400);
  }

  /** Nothing is known of bytes that are no image but what the request says. */
  @Test
  void image_thatCannotBeRead_takesWhatIsExpectedOfIt() {
    Map<String, @Nullable Object> result =
        client.run("asample", sample(image("AAAA", ",\"expected_tokens\":5")));

    assertThat(list(result.get("prompt_logprobs"))).hasSize(6);
  }

  @Test
  void skyrl_dropsTheImageUnchecked() {
    try (EmbeddedTinkerServer other =
            EmbeddedTinkerServer.builder().personality(Personality.SKYRL).start();
        WireClient wire = new WireClient(other)) {
      String image = image(PNG, ",\"expected_tokens\":99");

      assertThat(wire.run("forward", pass(wire.createModel(), image, 1)))
          .containsKey("loss_fn_outputs");
    }
  }
}
