package io.tinker4j.testkit.http;

import com.google.protobuf.InvalidProtocolBufferException;
import io.tinker4j.testkit.fault.FaultAction;
import io.tinker4j.testkit.fault.FaultInjector;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.testkit.fault.FaultTarget;
import io.tinker4j.testkit.time.ServerTime;
import io.tinker4j.transport.DecodeException;
import io.tinker4j.types.proto.ForwardBackwardRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    List<FaultInjector.Firing> firings =
        injector.next(new FaultTarget(operation, call.headers(), call.body()), time.nanoTime());
    HttpCall changed = call;
    boolean twice = false;
    for (FaultInjector.Firing firing : firings) {
      Delivery instead = before(firing.action(), call);
      if (instead != null) {
        return instead;
      }
      twice |= firing.action() instanceof FaultAction.Duplicate;
      if (firing.action() instanceof FaultAction.LoseOptimizer) {
        changed = changed.losingOptimizer();
      }
    }
    Answer answer = execution.run(changed);
    if (twice) {
      answer = execution.run(changed);
    }
    Delivery delivery = Delivery.whole(answer);
    for (FaultInjector.Firing firing : firings) {
      delivery = after(firing, delivery);
    }
    return delivery;
  }

  /** What happens before a request is carried out; not null when it happens instead. */
  private @Nullable Delivery before(FaultAction action, HttpCall call) throws InterruptedException {
    switch (action) {
      case FaultAction.Delay(Duration duration) -> time.sleep(duration);
      case FaultAction.JumpClock(Duration by) -> time.shift(by);
      case FaultAction.ExpirePromise() -> controls.expirePromise(id(call, "request_id"));
      case FaultAction.KillSession() -> controls.killSession(sessionId(call));
      case FaultAction.PoisonRun() -> controls.poisonRun(id(call, "model_id"));
      case FaultAction.DropBeforeExecution() -> {
        return Delivery.dropped();
      }
      case FaultAction.RestartServer(Duration downtime) -> {
        controls.restart(downtime);
        return Delivery.dropped();
      }
      case FaultAction.PauseQueue(String state, String reason) -> {
        time.sleep(holdTime);
        return Delivery.whole(tryAgain(id(call, "request_id"), state, reason));
      }
      case FaultAction.AnswerWith(int status, String body, Map<String, String> headers) -> {
        Answer answer = Answer.json(status, body.getBytes(StandardCharsets.UTF_8));
        return new Delivery(answer, headers, Delivery.Manner.WHOLE);
      }
      case FaultAction.Duplicate() -> {}
      case FaultAction.ExecuteThenDropAnswer() -> {}
      case FaultAction.FlipBit() -> {}
      case FaultAction.LoseOptimizer() -> {}
      case FaultAction.ResetMidBody() -> {}
      case FaultAction.TruncateBody() -> {}
    }
    return null;
  }

  private static Delivery after(FaultInjector.Firing firing, Delivery delivery) {
    Answer answer = delivery.answer();
    if (firing.action() instanceof FaultAction.ExecuteThenDropAnswer) {
      return Delivery.dropped();
    }
    if (firing.action() instanceof FaultAction.ResetMidBody) {
      return new Delivery(answer, delivery.headers(), Delivery.Manner.CUT);
    }
    byte[] body = answer.body();
    if (firing.action() instanceof FaultAction.TruncateBody) {
      return with(delivery, Arrays.copyOf(body, body.length / 2));
    }
    if (firing.action() instanceof FaultAction.FlipBit && body.length > 0) {
      byte[] changed = body.clone();
      long bit = Math.floorMod(firing.random(), 8L * body.length);
      changed[(int) (bit / 8)] ^= (byte) (1 << (bit % 8));
      return with(delivery, changed);
    }
    return delivery;
  }

  private static Delivery with(Delivery delivery, byte[] body) {
    return new Delivery(delivery.answer().withBody(body), delivery.headers(), delivery.manner());
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
