package io.tinker4j.conformance;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** The shapes of errors, and requests that no server may fall over. */
final class ErrorCases {
  private ErrorCases() {}

  static void addTo(CaseList cases) {
    cases
        .add(
            "error-unknown-path",
            "11",
            "an unknown path is 404 with a detail",
            probe -> {
              Reply reply = probe.get("no_such_endpoint");
              if (reply.status() != 404) {
                throw reply.unexpected("404");
              }
              new Reply.Fields(reply.what(), reply.json()).text("detail");
            })
        .add(
            "error-wrong-method",
            "11",
            "a wrong method is 405 with a detail",
            probe -> {
              Reply reply = probe.get("create_session");
              if (reply.status() != 405) {
                throw reply.unexpected("405");
              }
              new Reply.Fields(reply.what(), reply.json()).text("detail");
            })
        .add(
            "error-violations",
            "11",
            "a violated schema is 422 with loc, msg and type",
            probe -> {
              Reply.Fields violation = violation(probe.post("optim_step", Map.of()));
              violation.list("loc");
              violation.text("msg");
              violation.text("type");
            })
        .add(
            "error-violation-place",
            "11",
            "loc names the field",
            probe -> {
              Reply.Fields violation =
                  violation(
                      probe.post(
                          "create_session",
                          Bodies.with(Bodies.createSession(), "sdk_version", null)));
              violation.expect(
                  violation.list("loc").contains("sdk_version"), "the field sdk_version");
            })
        .add(
            "error-wrong-key",
            "3",
            "a key that is none is 401",
            probe -> {
              Reply reply =
                  probe.send("GET", "get_server_capabilities", null, Map.of("X-API-Key", " "));
              if (reply.status() == 200) {
                throw CaseException.refused("the server asks for no credential");
              }
              reply.isError(401);
            })
        .add(
            "error-empty-body",
            "11",
            "an empty body is refused",
            probe -> probe.postText("create_session", "").isError(400, 422))
        .add(
            "error-array-body",
            "11",
            "a body that is a list is refused",
            probe -> probe.postText("create_session", "[]").isError(400, 422))
        .add(
            "error-trailing-text",
            "11",
            "text behind the body is refused",
            probe -> probe.postText("client/config", "{\"sdk_version\":\"0\"} x").isError(400, 422))
        .add(
            "error-nan",
            "5.1",
            "NaN is no JSON",
            probe ->
                probe
                    .postText(
                        "optim_step",
                        "{\"adam_params\":{\"learning_rate\":NaN},\"model_id\":\""
                            + probe.model().id()
                            + "\",\"seq_id\":1}")
                    .isError(400, 422))
        .add(
            "error-infinity",
            "5.1",
            "neither is Infinity",
            probe ->
                probe
                    .postText(
                        "optim_step",
                        "{\"adam_params\":{\"grad_clip_norm\":Infinity},\"model_id\":\""
                            + probe.model().id()
                            + "\",\"seq_id\":1}")
                    .isError(400, 422))
        .add(
            "error-deep-nesting",
            "11",
            "a thousand nested lists do not break it",
            probe ->
                probe
                    .postText("create_session", "[".repeat(1000) + "]".repeat(1000))
                    .isError(400, 413, 422))
        .add(
            "error-surrogates",
            "5.1",
            "half a surrogate pair does not break it",
            probe -> {
              Reply reply = probe.postText("weights_info", "{\"tinker_path\":\"\\ud800\"}");
              if (reply.status() >= 500) {
                throw reply.unexpected("an answer below 500");
              }
            })
        .add(
            "error-query-encoding",
            "1",
            "a query that cannot be decoded does not break it",
            probe -> {
              Reply reply = probe.get("training_runs?limit=%25zz");
              if (reply.status() >= 500) {
                throw reply.unexpected("an answer below 500");
              }
            })
        .add(
            "query-plus",
            "1",
            "a plus in a query is a space",
            probe -> probe.get("training_runs?project_id=a+b&limit=1").is(200, 400, 404))
        .add(
            "content-type-charset",
            "5.2",
            "a charset in Content-Type is accepted",
            probe ->
                probe
                    .send(
                        "POST",
                        "client/config",
                        "{\"sdk_version\":\"0\"}".getBytes(StandardCharsets.UTF_8),
                        Map.of("Content-Type", "application/json; charset=utf-8"))
                    .ok())
        .add(
            "idempotency-key",
            "4",
            "X-Idempotency-Key is accepted",
            probe ->
                probe
                    .send(
                        "POST",
                        "client/config",
                        "{\"sdk_version\":\"0\"}".getBytes(StandardCharsets.UTF_8),
                        Map.of("X-Idempotency-Key", "stainless-python-retry-1"))
                    .ok())
        .add(
            "key-order",
            "5.1",
            "the order of keys does not matter",
            probe ->
                probe
                    .postText(
                        "create_session",
                        "{\"type\":\"create_session\",\"sdk_version\":\"0\",\"user_metadata\":{},\"tags\":[]}")
                    .ok()
                    .text("session_id"))
        .add(
            "null-optional",
            "5.1",
            "null is as good as absent where null is allowed",
            probe ->
                probe
                    .post("create_session", Bodies.with(Bodies.createSession(), "project_id", null))
                    .ok()
                    .text("session_id"))
        .add(
            "wrong-type",
            "11",
            "a text for a list is refused",
            probe ->
                probe
                    .post("create_session", Bodies.with(Bodies.createSession(), "tags", "a"))
                    .isError(400, 422))
        .add(
            "wrong-literal",
            "8.1",
            "another request's type is refused",
            probe ->
                probe
                    .post(
                        "create_session",
                        Bodies.with(Bodies.createSession(), "type", "create_model"))
                    .isError(400, 422))
        .add(
            "unicode",
            "5.1",
            "raw UTF-8 and escapes are read alike",
            probe -> {
              for (String name : List.of("Zoë 😀", "Zo\\u00eb \\ud83d\\ude00")) {
                probe
                    .postText(
                        "create_session",
                        "{\"tags\":[\"" + name + "\"],\"user_metadata\":{},\"sdk_version\":\"0\"}")
                    .ok()
                    .text("session_id");
              }
            });
  }

  private static Reply.Fields violation(Reply reply) {
    reply.isError(422);
    return new Reply.Fields(reply.what(), reply.json()).first("detail");
  }
}
