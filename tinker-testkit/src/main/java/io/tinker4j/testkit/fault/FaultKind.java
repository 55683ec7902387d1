package io.tinker4j.testkit.fault;

import io.tinker4j.testkit.fault.FaultAction.AnswerWith;
import io.tinker4j.testkit.fault.FaultAction.Delay;
import io.tinker4j.testkit.fault.FaultAction.JumpClock;
import io.tinker4j.testkit.fault.FaultAction.PauseQueue;
import io.tinker4j.testkit.fault.FaultAction.RestartServer;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A row of the table of faults: what one is called in JSON, and its settings there. A new fault has
 * a row here, its record in {@link FaultAction}, a method of its name in {@link Fault.When}, and
 * its case in the server's {@code FaultGate}.
 */
record FaultKind<A extends FaultAction>(
    String name,
    Class<A> type,
    Function<Fields, A> reader,
    BiConsumer<A, Map<String, @Nullable Object>> writer) {
  private static final List<FaultKind<?>> TABLE =
      List.of(
          new FaultKind<>(
              "delay",
              Delay.class,
              from -> new Delay(from.seconds("seconds")),
              (delay, to) -> to.put("seconds", FaultJson.seconds(delay.duration()))),
          plain(
              "drop_before_execution",
              FaultAction.DropBeforeExecution.class,
              FaultAction.DropBeforeExecution::new),
          plain(
              "execute_then_drop_answer",
              FaultAction.ExecuteThenDropAnswer.class,
              FaultAction.ExecuteThenDropAnswer::new),
          plain("duplicate", FaultAction.Duplicate.class, FaultAction.Duplicate::new),
          plain("reset_mid_body", FaultAction.ResetMidBody.class, FaultAction.ResetMidBody::new),
          new FaultKind<>(
              "answer",
              AnswerWith.class,
              FaultKind::readAnswer,
              (answer, to) -> {
                to.put("status", answer.status());
                to.put("body", answer.body());
                to.put("headers", answer.headers());
              }),
          new FaultKind<>(
              "pause_queue",
              PauseQueue.class,
              from ->
                  new PauseQueue(from.text("state", "paused_capacity"), from.text("reason", "")),
              (pause, to) -> {
                to.put("state", pause.state());
                to.put("reason", pause.reason());
              }),
          plain("expire_promise", FaultAction.ExpirePromise.class, FaultAction.ExpirePromise::new),
          plain("kill_session", FaultAction.KillSession.class, FaultAction.KillSession::new),
          plain("poison_run", FaultAction.PoisonRun.class, FaultAction.PoisonRun::new),
          plain("lose_optimizer", FaultAction.LoseOptimizer.class, FaultAction.LoseOptimizer::new),
          plain("truncate_body", FaultAction.TruncateBody.class, FaultAction.TruncateBody::new),
          plain("flip_bit", FaultAction.FlipBit.class, FaultAction.FlipBit::new),
          new FaultKind<>(
              "restart_server",
              RestartServer.class,
              from -> new RestartServer(from.seconds("seconds")),
              (restart, to) -> to.put("seconds", FaultJson.seconds(restart.downtime()))),
          new FaultKind<>(
              "jump_clock",
              JumpClock.class,
              from -> new JumpClock(from.seconds("seconds")),
              (jump, to) -> to.put("seconds", FaultJson.seconds(jump.by()))));

  /** A fault without settings. */
  private static <A extends FaultAction> FaultKind<A> plain(
      String name, Class<A> type, Supplier<A> maker) {
    return new FaultKind<>(name, type, from -> maker.get(), (action, to) -> {});
  }

  /** Takes the name and the settings of a fault. */
  static FaultAction read(Fields from) {
    String name = from.text("do", "");
    for (FaultKind<?> kind : TABLE) {
      if (kind.name().equals(name)) {
        return kind.reader().apply(from);
      }
    }
    throw from.wrong("do", "'" + name + "' is not the name of a fault");
  }

  static void write(FaultAction action, Map<String, @Nullable Object> to) {
    for (FaultKind<?> kind : TABLE) {
      if (kind.type().isInstance(action)) {
        kind.put(action, to);
        return;
      }
    }
    throw new IllegalStateException(action + " has no row in the table of faults");
  }

  private void put(FaultAction action, Map<String, @Nullable Object> to) {
    to.put("do", name);
    writer.accept(type.cast(action), to);
  }

  private static AnswerWith readAnswer(Fields from) {
    int status = Math.toIntExact(from.integer("status", 500));
    return new AnswerWith(
        status, from.text("body", AnswerWith.bodyOf(status)), from.object("headers").texts());
  }
}
