package io.tinker4j.testkit.http;

import com.google.protobuf.InvalidProtocolBufferException;
import io.tinker4j.testkit.fault.FaultAction;
import io.tinker4j.testkit.fault.FaultInjector;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.testkit.fault.FaultTarget;
import io.tinker4j.testkit.time.ServerTime;
import io.tinker4j.transport.DecodeException;
import io.tinker4j.types.proto.ForwardBackwardRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Where faults happen: between the front, which has read a request, and its endpoint. */
public final class FaultGate {
  private final ServerTime time;
  private final Duration holdTime;
  private final Controls controls;
  private volatile FaultInjector injector = FaultInjector.of(FaultScript.none());

  public FaultGate(ServerTime time, Duration holdTime, Controls controls) {
    this.time = time;
    this.holdTime = holdTime;
    this.controls = controls;
  }

  /** What faults do to the server as a whole. */
  public interface Controls {
    void expirePromise(String requestId);

    void killSession(String sessionId);

    void poisonRun(String modelId);

    /** Closes the server and starts it again, in a thread of its own. */
    void restart(Duration downtime);
  }

  /** Carries out a request; refusals are answers too. */
  @FunctionalInterface
  interface Execution {
    Answer run(HttpCall call) throws InterruptedException;
  }

  public void use(FaultScript script) {
    injector = FaultInjector.of(script);
  }

  public FaultInjector injector() {
    return injector;
  }

  /** Carries out a request with the faults that happen to it. */
  Delivery pass(String operation, HttpCall call, Execution execution) throws InterruptedException {
    Passage passage = new Passage(call);
    for (FaultInjector.Firing firing :
        injector.next(new FaultTarget(operation, call.headers(), call.body()), time.nanoTime())) {
      strike(firing, passage);
      if (passage.instead != null) {
        return passage.instead;
      }
    }
    Answer answer = execution.run(passage.call);
    if (passage.twice) {
      answer = execution.run(passage.call);
    }
    Delivery delivery = Delivery.whole(answer);
    for (UnaryOperator<Delivery> damage : passage.damages) {
      delivery = damage.apply(delivery);
    }
    return delivery;
  }

  /** What the faults have made of a request so far. */
  private static final class Passage {
    HttpCall call;
    boolean twice;

    /** The end of it, if it is not to be carried out. */
    @Nullable Delivery instead;

    /** What happens to its answer. */
    final List<UnaryOperator<Delivery>> damages = new ArrayList<>();

    Passage(HttpCall call) {
      this.call = call;
    }
  }

  /** What each fault does. */
  private void strike(FaultInjector.Firing firing, Passage passage) throws InterruptedException {
    HttpCall call = passage.call;
    switch (firing.action()) {
      case FaultAction.Delay(Duration duration) -> time.sleep(duration);
      case FaultAction.JumpClock(Duration by) -> time.shift(by);
      case FaultAction.ExpirePromise() -> controls.expirePromise(id(call, "request_id"));
      case FaultAction.KillSession() -> controls.killSession(sessionId(call));
      case FaultAction.PoisonRun() -> controls.poisonRun(id(call, "model_id"));
      case FaultAction.LoseOptimizer() -> passage.call = call.losingOptimizer();
      case FaultAction.Duplicate() -> passage.twice = true;
      case FaultAction.DropBeforeExecution() -> passage.instead = Delivery.dropped();
      case FaultAction.RestartServer(Duration downtime) -> {
        controls.restart(downtime);
        passage.instead = Delivery.dropped();
      }
      case FaultAction.PauseQueue(String state, String reason) -> {
        time.sleep(holdTime);
        passage.instead = Delivery.whole(tryAgain(id(call, "request_id"), state, reason));
      }
      case FaultAction.AnswerWith(int status, String body, Map<String, String> headers) ->
          passage.instead =
              new Delivery(
                  Answer.json(status, JsonBodies.bytes(body)), headers, Delivery.Manner.WHOLE);
      case FaultAction.ExecuteThenDropAnswer() ->
          passage.damages.add(delivery -> Delivery.dropped());
      case FaultAction.ResetMidBody() ->
          passage.damages.add(
              delivery -> new Delivery(delivery.answer(), delivery.headers(), Delivery.Manner.CUT));
      case FaultAction.TruncateBody() ->
          passage.damages.add(
              delivery -> delivery.withBody(body -> Arrays.copyOf(body, body.length / 2)));
      case FaultAction.FlipBit() ->
          passage.damages.add(
              delivery -> delivery.withBody(body -> flipped(body, firing.random())));
    }
  }

  private static byte[] flipped(byte[] body, long random) {
    byte[] changed = body.clone();
    if (body.length > 0) {
      long bit = Math.floorMod(random, 8L * body.length);
      changed[(int) (bit / 8)] ^= (byte) (1 << (bit % 8));
    }
    return changed;
  }

  private static Answer tryAgain(String requestId, String state, String reason) {
    Map<String, Object> wire = new LinkedHashMap<>();
    wire.put("type", "try_again");
    wire.put("request_id", requestId);
    wire.put("queue_state", state);
    if (!reason.isEmpty()) {
      wire.put("queue_state_reason", reason);
    }
    return JsonBodies.ok(wire);
  }

  /** The session that a request names, or that the ids in it belong to. */
  private static String sessionId(HttpCall call) {
    String session = id(call, "session_id");
    if (!session.isEmpty()) {
      return session;
    }
    String model = id(call, "model_id");
    String member = model.isEmpty() ? id(call, "sampling_session_id") : model;
    int end = member.indexOf(':');
    return end < 0 ? member : member.substring(0, end);
  }

  /** An id in the body of a request; empty when there is none. */
  private static String id(HttpCall call, String name) {
    try {
      if (call.hasProtobufBody()) {
        return name.equals("model_id")
            ? ForwardBackwardRequest.parseFrom(call.body()).getModelId()
            : "";
      }
      return JsonBodies.readFields(call.body()).get(name) instanceof String id ? id : "";
    } catch (InvalidProtocolBufferException | DecodeException e) {
      // What is wrong with the body is the endpoint's to say.
      return "";
    }
  }
}
