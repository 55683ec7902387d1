package io.tinker4j.transport.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.github.luben.zstd.ZstdOutputStream;
import io.tinker4j.transport.AuthenticationException;
import io.tinker4j.transport.DecodeException;
import io.tinker4j.transport.Headers;
import io.tinker4j.transport.NotFoundException;
import io.tinker4j.transport.TransportResponse;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.types.wire.ClientConfigRequest;
import io.tinker4j.types.wire.ListTrainingRunsRequest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No answer takes more memory than answers of its kind may need, whatever it says of itself. */
class AnswerLimitsTest {
  private static final ClientConfigRequest CONFIG =
      ClientConfigRequest.builder().sdkVersion("1").build();

  private final FakeTransport server = new FakeTransport();
  private final ApiClient client = TestClient.of(server, new RecordingTime()).build();

  /** White space without an end, of which it is counted how much was read. */
  private static final class Endless extends InputStream {
    private long read;

    @Override
    public int read() {
      read++;
      return ' ';
    }

    @Override
    public int read(byte[] into, int offset, int length) {
      Arrays.fill(into, offset, offset + length, (byte) ' ');
      read += length;
      return length;
    }
  }

  private static byte[] bomb(String encoding, int mebibytes) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] spaces = new byte[1 << 20];
    Arrays.fill(spaces, (byte) ' ');
    try (OutputStream out =
        encoding.equals("gzip") ? new GZIPOutputStream(bytes) : new ZstdOutputStream(bytes)) {
      for (int i = 0; i < mebibytes; i++) {
        out.write(spaces);
      }
    }
    return bytes.toByteArray();
  }

  private static TransportResponse response(int status, InputStream body, String... header) {
    Headers.Builder headers = Headers.builder().set("content-type", "application/json");
    if (header.length > 0) {
      headers.set(header[0], header[1]);
    }
    return TransportResponse.of(status, headers.build(), body);
  }

  @Test
  void call_settingsWithoutAnEnd_stopAtOneMebibyteAndAreFinal() {
    Endless endless = new Endless();
    server.then(request -> response(200, endless));

    assertThatThrownBy(() -> client.call(Operations.CLIENT_CONFIG, CONFIG))
        .isInstanceOf(DecodeException.class)
        .hasMessageContaining("1048576 bytes")
        .hasMessageContaining("client_config");

    assertThat(endless.read).isLessThan(2 << 20);
    assertThat(server.requests).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "zstd"})
  void call_compressedBomb_stopsAtTheDecodedLimit(String encoding) throws IOException {
    byte[] bomb = bomb(encoding, 100);
    server.then(
        request -> response(200, new ByteArrayInputStream(bomb), "content-encoding", encoding));

    assertThatThrownBy(() ->
            client.call(Operations.LIST_TRAINING_RUNS, ListTrainingRunsRequest.builder().build()))
        .isInstanceOf(DecodeException.class)
        .hasMessageContaining("67108864 bytes");

    assertThat(server.requests).hasSize(1);
  }

  @Test
  void call_lengthBeyondTheLimit_isRefusedBeforeAByteIsRead() {
    Endless endless = new Endless();
    server.then(request -> response(200, endless, "content-length", "10000000000"));

    assertThatThrownBy(() -> client.call(Operations.CLIENT_CONFIG, CONFIG))
        .isInstanceOf(DecodeException.class)
        .hasMessageContaining("10000000000");

    assertThat(endless.read).isZero();
  }

  @Test
  void call_errorWithoutAnEnd_isThatStatusWithTheBeginningOfItsText() {
    Endless endless = new Endless();
    server.then(request -> response(404, endless, "content-length", "10000000000"));

    NotFoundException failure =
        catchThrowableOfType(
            NotFoundException.class, () -> client.call(Operations.CLIENT_CONFIG, CONFIG));

    assertThat(failure.body()).hasSize((64 << 10) + 1).endsWith("…");
    assertThat(endless.read).isEqualTo(64 << 10);
  }

  @Test
  void download_errorWithoutAnEnd_isThatStatus() {
    Endless endless = new Endless();
    server.then(request -> response(403, endless));

    assertThatThrownBy(
            () -> client.download(URI.create("http://files.test/x"), CallOptions.defaults()))
        .isInstanceOf(AuthenticationException.class);

    assertThat(endless.read).isEqualTo(64 << 10);
  }
}
