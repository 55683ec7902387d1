package io.tinker4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.transport.Headers;
import io.tinker4j.transport.Transport;
import io.tinker4j.transport.TransportRequest;
import io.tinker4j.transport.TransportResponse;
import io.tinker4j.transport.client.ApiClient;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ProtocolExamplesTest {
  @Test
  void modelInfoAndUnload_describesTheModelAndFreesIt() {
    try (ExampleServer example = ExampleServer.start();
        ApiClient api = example.api()) {
      Map<?, ?> info = ModelInfoAndUnload.run(api, ExampleServer.MODEL);

      assertThat(info.get("lora_rank")).isEqualTo(8);
      assertThat(String.valueOf(info.get("model_data"))).contains(ExampleServer.MODEL);
      assertThat(example.requests("unload_model")).isEqualTo(1);
      assertThat(example.requests("retrieve_future")).isGreaterThanOrEqualTo(2);
    }
  }

  @Test
  void heartbeatProbe_findsTheOneThatIsThere() {
    try (ExampleServer example = ExampleServer.start();
        ApiClient api = example.api()) {
      assertThat(HeartbeatProbe.run(api))
          .isEqualTo(Map.of("session_heartbeat", 200, "heartbeat", 404));
    }
  }

  @Test
  void multipartUpload_sendsTheFileBetweenItsBoundaries() {
    try (ApiClient api =
        ApiClient.builder()
            .baseUrl("http://files.invalid")
            .apiKey("tml-example")
            .transport(new Echo())
            .build()) {
      String sent = MultipartUpload.run(api, Map.of("note.txt", new byte[] {'h', 'i'}));

      assertThat(sent)
          .isEqualTo(
              """
              multipart/form-data; boundary=tinker4j-example-5f0c
              --tinker4j-example-5f0c\r
              Content-Disposition: form-data; name="file"; filename="note.txt"\r
              \r
              hi\r
              --tinker4j-example-5f0c--\r
              """);
    }
  }

  /** Answers with the content type and the body of what was sent. */
  private static final class Echo implements Transport {
    @Override
    public TransportResponse send(TransportRequest request) throws IOException {
      String type = request.headers().first("Content-Type").orElseThrow() + "\n";
      String body = new String(request.bodyStream().readAllBytes(), StandardCharsets.UTF_8);
      return TransportResponse.of(
          200,
          Headers.empty(),
          new ByteArrayInputStream((type + body).getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public void close() {}
  }
}
