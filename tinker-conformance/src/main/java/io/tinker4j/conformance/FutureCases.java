package io.tinker4j.conformance;

import io.tinker4j.transport.operation.JsonCodec;
import java.util.List;
import java.util.Map;

/** Asking for results. */
final class FutureCases {
  private FutureCases() {}

  static void addTo(CaseList cases) {
    cases
        .add(
            "future-unknown",
            "10.3",
            "an unknown request id is refused",
            probe ->
                probe
                    .post("retrieve_future", Map.of("request_id", "no-such-request"))
                    .isError(400, 404, 410))
        .add(
            "future-twice",
            "10.2",
            "a result can be fetched again",
            probe -> {
              TestModel model = probe.model();
              String request = probe.submit("optim_step", model.optimStep());
              Reply.Fields first = probe.await(request, Probe.JSON).ok();
              Reply.Fields second = probe.await(request, Probe.JSON).ok();
              second.expect(first.has("metrics") == second.has("metrics"), "the same result");
            })
        .add(
            "future-bare",
            "10.2",
            "a result is the object itself, without an envelope",
            probe -> {
              TestModel model = probe.newModel();
              Reply.Fields result = probe.run("save_weights", model.save("bare"));
              result.text("path");
              result.expect(!result.has("result") && !result.has("status"), "no envelope");
            })
        .add(
            "future-pending",
            "10.2",
            "what is not ready is told to try again",
            probe -> {
              Reply reply = pending(probe);
              if (reply.status() != 408) {
                reply.ok().hasText("type", "try_again");
              }
            })
        .add(
            "future-pending-state",
            "10.2",
            "with a queue state that is known",
            probe -> {
              Reply reply = pending(probe);
              Reply.Fields answer = new Reply.Fields(reply.what(), reply.json());
              answer.expect(
                  List.of("active", "paused_capacity", "paused_rate_limit")
                      .contains(answer.text("queue_state")),
                  "a known queue state");
            })
        .add(
            "future-pending-id",
            "10.2",
            "and the request id",
            probe -> {
              Reply reply = pending(probe);
              if (reply.status() != 408) {
                reply.ok().text("request_id");
              }
            })
        .add(
            "future-failed",
            "10.2",
            "a failed operation has error and category",
            probe -> {
              Reply.Fields answer = failed(probe).ok();
              answer.text("error");
              answer.expect(
                  List.of("unknown", "server", "user").contains(answer.text("category")),
                  "a known category");
            })
        .add(
            "future-failed-user",
            "10.2",
            "a mistake in the request is the user's",
            probe -> failed(probe).ok().hasText("category", "user"))
        .add(
            "future-binary-only-where-it-exists",
            "6.2",
            "results without a binary form are JSON",
            probe -> {
              TestModel model = probe.model();
              String request = probe.submit("optim_step", model.optimStep());
              Reply reply = probe.await(request, Probe.PROTOBUF).is(200);
              if (reply.isBinary()) {
                throw reply.unexpected("JSON");
              }
            })
        .add(
            "future-content-type-binary",
            "6.2",
            "binary results say so",
            probe -> {
              TestModel model = probe.model();
              Reply reply = probe.await(model.submit(model.pass()), Probe.PROTOBUF).is(200);
              if (!reply.header("content-type").startsWith("application/x-protobuf")) {
                throw reply.unexpected("content-type application/x-protobuf");
              }
            })
        .add(
            "future-metadata-allowed",
            "10.2",
            "allow_metadata_only is accepted",
            probe -> {
              TestModel model = probe.model();
              String request = probe.submit("optim_step", model.optimStep());
              Reply.Fields settled = probe.await(request, Probe.JSON).ok();
              settled.expect(!settled.has("error"), "success");
              Reply.Fields answer =
                  probe
                      .post(
                          "retrieve_future",
                          Bodies.of("request_id", request, "allow_metadata_only", true))
                      .ok();
              answer.expect(
                  !answer.has("response_payload_size")
                      || answer.number("response_payload_size").longValue() > 0,
                  "a size");
            })
        .add(
            "future-headers",
            "10.1",
            "the headers of polls are accepted",
            probe -> {
              TestModel model = probe.model();
              String request = probe.submit("optim_step", model.optimStep());
              probe
                  .send(
                      "POST",
                      "retrieve_future",
                      JsonCodec.write(Map.of("request_id", request)),
                      Map.of(
                          "X-Tinker-Request-Iteration",
                          "0",
                          "X-Tinker-Request-Type",
                          "OptimStep",
                          "X-Tinker-Create-Promise-Roundtrip-Time",
                          "0.01",
                          "X-Stainless-Raw-Response",
                          "raw"))
                  .is(200, 408);
            })
        .add(
            "future-foreign",
            "11",
            "another key does not see a result",
            probe -> {
              String request = probe.submit("optim_step", probe.model().optimStep());
              Reply reply =
                  probe.send(
                      "POST",
                      "retrieve_future",
                      JsonCodec.write(Map.of("request_id", request)),
                      Map.of("X-API-Key", "tml-somebody-else"));
              if (reply.status() == 200) {
                throw CaseException.refused("the server keeps no owners apart: " + reply.what());
              }
              reply.isError(401, 403, 404);
            });
  }

  /** Asks for an operation beyond a gap that stays. */
  private static Reply pending(Probe probe) throws Exception {
    TestModel model = probe.newModel();
    String request = probe.submit("optim_step", Bodies.optimStep(model.id(), model.next() + 1));
    return probe.post("retrieve_future", Bodies.of("request_id", request)).is(200, 408);
  }

  /** A pass whose targets do not fit, when the server accepts it at first. */
  private static Reply failed(Probe probe) throws Exception {
    TestModel model = probe.newModel();
    var pass = model.pass();
    pass.getDataBuilder(0).putLossFnInputs("target_tokens", Bodies.longs(1, 2));
    Reply submitted = probe.postBinary(pass.build().toByteArray());
    if (submitted.status() == 400 || submitted.status() == 422) {
      throw CaseException.notJudged("the server refuses at once: " + submitted.what());
    }
    return probe.await(submitted.ok().text("request_id"), Probe.JSON);
  }
}
