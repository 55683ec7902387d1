package io.tinker4j.transport.client;

import static io.tinker4j.transport.client.TestClient.INPUT;
import static io.tinker4j.transport.client.TestClient.ONCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.CallKind;
import io.tinker4j.transport.CredentialSource;
import io.tinker4j.transport.Headers;
import io.tinker4j.transport.endpoint.ProtoResults;
import io.tinker4j.types.SampleResponse;
import io.tinker4j.types.StopReason;
import io.tinker4j.types.proto.SampledSequence;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What refusals tell, and what newer servers answer. */
class RefusalDetailsTest {
  private ApiStatusException refusal(int status, String body, String... headers) {
    FakeTransport server = new FakeTransport().answer(status, body, headers);
    try (ApiClient client = TestClient.of(server, new RecordingTime()).build()) {
      client.call(TestClient.post(CallKind.TRAIN), INPUT, ONCE);
      throw new AssertionError("not refused");
    } catch (ApiStatusException e) {
      return e;
    }
  }

  @Test
  void tooManyRequests_areNotTheUsersFault() {
    assertThat(refusal(429, "{}").isUserError()).isFalse();
    assertThat(refusal(422, "{}").isUserError()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"59, 59", "60, 60", "61, 60", "3600, 60", "1e300, 60"})
  void retryAfter_longerThanAMinute_countsAsOne(String asked, long seconds) {
    assertThat(refusal(503, "{}", "retry-after", asked).retryAfter())
        .contains(Duration.ofSeconds(seconds));
  }

  @Test
  void retryAfter_dateFarAhead_countsAsAMinute() {
    Headers headers = Headers.builder().set("retry-after", "Wed, 21 Oct 2099 07:28:00 GMT").build();

    assertThat(RetryAfter.of(headers, Instant.EPOCH)).contains(Duration.ofMinutes(1));
  }

  @Test
  void redirect_isToldWithItsTargetAndWithoutSecrets() {
    assertThat(
            refusal(307, "", "location", "https://user:pw@new.test/api?token=hidden-secret")
                .getMessage())
        .contains("307", "redirects to https://***@new.test/api")
        .doesNotContain("hidden-secret", "user:pw");
  }

  @Test
  void binarySample_newStopReason_isKeptAsUnknown() throws Exception {
    byte[] body =
        io.tinker4j.types.proto.SampleResponse.newBuilder()
            .addSequences(SampledSequence.newBuilder().setStopReasonValue(7))
            .build()
            .toByteArray();

    SampleResponse response = ProtoResults.sample(ByteBuffer.wrap(body));

    StopReason reason = response.sequences().get(0).stopReason();
    assertThat(reason.known()).isEqualTo(StopReason.Known.UNRECOGNIZED);
    assertThat(reason.value()).contains("7");
  }

  @Test
  void call_sourceWithoutACredential_isNotSent() {
    CredentialSource none =
        () -> {
          throw new CredentialSource.UnavailableException("none today");
        };
    FakeTransport server = new FakeTransport().answer(200, "{}");
    try (ApiClient client = TestClient.of(server, new RecordingTime()).credentials(none).build()) {
      assertThatThrownBy(() -> client.call(TestClient.post(CallKind.TRAIN), INPUT))
          .hasMessageContaining("none today");
    }
    assertThat(server.requests).isEmpty();
  }
}
