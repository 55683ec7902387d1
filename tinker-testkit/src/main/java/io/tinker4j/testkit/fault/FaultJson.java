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
    Fault fault = when.then(FaultKind.read(fields));
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
    FaultKind.write(fault.action(), fields);
    return fields;
  }

  static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }
}
