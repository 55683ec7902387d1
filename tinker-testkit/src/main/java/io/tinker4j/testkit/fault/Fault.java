package io.tinker4j.testkit.fault;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One thing that goes wrong: for which requests, when, and how. Immutable.
 *
 * {@snippet :
 * Fault lostAnswer = Fault.on(operation("optim_step")).nth(3).executeThenDropAnswer();
 * Fault storm = Fault.on(operation("asample")).times(20).answer(429);
 * Fault flaky = Fault.on(any()).withProbability(0.01).dropBeforeExecution();
 * }
 *
 * <p>Requests are counted per fault, from 1, in the order in which the server receives them.
 * Several faults may concern one request: they happen in the order of the script.
 */
public final class Fault {
  private final RequestMatcher matcher;
  private final int from;
  private final int times;
  private final double probability;
  private final @Nullable Duration during;
  private final FaultAction action;

  private Fault(When when, FaultAction action) {
    this.matcher = when.matcher;
    this.from = when.from;
    this.times = when.times;
    this.probability = when.probability;
    this.during = when.during;
    this.action = action;
  }

  /** Starts a fault that concerns every request that matches, unless the next methods say less. */
  public static When on(RequestMatcher matcher) {
    return new When(Objects.requireNonNull(matcher, "matcher"));
  }

  RequestMatcher matcher() {
    return matcher;
  }

  int from() {
    return from;
  }

  int times() {
    return times;
  }

  double probability() {
    return probability;
  }

  @Nullable Duration during() {
    return during;
  }

  FaultAction action() {
    return action;
  }

  @Override
  public String toString() {
    return "%s from %d %s probability %s: %s"
        .formatted(
            matcher,
            from,
            times == Integer.MAX_VALUE ? "on" : "times " + times,
            probability,
            action);
  }

  /** Says when a fault happens; its last method says what. Not safe for use by many threads. */
  public static final class When {
    private final RequestMatcher matcher;
    private int from = 1;
    private int times = Integer.MAX_VALUE;
    private double probability = 1;
    private @Nullable Duration during;

    private When(RequestMatcher matcher) {
      this.matcher = matcher;
    }

    /** At the n-th matching request only, counted from 1. */
    public When nth(int n) {
      return from(n).times(1);
    }

    /** Not before the n-th matching request, counted from 1. */
    public When from(int n) {
      from = positive("n", n);
      return this;
    }

    /** At most so many times: storms of errors. */
    public When times(int times) {
      this.times = positive("times", times);
      return this;
    }

    /** Each time with this probability only, drawn from the seed of the script. */
    public When withProbability(double probability) {
      if (!(probability >= 0 && probability <= 1)) {
        throw new IllegalArgumentException(
            "probability is " + probability + "; it must be from 0 to 1");
      }
      this.probability = probability;
      return this;
    }

    /** Only for so long after it could have happened first, by the server's time. */
    public When during(Duration duration) {
      if (duration.isNegative() || duration.isZero()) {
        throw new IllegalArgumentException("during is " + duration + "; it must be positive");
      }
      during = duration;
      return this;
    }

    /** The request is carried out later; the server keeps its connection open. */
    public Fault delay(Duration duration) {
      return then(new FaultAction.Delay(duration));
    }

    /** The connection is closed; nothing is carried out. */
    public Fault dropBeforeExecution() {
      return then(new FaultAction.DropBeforeExecution());
    }

    /** The request is carried out; its connection is closed instead of an answer. */
    public Fault executeThenDropAnswer() {
      return then(new FaultAction.ExecuteThenDropAnswer());
    }

    /** The request is carried out twice, as if it had been sent twice; answered once. */
    public Fault duplicate() {
      return then(new FaultAction.Duplicate());
    }

    /** The request is carried out; the connection is reset in the middle of the answer's body. */
    public Fault resetMidBody() {
      return then(new FaultAction.ResetMidBody());
    }

    /** The request is not carried out; the answer has this status and a body like the service's. */
    public Fault answer(int status) {
      return answer(status, FaultAction.AnswerWith.bodyOf(status));
    }

    /** The request is not carried out; this is the answer. */
    public Fault answer(int status, String body) {
      return answer(status, body, Map.of());
    }

    /**
     * The request is not carried out; this is the answer.
     *
     * @param headers more headers, such as {@code Retry-After}, or another {@code Content-Type}
     */
    public Fault answer(int status, String body, Map<String, String> headers) {
      return then(new FaultAction.AnswerWith(status, body, headers));
    }

    /**
     * Results are not ready: the question is held as long as any other, then told to try again.
     *
     * @param state such as {@code paused_capacity} or {@code paused_rate_limit}
     * @param reason why, for people; empty for none
     */
    public Fault pauseQueue(String state, String reason) {
      return then(new FaultAction.PauseQueue(state, reason));
    }

    /** The promise that the question is about is forgotten: 410 from now on. */
    public Fault expirePromise() {
      return then(new FaultAction.ExpirePromise());
    }

    /** The session that the request belongs to ends first, with its models and samplers. */
    public Fault killSession() {
      return then(new FaultAction.KillSession());
    }

    /** The run that the request is about becomes corrupted first; its operations fail. */
    public Fault poisonRun() {
      return then(new FaultAction.PoisonRun());
    }

    /** Weights are loaded without the optimizer's state, and the answer does not tell. */
    public Fault loseOptimizer() {
      return then(new FaultAction.LoseOptimizer());
    }

    /** The answer's body ends half-way, and its length agrees with that. */
    public Fault truncateBody() {
      return then(new FaultAction.TruncateBody());
    }

    /** One bit of the answer's body, drawn from the seed, is the other way round. */
    public Fault flipBit() {
      return then(new FaultAction.FlipBit());
    }

    /** The connection is closed, and the server is started again at once. */
    public Fault restartServer() {
      return restartServer(Duration.ZERO);
    }

    /** The connection is closed, and the server is away for a while. */
    public Fault restartServer(Duration downtime) {
      return then(new FaultAction.RestartServer(downtime));
    }

    /** The server's clock jumps, forth or back, before the request is carried out. */
    public Fault jumpClock(Duration by) {
      return then(new FaultAction.JumpClock(by));
    }

    Fault then(FaultAction action) {
      return new Fault(this, action);
    }

    private static int positive(String name, int value) {
      if (value < 1) {
        throw new IllegalArgumentException(name + " is " + value + "; it must be at least 1");
      }
      return value;
    }
  }
}
