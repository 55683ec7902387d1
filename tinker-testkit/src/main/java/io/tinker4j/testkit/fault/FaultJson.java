package io.tinker4j.testkit.fault;

import io.tinker4j.transport.DecodeException;
import io.tinker4j.transport.operation.JsonCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Scripts as JSON. Strict: a property that is not known is a mistake. */
final class FaultJson {
  private FaultJson() {}

  static FaultScript read(String json) {
    Map<String, @Nullable Object> root;
    try {
      root = JsonCodec.readMap(json.getBytes(StandardCharsets.UTF_8));
    } catch (DecodeException e) {
      throw new IllegalArgumentException("the script is not a JSON object: " + e.getMessage(), e);
    }
    Fields fields = new Fields("script", root);
    long seed = fields.integer("seed", 0);
    List<Fault> faults = new ArrayList<>();
    for (Object each : fields.list("faults")) {
      faults.add(fault(new Fields("faults[" + faults.size() + "]", each)));
    }
    fields.end();
    return FaultScript.of(faults.toArray(Fault[]::new)).withSeed(seed);
  }

  private static Fault fault(Fields fields) {
    Fault.When when = Fault.on(matcher(fields.object("on")));
    if (fields.has("nth")) {
      when.nth(fields.count("nth"));
    }
    if (fields.has("from")) {
      when.from(fields.count("from"));
    }
    if (fields.has("times")) {
      when.times(fields.count("times"));
    }
    if (fields.has("probability")) {
      when.withProbability(fields.number("probability", 1));
    }
    if (fields.has("during_seconds")) {
      when.during(fields.seconds("during_seconds"));
    }
    Fault fault = action(when, fields);
    fields.end();
    return fault;
  }

  private static RequestMatcher matcher(Fields on) {
    RequestMatcher matcher = RequestMatcher.operation(on.text("operation", "**"));
    Fields header = on.object("header");
    for (String name : header.names()) {
      matcher = matcher.withHeader(name, header.text(name, ""));
    }
    header.end();
    if (on.has("body_contains")) {
      matcher = matcher.withBodyContaining(on.text("body_contains", ""));
    }
    on.end();
    return matcher;
  }

  private static Fault action(Fault.When when, Fields fields) {
    String name = fields.text("do", "");
    return switch (name) {
      case "delay" -> when.delay(fields.seconds("seconds"));
      case "drop_before_execution" -> when.dropBeforeExecution();
      case "execute_then_drop_answer" -> when.executeThenDropAnswer();
      case "duplicate" -> when.duplicate();
      case "reset_mid_body" -> when.resetMidBody();
      case "answer" -> answer(when, fields);
      case "pause_queue" ->
          when.pauseQueue(fields.text("state", "paused_capacity"), fields.text("reason", ""));
      case "expire_promise" -> when.expirePromise();
      case "kill_session" -> when.killSession();
      case "poison_run" -> when.poisonRun();
      case "lose_optimizer" -> when.loseOptimizer();
      case "truncate_body" -> when.truncateBody();
      case "flip_bit" -> when.flipBit();
      case "restart_server" -> when.restartServer(fields.seconds("seconds"));
      case "jump_clock" -> when.jumpClock(fields.seconds("seconds"));
      default -> throw fields.wrong("do", "'" + name + "' is not the name of a fault");
    };
  }

  private static Fault answer(Fault.When when, Fields fields) {
    int status = Math.toIntExact(fields.integer("status", 500));
    Fields given = fields.object("headers");
    Map<String, String> headers = new LinkedHashMap<>();
    given.names().forEach(name -> headers.put(name, given.text(name, "")));
    return fields.has("body")
        ? when.answer(status, fields.text("body", ""), headers)
        : when.answer(status, "{\"detail\":\"fault: " + status + "\"}", headers);
  }

  static String write(FaultScript script) {
    Map<String, @Nullable Object> root = new LinkedHashMap<>();
    root.put("seed", script.seed());
    root.put("faults", script.faults().stream().map(FaultJson::fields).toList());
    return new String(JsonCodec.write(root), StandardCharsets.UTF_8);
  }

  private static Map<String, @Nullable Object> fields(Fault fault) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    Map<String, Object> on = new LinkedHashMap<>();
    RequestMatcher matcher = fault.matcher();
    on.put("operation", matcher.operation());
    if (matcher.header() != null && matcher.headerValue() != null) {
      on.put("header", Map.of(matcher.header(), matcher.headerValue()));
    }
    if (matcher.text() != null) {
      on.put("body_contains", matcher.text());
    }
    fields.put("on", on);
    if (fault.from() > 1) {
      fields.put("from", fault.from());
    }
    if (fault.times() < Integer.MAX_VALUE) {
      fields.put("times", fault.times());
    }
    if (fault.probability() < 1) {
      fields.put("probability", fault.probability());
    }
    if (fault.during() != null) {
      fields.put("during_seconds", seconds(fault.during()));
    }
    putAction(fields, fault.action());
    return fields;
  }

  private static void putAction(Map<String, @Nullable Object> fields, FaultAction action) {
    switch (action) {
      case FaultAction.Delay(Duration duration) ->
          put(fields, "delay", "seconds", seconds(duration));
      case FaultAction.DropBeforeExecution() -> fields.put("do", "drop_before_execution");
      case FaultAction.ExecuteThenDropAnswer() -> fields.put("do", "execute_then_drop_answer");
      case FaultAction.Duplicate() -> fields.put("do", "duplicate");
      case FaultAction.ResetMidBody() -> fields.put("do", "reset_mid_body");
      case FaultAction.AnswerWith(int status, String body, Map<String, String> headers) -> {
        put(fields, "answer", "status", status);
        fields.put("body", body);
        fields.put("headers", headers);
      }
      case FaultAction.PauseQueue(String state, String reason) -> {
        put(fields, "pause_queue", "state", state);
        fields.put("reason", reason);
      }
      case FaultAction.ExpirePromise() -> fields.put("do", "expire_promise");
      case FaultAction.KillSession() -> fields.put("do", "kill_session");
      case FaultAction.PoisonRun() -> fields.put("do", "poison_run");
      case FaultAction.LoseOptimizer() -> fields.put("do", "lose_optimizer");
      case FaultAction.TruncateBody() -> fields.put("do", "truncate_body");
      case FaultAction.FlipBit() -> fields.put("do", "flip_bit");
      case FaultAction.RestartServer(Duration downtime) ->
          put(fields, "restart_server", "seconds", seconds(downtime));
      case FaultAction.JumpClock(Duration by) -> put(fields, "jump_clock", "seconds", seconds(by));
    }
  }

  private static void put(
      Map<String, @Nullable Object> fields, String name, String setting, Object value) {
    fields.put("do", name);
    fields.put(setting, value);
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }

  /** An object whose properties are taken one by one; what is left at the end is a mistake. */
  private static final class Fields {
    private final String place;
    private final Map<String, @Nullable Object> left = new LinkedHashMap<>();

    Fields(String place, @Nullable Object value) {
      this.place = place;
      if (!(value instanceof Map<?, ?> map)) {
        throw new IllegalArgumentException(place + " is not an object");
      }
      map.forEach((name, each) -> left.put(String.valueOf(name), each));
    }

    boolean has(String name) {
      return left.containsKey(name);
    }

    List<String> names() {
      return List.copyOf(left.keySet());
    }

    IllegalArgumentException wrong(String name, String what) {
      return new IllegalArgumentException(place + "." + name + ": " + what);
    }

    String text(String name, String absent) {
      if (!has(name)) {
        return absent;
      }
      if (left.remove(name) instanceof String text) {
        return text;
      }
      throw wrong(name, "not a text");
    }

    double number(String name, double absent) {
      if (!has(name)) {
        return absent;
      }
      if (left.remove(name) instanceof Number number) {
        return number.doubleValue();
      }
      throw wrong(name, "not a number");
    }

    long integer(String name, long absent) {
      if (!has(name)) {
        return absent;
      }
      Object value = left.remove(name);
      if (value instanceof Integer || value instanceof Long) {
        return ((Number) value).longValue();
      }
      throw wrong(name, "not an integer");
    }

    int count(String name) {
      long value = integer(name, 1);
      if (value < 1 || value > Integer.MAX_VALUE) {
        throw wrong(name, "is " + value + "; it must be at least 1");
      }
      return (int) value;
    }

    Duration seconds(String name) {
      return Duration.ofNanos(Math.round(number(name, 0) * 1e9));
    }

    List<?> list(String name) {
      if (!has(name)) {
        return List.of();
      }
      if (left.remove(name) instanceof List<?> list) {
        return list;
      }
      throw wrong(name, "not a list");
    }

    Fields object(String name) {
      return new Fields(
          place + "." + name, has(name) ? left.remove(name) : Map.<String, @Nullable Object>of());
    }

    void end() {
      if (!left.isEmpty()) {
        throw wrong(left.keySet().iterator().next(), "not a property that is known here");
      }
    }
  }
}
