package io.tinker4j.conformance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Configuration, sessions, capabilities, telemetry. */
final class ServiceCases {
  private ServiceCases() {}

  static void addTo(CaseList cases) {
    configuration(cases);
    sessions(cases);
    endings(cases);
    telemetry(cases);
  }

  private static void configuration(CaseList cases) {
    Map<String, Object> version = Map.of("sdk_version", "0.25.0");
    cases
        .add(
            "healthz",
            "7.1",
            "healthz answers status ok",
            probe -> probe.get("healthz").ok().hasText("status", "ok"))
        .add(
            "healthz-content-type",
            "5.2",
            "answers are application/json",
            probe -> {
              Reply reply = probe.get("healthz").is(200);
              if (!reply.header("content-type").split(";", -1)[0].endsWith("json")) {
                throw reply.unexpected("a content type of JSON");
              }
            })
        .add(
            "client-config",
            "9.1",
            "client/config answers an object",
            probe -> probe.post("client/config", version).ok())
        .add(
            "client-config-flags",
            "9.1",
            "flags that are there are booleans",
            probe ->
                probe
                    .post("client/config", version)
                    .ok()
                    .optional("pjwt_auth_enabled", Boolean.class)
                    .optional("parallel_fwdbwd_chunks", Boolean.class)
                    .optional("proto_compress_fwdbwd", Boolean.class)
                    .optional("sample_no_retries", Boolean.class)
                    .optional("sample_enable_stuck_detection", Boolean.class)
                    .optional("create_model_via_load_weights", Boolean.class))
        .add(
            "client-config-limits",
            "9.1",
            "limits that are there are numbers",
            probe ->
                probe
                    .post("client/config", version)
                    .ok()
                    .optional("sample_dispatch_bytes_semaphore_size", Number.class)
                    .optional("inflight_response_bytes_semaphore_size", Number.class)
                    .optional("fwdbwd_max_chunk_len", Number.class)
                    .optional("fwdbwd_max_chunk_bytes_count", Number.class)
                    .optional("fwdbwd_dispatch_bytes_semaphore_size", Number.class)
                    .optional("billing_exception_max_pause_duration_sec", Number.class)
                    .optional("sample_max_concurrent_requests", Number.class))
        .add(
            "dynamic-config",
            "9.1",
            "client/dynamic_config tells when to ask again",
            probe ->
                probe
                    .post("client/dynamic_config", version)
                    .ok()
                    .optional("refresh_interval_sec", Number.class))
        .add(
            "auth-token",
            "3.3",
            "auth/token exchanges the key for a JWT that expires",
            probe -> {
              Reply.Fields answer = probe.post("auth/token", Map.of()).ok();
              String[] parts = answer.text("jwt").split("\\.", -1);
              answer.expect(parts.length == 3, "three parts of a JWT");
              String claims =
                  new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8);
              answer.expect(claims.contains("\"exp\""), "the claim exp in " + claims);
            })
        .add(
            "auth-token-usable",
            "3.3",
            "the JWT is accepted as X-API-Key",
            probe -> {
              String jwt = probe.post("auth/token", Map.of()).ok().text("jwt");
              probe
                  .send("GET", "get_server_capabilities", null, Map.of("X-API-Key", jwt))
                  .ok()
                  .list("supported_models");
            })
        .add(
            "capabilities",
            "9.2",
            "capabilities list models by name",
            probe ->
                probe
                    .get("get_server_capabilities")
                    .ok()
                    .first("supported_models")
                    .text("model_name"))
        .add(
            "capabilities-context",
            "9.2",
            "a context length, if told, is a number",
            probe ->
                probe
                    .get("get_server_capabilities")
                    .ok()
                    .first("supported_models")
                    .optional("max_context_length", Number.class))
        .add(
            "headers-tolerated",
            "4",
            "the reference client's headers are accepted",
            probe ->
                probe
                    .send(
                        "GET",
                        "get_server_capabilities",
                        null,
                        Map.of(
                            "X-Stainless-OS",
                            "Linux",
                            "x-stainless-retry-count",
                            "0",
                            "x-stainless-read-timeout",
                            "60",
                            "X-Stainless-Async",
                            "async:asyncio",
                            "CF-Access-Client-Id",
                            "id"))
                    .ok());
  }

  private static void sessions(CaseList cases) {
    cases
        .add(
            "create-session",
            "9.2",
            "create_session answers a session id",
            probe -> probe.post("create_session", Bodies.createSession()).ok().text("session_id"))
        .add(
            "create-session-minimal",
            "8.1",
            "create_session without type and project",
            probe ->
                probe
                    .post("create_session", Bodies.without(Bodies.createSession(), "type"))
                    .ok()
                    .text("session_id"))
        .add(
            "create-session-metadata",
            "5.1",
            "metadata may hold any JSON, nulls included",
            probe ->
                probe
                    .post(
                        "create_session",
                        Bodies.with(
                            Bodies.createSession(),
                            "user_metadata",
                            Bodies.of("owner", "Zoë 😀", "n", null, "list", List.of(1))))
                    .ok()
                    .text("session_id"))
        .add(
            "create-session-messages",
            "9.2",
            "messages, if there, are texts",
            probe ->
                probe
                    .post("create_session", Bodies.createSession())
                    .ok()
                    .optional("info_message", String.class)
                    .optional("warning_message", String.class)
                    .optional("error_message", String.class))
        .add(
            "create-session-fresh",
            "9.2",
            "each session has an id of its own",
            probe -> {
              String first = probe.newSession();
              if (first.equals(probe.newSession())) {
                throw CaseException.differs("two sessions have the id " + first);
              }
            })
        .add(
            "heartbeat",
            "7.1",
            "session_heartbeat is accepted",
            probe ->
                probe
                    .post(
                        "session_heartbeat",
                        Bodies.of("session_id", probe.session(), "type", "session_heartbeat"))
                    .ok()
                    .optional("type", String.class))
        .add(
            "heartbeat-unknown",
            "7.1",
            "a heartbeat of an unknown session is refused",
            probe ->
                probe
                    .post("session_heartbeat", Map.of("session_id", "no-such-session"))
                    .isError(400, 404, 410))
        .add(
            "get-session",
            "9.2",
            "a session lists its runs and samplers",
            probe -> {
              Reply.Fields answer = probe.get("sessions/" + probe.session()).ok();
              answer.list("training_run_ids");
              answer.list("sampler_ids");
            })
        .add(
            "get-session-runs",
            "9.2",
            "a model's run is among those of its session",
            probe -> {
              String model = probe.model().id();
              Reply.Fields answer =
                  probe.get("sessions/" + probe.session() + "?access_scope=owned").ok();
              answer.expect(answer.list("training_run_ids").contains(model), "the run " + model);
            })
        .add(
            "get-session-unknown",
            "7.4",
            "an unknown session is 404",
            probe -> {
              probe.get("sessions/" + probe.session()).ok();
              probe.get("sessions/no-such-session").isError(404);
            })
        .add(
            "list-sessions",
            "9.2",
            "sessions are listed as texts",
            probe -> {
              String session = probe.newSession();
              Reply.Fields answer =
                  probe.get("sessions?limit=100&offset=0&access_scope=owned").ok();
              answer.expect(
                  answer.list("sessions").stream().allMatch(String.class::isInstance), "texts");
              answer.expect(answer.list("sessions").contains(session), "the session " + session);
            })
        .add(
            "list-sessions-limit",
            "7.4",
            "limit bounds the list of sessions",
            probe -> {
              String unused = probe.newSession();
              Reply.Fields answer = probe.get("sessions?limit=1&offset=0").ok();
              answer.expect(answer.list("sessions").size() == 1, "one session");
            })
        .add(
            "session-project",
            "7.4",
            "a session is given to a project",
            probe ->
                probe
                    .send(
                        "PUT",
                        "sessions/" + probe.newSession() + "/project",
                        "{\"project_id\":\"p-1\"}".getBytes(StandardCharsets.UTF_8),
                        Map.of())
                    .is(200, 204))
        .add(
            "session-project-missing",
            "7.4",
            "a project without an id is refused",
            probe -> {
              String path = "sessions/" + probe.newSession() + "/project";
              probe
                  .send("PUT", path, "{}".getBytes(StandardCharsets.UTF_8), Map.of())
                  .isError(400, 422);
            })
        .add(
            "trace-export",
            "9.7",
            "a trace export has a status",
            probe -> {
              Reply.Fields answer = probe.get("sessions/" + probe.session() + "/trace_export").ok();
              String status = answer.text("status");
              answer.expect(
                  List.of("pending", "ready", "failed").contains(status), "a known status");
              answer.expect(!status.equals("ready") || answer.has("url"), "a url when ready");
            });
  }

  private static Reply finish(Probe probe, String session, String reason)
      throws IOException, InterruptedException {
    return probe.post("sessions/" + session + "/finish", Bodies.finish(reason));
  }

  private static void endings(CaseList cases) {
    cases
        .add(
            "finish-session",
            "7.1",
            "sessions/{id}/finish answers with the session, the reason and the time",
            probe -> {
              String session = probe.newSession();
              Reply.Fields answer = finish(probe, session, "success").ok();
              answer.hasText("session_id", session).optional("detail", String.class);
              answer.object("reason").hasText("type", "success");
              answer.text("finished_at");
            })
        .add(
            "finish-session-heartbeat",
            "7.1",
            "a heartbeat of a finished session is 410",
            probe -> {
              String session = probe.newSession();
              finish(probe, session, "success").ok();
              probe.post("session_heartbeat", Map.of("session_id", session)).isError(410);
            })
        .add(
            "finish-session-twice",
            "7.1",
            "the first finish of a session counts",
            probe -> {
              String session = probe.newSession();
              String first = finish(probe, session, "errored").ok().text("finished_at");
              Reply.Fields second = finish(probe, session, "success").ok();
              second.object("reason").hasText("type", "errored");
              second.hasText("finished_at", first);
            })
        .add(
            "finish-session-without-reason",
            "7.1",
            "a finish without a reason is refused",
            probe ->
                probe
                    .post("sessions/" + probe.newSession() + "/finish", Map.of())
                    .isError(400, 422))
        .add(
            "finish-session-unknown-reason",
            "7.1",
            "a finish for a reason that is none is refused",
            probe -> finish(probe, probe.newSession(), "no_such_reason").isError(400, 422))
        .add(
            "finish-session-unknown",
            "7.1",
            "a finish of an unknown session is 404",
            probe -> {
              finish(probe, probe.newSession(), "interrupted").ok();
              finish(probe, "no-such-session", "success").isError(404);
            });
  }

  private static void telemetry(CaseList cases) {
    cases
        .add(
            "telemetry",
            "9.2",
            "telemetry is accepted",
            probe ->
                probe
                    .post("telemetry", Bodies.telemetry(probe.session()))
                    .ok()
                    .hasText("status", "accepted"))
        .add(
            "telemetry-sessionless",
            "8.7",
            "telemetry without a session is accepted",
            probe ->
                probe
                    .post(
                        "telemetry",
                        Bodies.telemetry("sessionless-9b2f7c1e-0000-4000-8000-000000000002"))
                    .ok()
                    .hasText("status", "accepted"))
        .add(
            "telemetry-empty",
            "8.7",
            "an empty batch is accepted",
            probe ->
                probe
                    .post(
                        "telemetry",
                        Bodies.with(Bodies.telemetry("sessionless-x"), "events", List.of()))
                    .ok()
                    .hasText("status", "accepted"));
  }
}
