package io.tinker4j.testkit.http;

import io.tinker4j.testkit.fault.FaultInjector;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.testkit.time.ServerTime;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Faults over HTTP, for tests in another process; there only when asked for. {@code PUT
 * /control/faults} sets the script and {@code GET} shows it with its counts, {@code GET
 * /control/requests} lists what was received, {@code POST /control/restart} and {@code POST
 * /control/clock} act at once; a restart may break the connection that asked for it.
 */
public final class FaultControl {
  static final String PREFIX = "/control/";

  private final FaultGate gate;
  private final RequestLog log;
  private final ServerTime time;
  private final FaultGate.Controls controls;

  public FaultControl(
      FaultGate gate, RequestLog log, ServerTime time, FaultGate.Controls controls) {
    this.gate = gate;
    this.log = log;
    this.time = time;
    this.controls = controls;
  }

  Answer answer(String method, String path, byte[] body) {
    try {
      return switch (method + " " + path.substring(PREFIX.length())) {
        case "GET faults" -> show();
        case "PUT faults" -> use(FaultScript.fromJson(new String(body, StandardCharsets.UTF_8)));
        case "DELETE faults" -> use(FaultScript.none());
        case "GET requests" -> requests();
        case "DELETE requests" -> {
          log.clear();
          yield JsonBodies.ok(Map.of());
        }
        case "POST restart" -> {
          controls.restart(seconds(body, "downtime_seconds"));
          yield JsonBodies.ok(Map.of());
        }
        case "POST clock" -> {
          time.shift(seconds(body, "shift_seconds"));
          yield JsonBodies.ok(Map.of("now", time.instant().toString()));
        }
        default -> throw RefusedException.notFound("Not Found");
      };
    } catch (IllegalArgumentException e) {
      throw RefusedException.badRequest(String.valueOf(e.getMessage()));
    }
  }

  private Answer use(FaultScript script) {
    gate.use(script);
    return show();
  }

  private Answer show() {
    FaultInjector injector = gate.injector();
    Map<String, @Nullable Object> wire =
        JsonBodies.readFields(injector.script().toJson().getBytes(StandardCharsets.UTF_8));
    wire.put("seen", injector.seen());
    wire.put("fired", injector.fired());
    return JsonBodies.ok(wire);
  }

  private Answer requests() {
    List<Map<String, Object>> requests =
        log.all().stream()
            .map(request -> {
              Map<String, Object> wire = new LinkedHashMap<>();
              wire.put("time", request.time().toString());
              wire.put("method", request.method());
              wire.put("path", request.path());
              wire.put("body_bytes", request.body().remaining());
              request.status().ifPresent(status -> wire.put("status", status));
              wire.put("elapsed_seconds", request.elapsed().toNanos() / 1e9);
              return wire;
            })
            .toList();
    return JsonBodies.ok(Map.of("requests", requests));
  }

  private static Duration seconds(byte[] body, String name) {
    Object value = body.length == 0 ? 0 : JsonBodies.readFields(body).getOrDefault(name, 0);
    if (value instanceof Number number && Math.abs(number.doubleValue()) < 1e9) {
      return Duration.ofNanos(Math.round(number.doubleValue() * 1e9));
    }
    throw RefusedException.badRequest(name + " is " + value + "; it must be a number of seconds");
  }
}
