package io.tinker4j.transport.client;

import static io.tinker4j.transport.client.TestClient.INPUT;
import static io.tinker4j.transport.client.TestClient.OK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.CallKind;
import io.tinker4j.transport.CallTimeoutException;
import io.tinker4j.transport.CredentialSource;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.operation.Operation;
import io.tinker4j.types.ClientConfigResponse;
import io.tinker4j.types.wire.UntypedFuture;
import io.tinker4j.types.wire.WeightsInfoRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys, commands and tokens. */
@Timeout(30)
class CredentialsTest {
  private static final Operation<WeightsInfoRequest, UntypedFuture> TRAIN =
      TestClient.post(CallKind.TRAIN);
  private static final ClientConfigResponse EXCHANGE =
      ClientConfigResponse.builder().pjwtAuthEnabled(true).build();

  private final ManualAlarms time = new ManualAlarms();
  private final FakeTransport server = new FakeTransport();
  private final AtomicInteger exchanges = new AtomicInteger();
  private final ApiClient client = TestClient.of(server, time).build();
  private volatile Duration tokenLife = Duration.ofMinutes(30);
  private volatile boolean exchangeFails;

  @AfterEach
  void close() {
    client.close();
  }

  private void serveTokens() {
    server.then(request -> {
      if (!request.uri().getPath().endsWith("/auth/token")) {
        return FakeTransport.response(200, OK);
      }
      int number = exchanges.incrementAndGet();
      return exchangeFails
          ? FakeTransport.response(400, "{\"detail\":\"no\"}")
          : FakeTransport.response(200, "{\"jwt\":\"" + token(number) + "\"}");
    });
  }

  private String token(int number) {
    Instant expiry = time.now().plus(tokenLife);
    String claims =
        "{\"exp\":%d,\"sub\":\"user-%d\",\"email\":\"a@b.c\"}"
            .formatted(expiry.getEpochSecond(), number);
    return "eyJ."
        + Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(claims.getBytes(StandardCharsets.UTF_8))
        + ".s";
  }

  private String keyOfNextCall() {
    client.call(TRAIN, INPUT);
    return server.requests.getLast().headers().first("X-API-Key").orElse("none");
  }

  private String userOfNextCall() {
    return Jwt.identity(keyOfNextCall()).map(Identity::userUrn).orElse("none");
  }

  private void awaitExchanges(int count) {
    while (exchanges.get() < count) {
      Thread.onSpinWait();
    }
  }

  @Test
  void key_replacedWhileInUse_isSentFromTheNextAttemptOn() {
    CredentialSource.ApiKey key = CredentialSource.apiKey("tml-old");
    server
        .then(request -> {
          key.replace("tml-new");
          return FakeTransport.response(503, "{}");
        })
        .answer(200, OK);
    try (ApiClient rotating = TestClient.of(server, time).credentials(key).build()) {
      rotating.call(TRAIN, INPUT);
    }

    assertThat(server.requests)
        .extracting(request -> request.headers().first("X-API-Key").orElseThrow())
        .containsExactly("tml-old", "tml-new");
    assertThatThrownBy(() -> key.replace("oops")).isInstanceOf(IllegalArgumentException.class);
    assertThat(key.credential()).isEqualTo("tml-new");
    assertThat(key.toString()).doesNotContain("tml-");
  }

  @Test
  void command_isRunForEveryAttempt() throws Exception {
    server.answer(503, "{}").answer(200, OK);
    CredentialSource command = CredentialSource.command("echo \"  tml-$$ \"");
    try (ApiClient commanded = TestClient.of(server, time).credentials(command).build()) {
      commanded.call(TRAIN, INPUT);
    }

    List<String> keys =
        server.requests.stream()
            .map(request -> request.headers().first("X-API-Key").orElseThrow())
            .toList();
    assertThat(keys).hasSize(2).doesNotHaveDuplicates().allMatch(key -> key.matches("tml-\\d+"));
  }

  @Test
  void command_thatPrintsNothing_failsTheCallBeforeItIsSent() {
    CredentialSource command = CredentialSource.command("echo secret-problem >&2");
    try (ApiClient commanded = TestClient.of(server, time).credentials(command).build()) {
      assertThatThrownBy(() -> commanded.call(TRAIN, INPUT))
          .isInstanceOf(CredentialSource.UnavailableException.class)
          .hasMessageContaining("printed nothing");
    }
    assertThat(server.requests).isEmpty();
  }

  @Test
  void command_thatFails_isUnavailableWithCodeAndReason() {
    CredentialSource command =
        CredentialSource.command(
            "echo tml-half-a-secret; echo 'login has expired: tml-half-a-secret' >&2; exit 3");
    try (ApiClient commanded = TestClient.of(server, time).credentials(command).build()) {
      assertThatThrownBy(() -> commanded.call(TRAIN, INPUT))
          .isInstanceOf(CredentialSource.UnavailableException.class)
          .hasMessageContaining("exit code 3: login has expired: ***")
          .hasMessageNotContaining("half-a-secret");
    }
    assertThat(server.requests).isEmpty();
  }

  @Test
  void command_thatNeverEnds_isKilledAtItsLimit(@TempDir Path directory) throws Exception {
    Path pid = directory.resolve("pid");
    CredentialSource command =
        CredentialSource.command(
            "echo $$ > '%s'; sleep 1000; echo tml-late".formatted(pid), Duration.ofSeconds(2));

    assertThatThrownBy(command::credential)
        .isInstanceOf(CredentialSource.UnavailableException.class)
        .hasMessageContaining("longer than PT2S");
    long shell = Long.parseLong(Files.readString(pid).strip());
    ProcessHandle.of(shell).ifPresent(process -> process.onExit().join());
  }

  @Test
  void command_thatWritesALotOfErrors_doesNotWaitForAReader() throws Exception {
    CredentialSource command =
        CredentialSource.command(
            "i=0; while [ $i -lt 3000 ]; do echo 'a line of fifty characters, more or less, at it'"
                + " >&2; i=$((i+1)); done; echo tml-fine");

    assertThat(command.credential()).isEqualTo("tml-fine");
  }

  @Test
  void key_withWhiteSpaceAround_isStripped() {
    server.answer(200, OK);
    try (ApiClient stripped = TestClient.of(server, time).apiKey("tml-key\n").build()) {
      stripped.call(TRAIN, INPUT);
    }
    try (ApiClient sourced =
        TestClient.of(server, time).credentials(() -> "tml-file\r\n").build()) {
      sourced.call(TRAIN, INPUT);
    }

    assertThat(server.requests)
        .extracting(request -> request.headers().first("X-API-Key").orElseThrow())
        .containsExactly("tml-key", "tml-file");
  }

  @ParameterizedTest
  @ValueSource(strings = {"tml-a\nb", "tml-a\u0000", "tml-k\u00e9y", "tml-a b", "tml-\u200bx"})
  void key_withCharactersThatNoHeaderCarries_isRefusedWithoutShowingIt(String key) {
    assertThatThrownBy(() -> TestClient.of(server, time).apiKey(key).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("apiKey")
        .hasMessageNotContaining(key);

    try (ApiClient sourced = TestClient.of(server, time).credentials(() -> key).build()) {
      assertThatThrownBy(() -> sourced.call(TRAIN, INPUT))
          .isInstanceOf(CredentialSource.UnavailableException.class)
          .hasMessageNotContaining(key);
    }
    assertThat(server.requests).isEmpty();
  }

  @Test
  void command_thatHangs_endsAtTheDeadline() {
    CredentialSource command = CredentialSource.command("sleep 1000");
    try (ApiClient commanded = TestClient.of(server, Time.system()).credentials(command).build()) {
      CallOptions impatient = CallOptions.builder().deadline(Duration.ofMillis(300)).build();

      assertThatThrownBy(() -> commanded.call(TRAIN, INPUT, impatient))
          .isInstanceOf(CallTimeoutException.class)
          .hasMessageContaining("credential");
    }
  }

  @Test
  void command_longOutput_isReadOrRefused() throws Exception {
    assertThat(CredentialSource.command("head -c 60000 /dev/zero | tr '\\0' x").credential())
        .hasSize(60_000);
    assertThatThrownBy(
            () -> CredentialSource.command("head -c 900000 /dev/zero | tr '\\0' x").credential())
        .hasMessageContaining("64 KiB");
  }

  @Test
  void exchange_whenTheServerWantsIt_replacesTheKey() {
    serveTokens();
    assertThat(keyOfNextCall()).isEqualTo(TestClient.KEY);

    client.configure(EXCHANGE);

    assertThat(userOfNextCall()).isEqualTo("user-1");
    assertThat(server.requests.get(1).headers().first("X-API-Key")).contains(TestClient.KEY);
    assertThat(client.whoami())
        .hasValueSatisfying(who -> {
          assertThat(who.userUrn()).isEqualTo("user-1");
          assertThat(who.email()).contains("a@b.c");
        });
    client.configure(EXCHANGE);
    assertThat(exchanges).hasValue(1);
  }

  @Test
  void exchange_firstFails_throwsAndKeepsTheKey() {
    exchangeFails = true;
    serveTokens();

    assertThatThrownBy(() -> client.configure(EXCHANGE)).isInstanceOf(ApiStatusException.class);

    assertThat(keyOfNextCall()).isEqualTo(TestClient.KEY);
    assertThat(client.whoami()).isEmpty();
  }

  @Test
  void token_isRefreshedInTheBackgroundFiveMinutesBeforeItExpires() {
    serveTokens();
    client.configure(EXCHANGE);

    time.advance(Duration.ofMinutes(25).minusSeconds(1));
    assertThat(userOfNextCall()).isEqualTo("user-1");
    time.advance(Duration.ofSeconds(1));
    awaitExchanges(2);

    while (!userOfNextCall().equals("user-2")) {
      Thread.onSpinWait();
    }
    assertThat(exchanges).hasValue(2);
  }

  @Test
  void token_aboutToExpire_isRefreshedOnDemand() {
    tokenLife = Duration.ofSeconds(60);
    serveTokens();
    client.configure(EXCHANGE);
    tokenLife = Duration.ofMinutes(30);

    assertThat(userOfNextCall()).isEqualTo("user-2");
    assertThat(userOfNextCall()).isEqualTo("user-2");
    assertThat(exchanges).hasValue(2);
  }

  @Test
  void token_refreshFails_oldOneIsUsedAndTheNextTryWaits() {
    tokenLife = Duration.ofSeconds(50);
    serveTokens();
    client.configure(EXCHANGE);
    exchangeFails = true;

    assertThat(userOfNextCall()).isEqualTo("user-1");
    assertThat(userOfNextCall()).isEqualTo("user-1");
    assertThat(exchanges).hasValue(2);

    exchangeFails = false;
    time.advance(Duration.ofSeconds(5));
    assertThat(userOfNextCall()).isEqualTo("user-3");
  }

  @Test
  void token_backgroundRefreshFails_isTriedAgainAfterAMinute() {
    serveTokens();
    client.configure(EXCHANGE);
    exchangeFails = true;
    time.advance(Duration.ofMinutes(25));
    awaitExchanges(2);
    exchangeFails = false;

    while (exchanges.get() < 3) {
      time.advance(Duration.ofSeconds(1));
    }
    assertThat(time.now()).isAfterOrEqualTo(RecordingTime.START.plus(Duration.ofMinutes(26)));
  }

  @Test
  void token_sourceThrowsARuntimeException_oldOneIsUsedAndRefreshGoesOn() {
    serveTokens();
    AtomicInteger broken = new AtomicInteger();
    CredentialSource source =
        () -> {
          if (broken.get() == 1) {
            throw new IllegalStateException("the vault is sealed");
          }
          if (broken.get() == 2) {
            throw new OutOfMemoryError("test");
          }
          return TestClient.KEY;
        };
    tokenLife = Duration.ofSeconds(50);
    try (ApiClient sourced = TestClient.of(server, time).credentials(source).build()) {
      sourced.configure(EXCHANGE);
      broken.set(1);

      sourced.call(TRAIN, INPUT);
      assertThat(server.requests.getLast().headers().first("X-API-Key").flatMap(Jwt::identity))
          .map(Identity::userUrn)
          .contains("user-1");
      while (sourced.threads().failures().count() < 2) {
        time.advance(Duration.ofMinutes(1));
      }
      broken.set(2);
      long before = sourced.threads().failures().count();
      while (sourced.threads().failures().count() < before + 2) {
        time.advance(Duration.ofMinutes(1));
      }
      broken.set(0);
      while (exchanges.get() < 2) {
        time.advance(Duration.ofMinutes(1));
      }
    }
  }

  @Test
  void exchange_withAnEnforcedCommand_usesItEvenIfThereIsAKey() {
    serveTokens();
    ClientConfigResponse enforced =
        ClientConfigResponse.builder()
            .pjwtAuthEnabled(true)
            .credentialDefaultSource("credential_cmd")
            .build();
    try (ApiClient commanded =
        TestClient.of(server, time)
            .environment(TestClient.environment(Map.of("TINKER_CREDENTIAL_CMD", "echo cred")))
            .build()) {
      commanded.configure(enforced);
    }
    assertThat(server.requests.getFirst().headers().first("X-API-Key")).contains("cred");
    assertThatThrownBy(() -> client.configure(enforced))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("TINKER_CREDENTIAL_CMD");
  }
}
