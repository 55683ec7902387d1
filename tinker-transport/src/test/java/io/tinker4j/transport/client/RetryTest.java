package io.tinker4j.transport.client;

import static io.tinker4j.transport.client.TestClient.INPUT;
import static io.tinker4j.transport.client.TestClient.OK;
import static io.tinker4j.transport.client.TestClient.ONCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdIOException;
import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.CallInterruptedException;
import io.tinker4j.transport.CallKind;
import io.tinker4j.transport.CallTimeoutException;
import io.tinker4j.transport.CircuitOpenException;
import io.tinker4j.transport.ConnectionException;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.TinkerException;
import io.tinker4j.transport.TinkerListener;
import io.tinker4j.transport.internal.CircuitSettings;
import io.tinker4j.transport.operation.Operation;
import io.tinker4j.types.wire.UntypedFuture;
import io.tinker4j.types.wire.WeightsInfoRequest;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.zip.ZipException;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What one attempt's end means to the next attempt, and to the next call. */
class RetryTest {
  private static final Operation<WeightsInfoRequest, UntypedFuture> TRAIN =
      TestClient.post(CallKind.TRAIN);
  private static final Operation<WeightsInfoRequest, UntypedFuture> FUTURES =
      TestClient.post(CallKind.FUTURES);

  private final ManualAlarms time = new ManualAlarms();
  private final FakeTransport server = new FakeTransport();
  private final List<Integer> retried = new ArrayList<>();
  private final TinkerListener listener =
      new TinkerListener() {
        @Override
        public void retrying(TracedAttempt failed, Duration delay, TinkerException cause) {
          retried.add(failed.number());
        }
      };
  private final ApiClient client = TestClient.of(server, time).listener(listener).build();

  private void failFiveTimes(Operation<WeightsInfoRequest, UntypedFuture> operation) {
    for (int i = 0; i < 5; i++) {
      assertThatThrownBy(() -> client.call(operation, INPUT, ONCE))
          .isInstanceOf(TinkerException.class);
      time.sleep(Duration.ofSeconds(3));
    }
  }

  private FakeTransport hanging(int times, Duration each) {
    for (int i = 0; i < times; i++) {
      server.then(request -> {
        time.advance(each);
        throw new IOException("closed");
      });
    }
    return server;
  }

  @Test
  void retry_isToldWithTheAttemptThatFailed() {
    server.answer(500, "{}").answer(500, "{}").answer(200, OK);

    client.call(TRAIN, INPUT);

    assertThat(retried).containsExactly(0, 1);
  }

  @Test
  void attempt_thatTakesTooLong_isTriedAgainWithinTheDeadline() {
    hanging(1, Duration.ofMinutes(2)).answer(200, OK);

    client.call(TRAIN, INPUT, CallOptions.builder().timeout(Duration.ofMinutes(1)).build());

    assertThat(server.requests).hasSize(2);
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void attempt_longerThanWhatIsLeftOfTheDeadline_endsWithIt() {
    hanging(1, Duration.ofMinutes(30));
    CallOptions options =
        CallOptions.builder().timeout(Duration.ofHours(1)).deadline(Duration.ofMinutes(2)).build();

    assertThatThrownBy(() -> client.call(TRAIN, INPUT, options))
        .isInstanceOf(CallTimeoutException.class)
        .hasMessageContaining("within PT2M; 1 attempt in");
  }

  @Test
  void timeouts_ofOperations_openTheirCircuit() {
    hanging(6, Duration.ofMinutes(30));

    failFiveTimes(TRAIN);

    assertThatThrownBy(() -> client.call(TRAIN, INPUT, ONCE))
        .isInstanceOf(CircuitOpenException.class);
  }

  @Test
  void timeouts_ofQuestionsForResults_mayBeAServerThatHoldsThem() {
    hanging(5, Duration.ofMinutes(30)).answer(200, OK);

    failFiveTimes(FUTURES);

    assertThat(client.call(FUTURES, INPUT, ONCE).requestId()).isEqualTo("r1");
  }

  @Test
  void anAnswer_evenARefusal_startsTheCountOfFailuresAfresh() {
    for (int i = 0; i < 4; i++) {
      server.answer(500, "{}");
    }
    server.answer(404, "{}");
    for (int i = 0; i < 4; i++) {
      server.answer(500, "{}");
    }
    server.answer(200, OK);
    for (int i = 0; i < 9; i++) {
      assertThatThrownBy(() -> client.call(TRAIN, INPUT, ONCE))
          .isInstanceOf(ApiStatusException.class);
      time.sleep(Duration.ofSeconds(3));
    }

    assertThat(client.call(TRAIN, INPUT, ONCE).requestId()).isEqualTo("r1");
  }

  @Test
  void openCircuit_isWaitedForWhereTheCallAsksForIt() {
    for (int i = 0; i < 5; i++) {
      server.answer(500, "{}");
    }
    server.answer(200, OK);
    failFiveTimes(TRAIN);
    long began = time.nanoTime();

    client.call(TRAIN, INPUT, CallOptions.builder().waitsForCircuit().maxRetries(0).build());

    assertThat(Duration.ofNanos(time.nanoTime() - began))
        .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(10));
  }

  @Test
  void openCircuit_forLongerThanTheDeadline_isNotWaitedFor() {
    server.answer(500, "{}");
    failFiveTimes(TRAIN);
    long began = time.nanoTime();
    CallOptions options =
        CallOptions.builder().waitsForCircuit().deadline(Duration.ofSeconds(1)).build();

    assertThatThrownBy(() -> client.call(TRAIN, INPUT, options))
        .isInstanceOf(CircuitOpenException.class);
    assertThat(time.nanoTime()).isEqualTo(began);
  }

  @Test
  void probe_thatIsInterrupted_letsTheNextOneIn() {
    for (int i = 0; i < 5; i++) {
      server.answer(500, "{}");
    }
    server
        .then(request -> {
          throw new InterruptedException("the caller's");
        })
        .answer(200, OK);
    failFiveTimes(TRAIN);
    time.sleep(Duration.ofSeconds(15));

    assertThatThrownBy(() -> client.call(TRAIN, INPUT, ONCE))
        .isInstanceOf(CallInterruptedException.class);

    assertThat(client.call(TRAIN, INPUT, ONCE).requestId()).isEqualTo("r1");
  }

  @Test
  void probe_whoseTransportFails_letsTheNextOneIn() {
    for (int i = 0; i < 5; i++) {
      server.answer(500, "{}");
    }
    server
        .then(request -> {
          throw new IllegalStateException("closed");
        })
        .answer(200, OK);
    failFiveTimes(TRAIN);
    time.sleep(Duration.ofSeconds(15));

    assertThatThrownBy(() -> client.call(TRAIN, INPUT, ONCE))
        .isInstanceOf(IllegalStateException.class);

    assertThat(client.call(TRAIN, INPUT, ONCE).requestId()).isEqualTo("r1");
  }

  @Test
  void openCircuit_waitInterrupted_endsTheCall() {
    RecordingTime interrupted = new RecordingTime();
    ApiClient other =
        TestClient.of(server.answer(500, "{}"), new Interrupting(interrupted)).build();
    for (int i = 0; i < 5; i++) {
      assertThatThrownBy(() -> other.call(TRAIN, INPUT, ONCE)).isInstanceOf(TinkerException.class);
      interrupted.sleep(Duration.ofSeconds(3));
    }

    assertThatThrownBy(
            () -> other.call(TRAIN, INPUT, CallOptions.builder().waitsForCircuit().build()))
        .isInstanceOf(CallInterruptedException.class);
  }

  @Test
  void waitForARetry_interrupted_endsTheCall() {
    ApiClient other =
        TestClient.of(server.answer(500, "{}"), new Interrupting(new RecordingTime())).build();

    assertThatThrownBy(() -> other.call(TRAIN, INPUT)).isInstanceOf(CallInterruptedException.class);

    assertThat(server.requests).hasSize(1);
  }

  /** A clock on which every sleep is interrupted. */
  private record Interrupting(RecordingTime time) implements Time {
    @Override
    public Instant now() {
      return time.now();
    }

    @Override
    public long nanoTime() {
      return time.nanoTime();
    }

    @Override
    public void sleep(Duration duration) throws InterruptedException {
      throw new InterruptedException("the caller's");
    }

    @Override
    public Scheduled schedule(Duration delay, Runnable task) {
      return time.schedule(delay, task);
    }
  }

  @Test
  void redirect_namesItsTargetWithoutTheQuery() {
    server.answer(302, "", "location", "https://other.test/api?signature=abc");

    assertThatThrownBy(() -> client.call(TRAIN, INPUT))
        .hasMessageContaining("It redirects to https://other.test/api.")
        .hasMessageNotContaining("signature");
  }

  @Test
  void redirect_withoutQueryOrTarget_isShownAsItIs() {
    server.answer(302, "", "location", "/api").answer(302, "");

    assertThatThrownBy(() -> client.call(TRAIN, INPUT)).hasMessageEndingWith("redirects to /api.");
    assertThatThrownBy(() -> client.call(TRAIN, INPUT)).hasMessageNotContaining("redirects");
  }

  @Test
  void answerWithoutTls_isToldByTheScheme() {
    server.then(request -> {
      throw new SSLException("Unsupported or unrecognized SSL message: plaintext connection?");
    });

    assertThatThrownBy(() -> client.call(TRAIN, INPUT, ONCE))
        .isInstanceOf(ConnectionException.class)
        .hasMessageContaining("use http:// in the base URL?");
  }

  @Test
  void malformedAnswer_threeTimes_isFinal() {
    server.then(request -> {
      throw new ProtocolException("no status line");
    });

    assertThatThrownBy(() -> client.call(TRAIN, INPUT))
        .isInstanceOf(ConnectionException.class)
        .hasMessageNotContaining("base URL");
    assertThat(server.requests).hasSize(3);
  }

  @Test
  void malformedAnswers_thatDiffer_areTriedOn() {
    for (int i = 0; i < 4; i++) {
      String text = "line " + i;
      server.then(request -> {
        throw new ProtocolException(text);
      });
    }
    server.answer(200, OK);

    client.call(TRAIN, INPUT);

    assertThat(server.requests).hasSize(5);
  }

  @Test
  void attemptFailure_isToldByWhatIsInside() {
    assertThat(AttemptFailure.of(new IOException(new UnknownHostException("x"))))
        .isEqualTo(AttemptFailure.UNKNOWN_HOST);
    assertThat(AttemptFailure.of(new SSLException("x", new CertificateException("x"))))
        .isEqualTo(AttemptFailure.UNTRUSTED);
    assertThat(AttemptFailure.of(new ConnectException("x")))
        .isEqualTo(AttemptFailure.NOT_CONNECTED);
    assertThat(AttemptFailure.of(new SSLException("x", new SocketException("reset"))))
        .isEqualTo(AttemptFailure.BROKEN);
    assertThat(AttemptFailure.of(new SSLException("x", new EOFException())))
        .isEqualTo(AttemptFailure.BROKEN);
    assertThat(AttemptFailure.of(new SSLException("x", new ConnectException("x"))))
        .isEqualTo(AttemptFailure.MALFORMED);
    assertThat(AttemptFailure.of(new IOException(new ZipException("x"))))
        .isEqualTo(AttemptFailure.MALFORMED);
    assertThat(AttemptFailure.of(new IOException("x"))).isEqualTo(AttemptFailure.BROKEN);
  }

  @Test
  void attemptFailure_zstdCutShort_isBroken_andAnyOtherIsMalformed() {
    assertThat(AttemptFailure.of(zstd(Zstd.errSrcSizeWrong()))).isEqualTo(AttemptFailure.BROKEN);
    assertThat(AttemptFailure.of(zstd(Zstd.errPrefixUnknown())))
        .isEqualTo(AttemptFailure.MALFORMED);
  }

  private static IOException zstd(long code) {
    return new ZstdIOException(code, "zstd");
  }

  @Test
  void attemptFailure_causesInACircle_end() {
    IOException inner = new IOException("inner");
    IOException outer = new IOException("outer", inner);
    inner.initCause(outer);

    assertThat(AttemptFailure.of(outer)).isEqualTo(AttemptFailure.BROKEN);
  }

  @Test
  void attemptFailure_sixteenCausesDeep_isFound() {
    Throwable failure = new UnknownHostException("x");
    for (int i = 0; i < 15; i++) {
      failure = new IOException(failure);
    }

    assertThat(AttemptFailure.of(failure)).isEqualTo(AttemptFailure.UNKNOWN_HOST);
    assertThat(AttemptFailure.of(new IOException(failure))).isEqualTo(AttemptFailure.BROKEN);
  }

  @ParameterizedTest
  @EnumSource(CallKind.class)
  void acceptedCredentials_theLastEightAreKnown(CallKind kind) {
    SharedCallState shared =
        new SharedCallState(
            time, TestClient.always(0), listener, new CircuitSettings(5, Duration.ofSeconds(10)));
    for (int i = 0; i < 9; i++) {
      shared.accepted(kind, "key-" + i);
    }
    shared.accepted(kind, "");

    assertThat(shared.wasAccepted("key-0")).isFalse();
    assertThat(shared.wasAccepted("key-1")).isTrue();
    assertThat(shared.wasAccepted("key-8")).isTrue();
    assertThat(shared.wasAccepted("")).isFalse();
  }

  @Test
  void calls_growTheBudgetOfRetries() {
    ApiClient calm = TestClient.of(server, new Frozen(time)).build();
    for (int i = 0; i < 110; i++) {
      server.answer(500, "{}").answer(200, OK);
    }

    for (int i = 0; i < 110; i++) {
      calm.call(TRAIN, INPUT, CallOptions.builder().deadline(Duration.ofSeconds(1)).build());
    }

    assertThat(server.requests).hasSize(220);
  }

  /** A clock that stands still. */
  private record Frozen(Time time) implements Time {
    @Override
    public Instant now() {
      return time.now();
    }

    @Override
    public long nanoTime() {
      return 0;
    }

    @Override
    public void sleep(Duration duration) {}

    @Override
    public Scheduled schedule(Duration delay, Runnable task) {
      return () -> true;
    }
  }

  @Test
  void billing_lockIsFreeAfterASetting() throws Exception {
    BillingPause pause = new BillingPause(time);
    pause.limit(Duration.ofMinutes(1));
    CountDownLatch waits = new CountDownLatch(1);
    Thread.ofVirtual()
        .start(() -> {
          if (pause.mayWait("x")) {
            waits.countDown();
          }
        });

    waits.await();

    assertThat(pause.mayWait("x")).isTrue();
  }
}
