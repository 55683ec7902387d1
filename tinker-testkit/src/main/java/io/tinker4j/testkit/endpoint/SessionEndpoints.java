package io.tinker4j.testkit.endpoint;

import io.tinker4j.testkit.http.Answer;
import io.tinker4j.testkit.http.HttpCall;
import io.tinker4j.testkit.http.JsonBodies;
import io.tinker4j.testkit.http.RefusedException;
import io.tinker4j.testkit.http.Router;
import io.tinker4j.testkit.observe.ExecutedOperation;
import io.tinker4j.testkit.run.Registry;
import io.tinker4j.testkit.run.ServerSession;
import io.tinker4j.types.GetSessionResponse;
import io.tinker4j.types.ListSessionsResponse;
import io.tinker4j.types.wire.TraceExportResponse;
import io.tinker4j.types.wire.TraceExportStatus;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What can be asked of sessions and done to them, but for keeping them alive. */
public final class SessionEndpoints {
  private static final int PAGE = 20;
  private static final Set<String> REASONS = Set.of("success", "errored", "interrupted");
  private static final Duration TRACE_LIFE = Duration.ofHours(1);

  private final Registry registry;
  private final Downloads downloads;
  private final AuditLog audit;

  /** Sessions whose trace was asked for before. */
  private final Set<String> exported = ConcurrentHashMap.newKeySet();

  public SessionEndpoints(Registry registry, Downloads downloads, AuditLog audit) {
    this.registry = registry;
    this.downloads = downloads;
    this.audit = audit;
  }

  public void addTo(Router router) {
    router
        .add("GET", "sessions", this::list)
        .add("GET", "sessions/*", this::get)
        .add("PUT", "sessions/*/project", this::setProject)
        .add("POST", "sessions/*/finish", this::finish)
        .add("GET", "sessions/*/trace_export", this::traceExport);
  }

  private Answer list(HttpCall call) {
    Page.requireScope(call);
    Page<ServerSession> page = Page.of(call, PAGE, registry.sessions(call.owner()));
    return JsonBodies.ok(
        ListSessionsResponse.builder()
            .sessions(page.entries().stream().map(ServerSession::id).toList())
            .build());
  }

  private Answer get(HttpCall call) {
    Page.requireScope(call);
    ServerSession session = registry.anySession(call.owner(), call.pathParameter(0));
    return JsonBodies.ok(
        GetSessionResponse.builder()
            .trainingRunIds(registry.modelIds(session))
            .samplerIds(registry.samplerIds(session))
            .build());
  }

  private Answer setProject(HttpCall call) {
    Map<String, @Nullable Object> body = JsonBodies.readObject(call.body(), Set.of("project_id"));
    if (!(body.get("project_id") instanceof String project)) {
      throw RefusedException.unprocessable(
          List.of("body", "project_id"), "must be a string", "string_type");
    }
    if (project.isBlank()) {
      throw RefusedException.badRequest("project_id is blank");
    }
    ServerSession session = registry.anySession(call.owner(), call.pathParameter(0));
    registry.moveToProject(session, project);
    audit.projectEvent(call.owner(), "session_moved", session.id());
    return JsonBodies.ok(Map.of());
  }

  /** The first of several that finish a session counts, and all are answered with it. */
  private Answer finish(HttpCall call) {
    Map<String, @Nullable Object> body =
        JsonBodies.readObject(call.body(), Set.of("reason", "detail"));
    String reason = reason(body.get("reason"));
    Object detail = body.get("detail");
    if (detail != null && !(detail instanceof String)) {
      throw RefusedException.unprocessable(
          List.of("body", "detail"), "must be a string or null", "string_type");
    }
    String said = detail instanceof String text ? JsonBodies.wellFormed(text) : null;
    ServerSession session = registry.anySession(call.owner(), call.pathParameter(0));
    ServerSession.Ending first = registry.finish(session, reason, said);
    Map<String, @Nullable Object> wire = new LinkedHashMap<>();
    wire.put("session_id", session.id());
    wire.put("reason", Map.of("type", first.reason()));
    wire.put("detail", first.detail());
    wire.put("finished_at", first.time().truncatedTo(ChronoUnit.MICROS).toString());
    return JsonBodies.ok(wire);
  }

  private static String reason(@Nullable Object value) {
    if (value instanceof Map<?, ?> fields
        && fields.keySet().equals(Set.of("type"))
        && fields.get("type") instanceof String type
        && REASONS.contains(type)) {
      return type;
    }
    throw RefusedException.unprocessable(
        List.of("body", "reason"),
        "must be an object whose only property is type: success, errored or interrupted",
        value == null ? "missing" : "value_error");
  }

  /** The first request begins the export; the next one finds it ready. */
  private Answer traceExport(HttpCall call) {
    ServerSession session = registry.anySession(call.owner(), call.pathParameter(0));
    TraceExportResponse.Builder wire = TraceExportResponse.builder();
    if (exported.add(session.id())) {
      wire.status(TraceExportStatus.PENDING);
    } else if (registry.modelIds(session).isEmpty() && registry.samplerIds(session).isEmpty()) {
      wire.status(TraceExportStatus.FAILED).error("no events found");
    } else {
      wire.status(TraceExportStatus.READY).url(downloads.traceUrl(call, session.id(), TRACE_LIFE));
    }
    return JsonBodies.ok(wire.build());
  }

  /** The trace of a session: what was carried out on its models. */
  public static byte[] trace(Registry registry, String sessionId) {
    List<Map<String, Object>> events = new ArrayList<>();
    registry
        .findSession(sessionId)
        .map(registry::modelsOf)
        .orElse(List.of())
        .forEach(model -> {
          for (ExecutedOperation operation : model.ledger()) {
            Map<String, Object> event = new LinkedHashMap<>();
            event.put("model_id", model.id());
            event.put("seq_id", operation.seqId());
            event.put("kind", operation.kind());
            event.put("weights_hash", operation.weightsHash());
            events.add(event);
          }
        });
    Map<String, Object> trace = new LinkedHashMap<>();
    trace.put("session_id", sessionId);
    trace.put("events", events);
    return JsonBodies.write(trace);
  }
}
