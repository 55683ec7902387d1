package io.tinker4j.transport.client;

import static io.tinker4j.transport.client.TestClient.INPUT;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.transport.CallKind;
import io.tinker4j.transport.ConnectionException;
import io.tinker4j.transport.CredentialSource;
import io.tinker4j.transport.DecodeException;
import java.io.IOException;
import java.util.Map;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Messages name what was tried and what to do. */
@Timeout(60)
class FailureMessagesTest {
  @Test
  void decode_htmlPageWithSuccess_namesCallAndAddress() {
    FakeTransport server = new FakeTransport().answer(200, "<html>Sign in</html>");
    try (ApiClient client = TestClient.of(server, new RecordingTime()).build()) {
      assertThatThrownBy(() -> client.call(TestClient.post(CallKind.TRAIN), INPUT))
          .isInstanceOf(DecodeException.class)
          .hasMessageContaining("some_call (POST http://tinker.test:8000/prefix/api/v1/some_call)")
          .hasMessageContaining("Sign in");
    }
  }

  @Test
  void connect_plainHttpWhereHttpsIsAskedFor_saysToUseHttp() {
    FakeTransport server =
        new FakeTransport()
            .then(request -> {
              throw new IOException(
                  new SSLException(
                      "Unsupported or unrecognized SSL message; plaintext connection?"));
            });
    try (ApiClient client =
        TestClient.of(server, new RecordingTime()).baseUrl("https://tinker.test").build()) {
      assertThatThrownBy(() -> client.call(TestClient.post(CallKind.TRAIN), INPUT, TestClient.ONCE))
          .isInstanceOf(ConnectionException.class)
          .hasMessageContaining("use http:// in the base URL?");
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void command_printsMoreThanTheCredential_saysHowMuchAndShowsNothing() {
    for (String command : new String[] {"printf 'tml-a\\ntml-b\\n'", "echo tml-a tml-b"}) {
      assertThatThrownBy(() -> CredentialSource.command(command).credential())
          .isInstanceOf(CredentialSource.UnavailableException.class)
          .hasMessageContaining("the credential command printed")
          .hasMessageContaining("it must print the credential alone")
          .hasMessageNotContaining("tml-a");
    }
  }

  @Test
  void build_noKey_namesEveryWayToGiveOne() {
    assertThatThrownBy(
            () -> ApiClient.builder().environment(TestClient.environment(Map.of())).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("TINKER_API_KEY")
        .hasMessageContaining("TINKER_CREDENTIAL_CMD")
        .hasMessageContaining("credentials(...)");
  }
}
