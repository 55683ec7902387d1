package io.tinker4j.verify.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tinker4j.training.RequestFailedException;
import io.tinker4j.training.TrainingInternals;
import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.ConnectionException;
import io.tinker4j.transport.Headers;
import io.tinker4j.transport.TinkerException;
import io.tinker4j.transport.Transport;
import io.tinker4j.transport.TransportRequest;
import io.tinker4j.transport.TransportResponse;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.client.CallOptions;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.transport.operation.NoContent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/** Which failures are the caller's: each is made by a call, or as the clients make it. */
final class UserErrors {
  private static final String FAILED = "failed request category ";

  private UserErrors() {}

  static void assertUserError(JsonNode recorded) {
    assertThat(TinkerException.isUserError(failure(recorded.get("case").asString())))
        // A 429 is the load's fault here, not the caller's.
        .isEqualTo(
            recorded.get("userError").asBoolean()
                && !recorded.get("case").asString().contains("429"));
  }

  private static Throwable failure(String text) {
    if (text.startsWith(FAILED)) {
      return TrainingInternals.requestFailed(
          RequestFailedException.Category.valueOf(
              text.substring(FAILED.length()).toUpperCase(Locale.ROOT)));
    }
    if (text.equals("connection error")) {
      return lost();
    }
    if (text.equals("plain error")) {
      return new IllegalStateException("x");
    }
    Throwable http = refused(Integer.parseInt(text.replaceAll("\\D+", "")));
    if (text.startsWith("HTTP")) {
      return http;
    }
    Throwable caused = new IllegalStateException("x", http);
    return text.contains("caused by an error") ? new IllegalStateException("x", caused) : caused;
  }

  private static Throwable refused(int status) {
    byte[] body = "{\"detail\":\"x\"}".getBytes(StandardCharsets.UTF_8);
    ApiStatusException failure =
        failed(ApiStatusException.class, new CannedTransport(status, Headers.empty(), body));
    assertThat(failure.status()).isEqualTo(status);
    return failure;
  }

  private static Throwable lost() {
    return failed(
        ConnectionException.class,
        new Transport() {
          @Override
          public TransportResponse send(TransportRequest request) throws IOException {
            throw new IOException("cut");
          }

          @Override
          public void close() {}
        });
  }

  private static <T extends Throwable> T failed(Class<T> type, Transport transport) {
    CallOptions once = CallOptions.builder().maxRetries(0).build();
    try (ApiClient client =
        ApiClient.builder()
            .apiKey("tml-test")
            .baseUrl("http://tinker.test")
            .transport(transport)
            .build()) {
      return catchThrowableOfType(
          type, () -> client.call(Operations.HEALTHZ, NoContent.INSTANCE, once));
    }
  }
}
