package io.tinker4j.transport.client;

import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.AuthenticationException;
import io.tinker4j.transport.Backoff;
import io.tinker4j.transport.CallInterruptedException;
import io.tinker4j.transport.CallKind;
import io.tinker4j.transport.CallTimeoutException;
import io.tinker4j.transport.CircuitOpenException;
import io.tinker4j.transport.ConnectionException;
import io.tinker4j.transport.CredentialSource;
import io.tinker4j.transport.DecodeException;
import io.tinker4j.transport.ErrorAnswer;
import io.tinker4j.transport.Headers;
import io.tinker4j.transport.TinkerException;
import io.tinker4j.transport.TinkerListener.TracedAttempt;
import io.tinker4j.transport.TinkerListener.TracedCall;
import io.tinker4j.transport.TinkerListener.Traffic;
import io.tinker4j.transport.TransportRequest;
import io.tinker4j.transport.TransportResponse;
import io.tinker4j.transport.internal.ProxyRejection;
import io.tinker4j.transport.internal.Url;
import io.tinker4j.transport.operation.Codec;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One call: its attempts, one after the other.
 *
 * <p>Tried again: lost connections, time-outs, and statuses that allow it. The delay before the
 * k-th retry, from 0, is what the server asks for, else 0.5 s · 2^k up to 10 s, less up to a
 * quarter; longer when the client's retry budget is used up. A retry that could not start before
 * the deadline is not waited for. A refusal (401, 403) of a credential that this client's server
 * has accepted before is doubted once. What no further attempt makes better is final at once, what
 * hardly one does at the third time, see {@link AttemptFailure}. While the account is blocked for
 * billing a call waits as long as {@link BillingPause} allows, for which its deadline stands still;
 * not so where somebody had better know at once, or asks again anyway, or asked for no retries.
 */
final class Call<O> {
  private static final System.Logger log = System.getLogger(Call.class.getName());
  static final Backoff BACKOFF = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(10), 0.25);
  private static final int MAX_ERROR = 64 << 10;
  private static final AtomicLong ids = new AtomicLong();

  private final CallContext context;
  private final PreparedRequest prepared;
  private final ResponseHandler<O> handler;
  private final CallLimits limits;
  private final @Nullable CredentialSource credentials;
  private final TracedCall traced;
  private final LostAnswers lost;
  private final long start;
  private volatile Duration paused = Duration.ZERO;
  private String credential = "";
  private int attempts;
  private int retries;
  private boolean refused;

  /** Whether an attempt may have reached the server without a refusal that came back. */
  private boolean inDoubt;

  /**
   * Prepares a call.
   *
   * @param credentials null for a call that must not carry any
   */
  Call(
      CallContext context,
      PreparedRequest prepared,
      ResponseHandler<O> handler,
      CallLimits limits,
      @Nullable CredentialSource credentials) {
    this.context = context;
    this.prepared = prepared;
    this.handler = handler;
    this.limits = limits;
    this.credentials = credentials;
    this.traced = new TracedCall(ids.getAndIncrement(), prepared.name(), prepared.kind());
    this.lost = new LostAnswers(context, prepared);
    this.start = context.time().nanoTime();
  }

  O run() {
    CircuitBreaker circuit = context.shared().circuit(prepared.kind());
    boolean hasEntered = false;
    context.listener().callStarted(traced);
    try {
      enter(circuit);
      hasEntered = true;
      context.shared().budget().called();
      while (true) {
        try {
          O value = attempt();
          circuit.succeeded();
          context.listener().callSucceeded(traced, elapsed());
          return value;
        } catch (ApiStatusException | ConnectionException e) {
          waitForRetry(e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ended(
          circuit, hasEntered, new CallInterruptedException(prepared + " was interrupted", e));
    } catch (RuntimeException e) {
      throw ended(circuit, hasEntered, e);
    } catch (Error e) {
      throw ended(circuit, hasEntered, e);
    }
  }

  private <E extends Throwable> E ended(CircuitBreaker circuit, boolean hasEntered, E failure) {
    if (hasEntered) {
      tell(circuit, failure);
    }
    if (!inDoubt && failure instanceof TinkerException ours) {
      ours.noteNothingTakenIn();
    }
    context.listener().callFailed(traced, elapsed(), context.redaction().failure(failure));
    return failure;
  }

  private void enter(CircuitBreaker circuit) {
    while (true) {
      try {
        circuit.enter(prepared.toString());
        return;
      } catch (CircuitOpenException e) {
        Duration wait = e.retryAfter().orElse(Duration.ZERO);
        if (!limits.waitsForCircuit() || wait.compareTo(left()) >= 0) {
          throw e;
        }
        sleep(wait);
      }
    }
  }

  private void sleep(Duration wait) {
    try {
      context.time().sleep(wait);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CallInterruptedException(prepared + " was interrupted", e);
    }
  }

  /** The circuit hears of a failure exactly once. */
  private void tell(CircuitBreaker circuit, Throwable failure) {
    switch (failure) {
      case CallInterruptedException interrupted -> circuit.abandoned();
      case CredentialSource.UnavailableException unsent -> circuit.abandoned();
      case TinkerException e when tellsOfABrokenServer(e) -> circuit.failed();
      case TinkerException e -> circuit.succeeded();
      default -> circuit.abandoned();
    }
  }

  /** A question for a future that times out may be a server that holds it long. */
  private boolean tellsOfABrokenServer(TinkerException e) {
    return switch (e) {
      case ApiStatusException status -> status.status() >= 500;
      case CallTimeoutException timeout -> prepared.kind() != CallKind.FUTURES;
      default -> e instanceof ConnectionException && e.isRetryable();
    };
  }

  /** Throws the failure when it is final. */
  private void waitForRetry(TinkerException failure) throws InterruptedException {
    if (failure instanceof ApiStatusException status
        && limits.finalStatuses().contains(status.status())) {
      throw failure;
    }
    if (isBillingStop(failure)) {
      context.time().sleep(BillingPause.WAIT);
      paused = paused.plus(BillingPause.WAIT);
      return;
    }
    boolean again = failure.isRetryable() && retries < limits.retries();
    if (!isDoubtful(failure) && !again) {
      throw failure;
    }
    Duration wanted =
        failure
            .retryAfter()
            .orElseGet(() -> BACKOFF.minusJitter(retries, context.shared().random()));
    Duration delay = context.shared().budget().take(wanted, left()).orElseThrow(() -> failure);
    log.log(
        System.Logger.Level.DEBUG,
        () ->
            "trying again: call=%s retry=%d delay=%s cause=%s"
                .formatted(prepared.name(), retries, delay, failure.getMessage()));
    context.listener().retrying(new TracedAttempt(traced, attempts - 1), delay, failure);
    retries++;
    context.time().sleep(delay);
  }

  private boolean isBillingStop(TinkerException failure) {
    return prepared.waitsForBilling()
        && failure instanceof ApiStatusException status
        && context.mayWaitForBilling(status);
  }

  /** A refusal that nothing has announced may be a hiccup of the server; two in a row are none. */
  private boolean isDoubtful(TinkerException failure) {
    boolean isFirst = !refused;
    refused = failure instanceof AuthenticationException;
    return refused
        && isFirst
        && limits.doubtsRefusals()
        && context.shared().wasAccepted(credential);
  }

  private O attempt() throws InterruptedException {
    TracedAttempt tracedAttempt = new TracedAttempt(traced, attempts);
    TransportRequest request = request(tracedAttempt);
    boolean inDoubtBefore = inDoubt;
    attempts++;
    Duration limit = limits.timeout().compareTo(left()) < 0 ? limits.timeout() : left();
    long began = context.time().nanoTime();
    Deadline alarm = new Deadline(context.time(), limit);
    context.listener().attemptStarted(tracedAttempt);
    Codec.Answer answer;
    try (alarm) {
      inDoubt = true;
      TransportResponse response = context.transport().send(request);
      Optional<O> open = handler.open(response);
      if (open.isPresent()) {
        answered(tracedAttempt, response, request, 0, began);
        return open.get();
      }
      try (response) {
        BodyEncodings.Counted body = new BodyEncodings.Counted(response.body());
        answer = Codec.Answer.of(response.status(), response.headers(), read(response, body));
        answered(tracedAttempt, response, request, body.count(), began);
      }
    } catch (IOException | InterruptedException e) {
      inDoubt = inDoubtBefore || !AttemptFailure.of(e).isBeforeSending();
      failed(tracedAttempt, began, e);
      throw lost(e, alarm, limit);
    } catch (IllegalArgumentException e) { // of a call, it would say that nothing was sent
      failed(tracedAttempt, began, e);
      throw new IllegalStateException(prepared + ": the transport failed", e);
    } catch (RuntimeException | Error e) {
      failed(tracedAttempt, began, e);
      throw e;
    }
    inDoubt = inDoubtBefore || !isRefusal(answer.status());
    checkAccepted(answer);
    return decoded(answer);
  }

  private void failed(TracedAttempt attempt, long began, Throwable failure) {
    context.listener().attemptFailed(attempt, since(began), context.redaction().failure(failure));
  }

  private O decoded(Codec.Answer answer) {
    try {
      return handler.decode(answer, context.redaction());
    } catch (DecodeException e) {
      throw new DecodeException(
          masked("%s: %s".formatted(prepared, e.getMessage())), context.redaction().failure(e));
    }
  }

  /** Whether a status says that the server took nothing in; 499 tells of a client that left. */
  private static boolean isRefusal(int status) {
    return status >= 400 && status < 500 && status != 408 && status != 499;
  }

  private byte[] read(TransportResponse response, BodyEncodings.Counted body) throws IOException {
    try {
      return response.status() / 100 == 2
          ? BodyEncodings.readFully(body, response.headers(), limits.answerBytes())
          : BodyEncodings.readStart(body, response.headers(), MAX_ERROR);
    } catch (DecodeException e) {
      throw new DecodeException("%s: %s; %s".formatted(prepared, e.getMessage(), soFar()));
    }
  }

  private void answered(
      TracedAttempt attempt,
      TransportResponse response,
      TransportRequest request,
      long received,
      long began) {
    context.shared().reachability().answered(address());
    context
        .listener()
        .attemptAnswered(
            attempt, new Traffic(response.status(), request.bodyLength(), received, since(began)));
  }

  private TransportRequest request(TracedAttempt attempt) throws InterruptedException {
    Headers.Builder headers =
        Headers.builder()
            .set("x-stainless-read-timeout", readTimeout())
            .set("x-stainless-retry-count", Integer.toString(retries));
    if (credentials != null) {
      credential = credential(credentials).strip();
      if (!CredentialSource.ApiKey.isSendable(credential)) {
        throw new CredentialSource.UnavailableException(
            prepared + ": the credential has a character in it that no header can carry");
      }
      context.redaction().add(credential);
      headers.set("X-API-Key", credential);
    }
    context.listener().traceparent(attempt).ifPresent(text -> headers.set("traceparent", text));
    return prepared.request(headers.build());
  }

  private String readTimeout() {
    return Long.toString(Math.max(1, limits.timeout().toSeconds()));
  }

  /** A source may run a command or make a call of its own, so it has a deadline, too. */
  private String credential(CredentialSource source) throws InterruptedException {
    Duration limit = left();
    Deadline alarm = new Deadline(context.time(), limit);
    try (alarm) {
      return source.credential();
    } catch (InterruptedException | CallInterruptedException e) {
      if (alarm.isExpired()) {
        throw new CallTimeoutException(
            "%s got no credential within %s; %s".formatted(prepared, limit, soFar()),
            context.redaction().failure(e));
      }
      throw interrupted(e);
    } catch (TinkerException e) {
      throw e;
    } catch (RuntimeException e) { // a user's credential source throws what it likes
      throw new CredentialSource.UnavailableException(
          "%s was not sent: the credential source failed (%s)"
              .formatted(prepared, e.getClass().getName()),
          context.redaction().failure(e));
    }
  }

  private static InterruptedException interrupted(Exception e) {
    if (e instanceof InterruptedException same) {
      return same;
    }
    Thread.interrupted();
    InterruptedException interrupted = new InterruptedException(e.getMessage());
    interrupted.initCause(e);
    return interrupted;
  }

  /** An I/O error may be an interrupt in disguise, and an interrupt may be the alarm's. */
  private ConnectionException lost(Exception e, Deadline alarm, Duration limit)
      throws InterruptedException {
    if (alarm.isExpired()) {
      // A question for a result may be held as long as that.
      return prepared.kind() == CallKind.FUTURES
          ? timeout(e, limit)
          : warnedOf(timeout(e, limit), e);
    }
    if (e instanceof InterruptedException interrupted) {
      throw interrupted;
    }
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted while talking to the server");
    }
    ConnectionException failure = lost.describe(e, soFar());
    return failure.isRetryable() ? warnedOf(failure, e) : failure;
  }

  private CallTimeoutException timeout(Exception e, Duration limit) {
    return new CallTimeoutException(
        "%s got no complete answer within %s; %s".formatted(prepared, limit, soFar()),
        context.redaction().failure(e));
  }

  /** The failure of the last retry says it itself; until then somebody waits and wonders. */
  private ConnectionException warnedOf(ConnectionException failure, Exception cause) {
    boolean isLast = retries > 0 && retries >= limits.retries();
    if (!isLast && context.shared().reachability().failedAgain(address())) {
      log.log(
          System.Logger.Level.WARNING,
          () ->
              "no answer twice in a row; trying on: address=%s call=%s cause=%s atMost=%s"
                  .formatted(address(), prepared.name(), masked(cause.toString()), longestWait()));
    }
    return failure;
  }

  /** How long the retries that are left take when each fails at once. */
  private Duration longestWait() {
    Duration wait = Duration.ZERO;
    for (int retry = retries; retry < limits.retries(); retry++) {
      wait = wait.plus(BACKOFF.minusJitter(retry, 0));
    }
    return wait.compareTo(left()) < 0 ? wait : left();
  }

  private String address() {
    return Url.hostAndPort(prepared.uri());
  }

  private void checkAccepted(Codec.Answer answer) {
    if (handler.accepts(answer)) {
      context.shared().accepted(prepared.kind(), credential);
      return;
    }
    ErrorAnswer error = ErrorReader.read(answer, context.redaction(), context.time(), attempts);
    if (ProxyRejection.is(answer.status(), answer.headers())
        && error.detail().isEmpty()
        && context.shared().forgiveRejection(prepared.kind())) {
      throw new ConnectionException(
          "%s was rejected by a proxy (400 without a body); %s".formatted(prepared, soFar()));
    }
    throw ApiStatusException.of(
        "%s: %d %s; %s%s"
            .formatted(
                prepared,
                error.status(),
                error.shown(),
                soFar(),
                error.status() / 100 == 3 ? redirect(answer) : advice(error.status())),
        error);
  }

  /** Redirects are not followed: whoever reads this may correct the base URL. */
  private String redirect(Codec.Answer answer) {
    return answer
        .headers()
        .first("location")
        .map(target -> ". It redirects to %s.".formatted(masked(withoutQuery(target))))
        .orElse("");
  }

  private static String withoutQuery(String location) {
    int query = location.indexOf('?');
    return query < 0 ? location : location.substring(0, query);
  }

  /** Some servers repeat in their answer the key that they refuse, or another one. */
  private String masked(String text) {
    return context.redaction().text(text);
  }

  private String advice(int status) {
    return switch (status) {
      case 401 -> ". Check the credential: " + context.credentialOrigin().get() + ".";
      case 402 -> ". The account is blocked for billing.";
      case 407 -> ". Check the proxy's user and password (TINKER_PROXY).";
      default -> "";
    };
  }

  private Duration elapsed() {
    return since(start);
  }

  private Duration since(long moment) {
    return Duration.ofNanos(context.time().nanoTime() - moment);
  }

  /** Returns how much longer it may take; thread-safe. */
  Duration left() {
    return limits.deadline().plus(paused).minus(elapsed());
  }

  private String soFar() {
    return "%d %s in %.1f s"
        .formatted(attempts, attempts == 1 ? "attempt" : "attempts", elapsed().toMillis() / 1e3);
  }
}
