package io.tinker4j.transport.client;

import static io.tinker4j.transport.client.TestClient.INPUT;
import static io.tinker4j.transport.client.TestClient.OK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import io.tinker4j.transport.CallKind;
import io.tinker4j.transport.DecodeException;
import io.tinker4j.transport.Headers;
import io.tinker4j.transport.TransportResponse;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BodyEncodingsTest {
  private final FakeTransport server = new FakeTransport();
  private final RecordingListener listener = new RecordingListener();
  private final ApiClient client =
      TestClient.of(server, new RecordingTime()).listener(listener).build();

  private static byte[] encoded(String encoding, byte[] plain) {
    if (encoding.equals("zstd")) {
      return Zstd.compress(plain);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(plain);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return bytes.toByteArray();
  }

  private static TransportResponse response(String encoding, byte[] body) {
    return TransportResponse.of(
        200,
        Headers.builder().set("Content-Encoding", encoding).build(),
        new ByteArrayInputStream(body));
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "zstd"})
  void call_encodedAnswer_isDecodedAndCountedAsItTravelled(String encoding) {
    byte[] body = encoded(encoding, OK.getBytes(StandardCharsets.UTF_8));
    server.then(request -> response(encoding, body));

    assertThat(client.call(TestClient.post(CallKind.TRAIN), INPUT).requestId()).isEqualTo("r1");

    assertThat(server.requests.getFirst().headers().first("Accept-Encoding"))
        .contains("gzip, zstd");
    assertThat(listener.traffic.getFirst().received()).isEqualTo(body.length);
    assertThat(listener.traffic.getFirst().sent())
        .isEqualTo(server.requests.getFirst().bodyLength())
        .isPositive();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "zstd"})
  void call_truncatedAnswer_isALostConnectionAndTriedAgain(String encoding) {
    byte[] body = encoded(encoding, OK.getBytes(StandardCharsets.UTF_8));
    server
        .then(request -> response(encoding, Arrays.copyOf(body, body.length - 3)))
        .answer(200, OK);

    client.call(TestClient.post(CallKind.TRAIN), INPUT);

    assertThat(server.requests).hasSize(2);
  }

  @Test
  void call_unknownEncoding_saysWhich() {
    server.then(request -> response("br", new byte[] {1}));

    assertThatThrownBy(() -> client.call(TestClient.post(CallKind.TRAIN), INPUT, TestClient.ONCE))
        .isInstanceOf(DecodeException.class)
        .hasMessageContaining("'br'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "zstd", "identity", "br"})
  void readFully_emptyBody_isEmptyWhateverTheHeaderSays(String encoding) throws IOException {
    Headers headers = Headers.builder().set("content-encoding", encoding).build();

    assertThat(BodyEncodings.readFully(new ByteArrayInputStream(new byte[0]), headers, 10))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "zstd", "identity"})
  void readFully_moreThanTheLimitWhenDecoded_isRefused(String encoding) throws IOException {
    Headers headers = Headers.builder().set("content-encoding", encoding).build();
    byte[] zeros = new byte[1_000_000];
    byte[] body = encoding.equals("identity") ? zeros : encoded(encoding, zeros);

    assertThat(BodyEncodings.readFully(new ByteArrayInputStream(body), headers, 1_000_000))
        .hasSize(1_000_000);
    assertThatThrownBy(
            () -> BodyEncodings.readFully(new ByteArrayInputStream(body), headers, 999_999))
        .isInstanceOf(DecodeException.class)
        .hasMessageContaining("999999");
  }
}
