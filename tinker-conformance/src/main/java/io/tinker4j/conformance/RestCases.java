package io.tinker4j.conformance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Runs, checkpoints, archives, audit, billing. */
final class RestCases {
  private RestCases() {}

  static void addTo(CaseList cases) {
    runs(cases);
    checkpoints(cases);
    publishing(cases);
    lifetimes(cases);
    archives(cases);
    accounts(cases);
  }

  /** A run with a training checkpoint "a". */
  private static String savedRun(Probe probe) throws IOException, InterruptedException {
    TestModel model = probe.newModel();
    String unused = probe.saved(model, "a");
    return model.id();
  }

  private static void runs(CaseList cases) {
    cases
        .add(
            "runs",
            "9.5",
            "runs are listed with a cursor",
            probe -> {
              String unused = probe.model().id();
              Reply.Fields answer =
                  probe.get("training_runs?limit=20&offset=0&access_scope=owned").ok();
              answer.first("training_runs").text("training_run_id");
              Reply.Fields cursor = answer.object("cursor");
              cursor.expect(cursor.number("offset").intValue() == 0, "offset = 0");
              cursor.expect(cursor.number("limit").intValue() == 20, "limit = 20");
              cursor.number("total_count");
            })
        .add(
            "runs-limit",
            "7.4",
            "limit and offset page through runs",
            probe -> {
              String first = probe.newModel().id();
              String second = probe.newModel().id();
              Reply.Fields page = probe.get("training_runs?limit=1&offset=0").ok();
              Reply.Fields next = probe.get("training_runs?limit=1&offset=1").ok();
              page.expect(page.list("training_runs").size() == 1, "one run");
              next.expect(
                  !page.first("training_runs")
                      .text("training_run_id")
                      .equals(next.first("training_runs").text("training_run_id")),
                  "other runs than on the page before, among them " + first + " and " + second);
            })
        .add(
            "runs-bad-limit",
            "11",
            "a limit that is no number is refused",
            probe -> probe.get("training_runs?limit=x").isError(400, 422))
        .add(
            "run",
            "9.5",
            "a run has its fields",
            probe -> {
              Reply.Fields run =
                  probe.get("training_runs/" + probe.model().id() + "?access_scope=owned").ok();
              run.hasText("training_run_id", probe.model().id());
              run.hasText("base_model", probe.baseModel());
              run.text("model_owner");
              run.text("last_request_time");
              run.expect(run.flag("is_lora"), "is_lora = true");
            })
        .add(
            "run-corrupted",
            "9.5",
            "a run tells whether it is corrupted",
            probe -> {
              Reply.Fields run = probe.get("training_runs/" + probe.model().id()).ok();
              run.expect(!run.flag("corrupted"), "corrupted = false");
            })
        .add(
            "run-rank",
            "9.5",
            "a run tells its rank",
            probe -> {
              Reply.Fields run = probe.get("training_runs/" + probe.model().id()).ok();
              run.expect(run.number("lora_rank").intValue() == 4, "lora_rank = 4");
            })
        .add(
            "run-metadata",
            "9.5",
            "a run has the metadata of its creation",
            probe ->
                probe
                    .get("training_runs/" + probe.model().id())
                    .ok()
                    .object("user_metadata")
                    .hasText("purpose", "conformance"))
        .add(
            "run-last-checkpoint",
            "9.5",
            "a run has its last checkpoint",
            probe ->
                probe
                    .get("training_runs/" + savedRun(probe))
                    .ok()
                    .object("last_checkpoint")
                    .hasText("checkpoint_id", "weights/a"))
        .add(
            "run-last-sampler",
            "9.5",
            "and its last sampler checkpoint",
            probe -> {
              TestModel model = probe.newModel();
              probe.run(
                  "save_weights_for_sampler", Bodies.saveForSampler(model.id(), model.next(), "s"));
              probe
                  .get("training_runs/" + model.id())
                  .ok()
                  .object("last_sampler_checkpoint")
                  .hasText("checkpoint_id", "sampler_weights/s");
            })
        .add(
            "run-unknown",
            "7.4",
            "an unknown run is 404",
            probe -> probe.get("training_runs/no-such-run").isError(404))
        .add(
            "run-foreign",
            "11",
            "another key does not see a run",
            probe -> {
              Reply reply =
                  probe.send(
                      "GET",
                      "training_runs/" + probe.model().id(),
                      null,
                      Map.of("X-API-Key", "tml-somebody-else"));
              if (reply.status() == 200) {
                throw CaseException.refused("the server keeps no owners apart: " + reply.what());
              }
              reply.isError(401, 403, 404);
            });
  }

  private static void checkpoints(CaseList cases) {
    cases
        .add(
            "run-checkpoints",
            "9.5",
            "a run's checkpoints have their fields",
            probe -> {
              String run = savedRun(probe);
              Reply.Fields checkpoint =
                  probe.get("training_runs/" + run + "/checkpoints").ok().first("checkpoints");
              checkpoint
                  .hasText("checkpoint_id", "weights/a")
                  .hasText("checkpoint_type", "training")
                  .hasText("tinker_path", "tinker://" + run + "/weights/a")
                  .optional("expires_at", String.class)
                  .text("time");
            })
        .add(
            "checkpoint-size",
            "9.5",
            "a checkpoint tells its size",
            probe -> {
              Reply.Fields checkpoint =
                  probe
                      .get("training_runs/" + savedRun(probe) + "/checkpoints")
                      .ok()
                      .first("checkpoints");
              checkpoint.expect(checkpoint.number("size_bytes").longValue() > 0, "a size");
            })
        .add(
            "checkpoint-private",
            "9.5",
            "a checkpoint is private at first",
            probe -> {
              Reply.Fields checkpoint =
                  probe
                      .get("training_runs/" + savedRun(probe) + "/checkpoints")
                      .ok()
                      .first("checkpoints");
              checkpoint.expect(!checkpoint.flag("public"), "public = false");
            })
        .add(
            "user-checkpoints",
            "9.5",
            "all checkpoints are listed with a cursor",
            probe -> {
              String unused = savedRun(probe);
              Reply.Fields answer = probe.get("checkpoints?limit=100&offset=0").ok();
              answer.first("checkpoints").text("tinker_path");
              answer.object("cursor").number("total_count");
            })
        .add(
            "user-checkpoints-limit",
            "7.4",
            "limit bounds the list of checkpoints",
            probe -> {
              String unused = savedRun(probe);
              Reply.Fields answer = probe.get("checkpoints?limit=1").ok();
              answer.expect(answer.list("checkpoints").size() == 1, "one checkpoint");
            })
        .add(
            "delete-checkpoint",
            "7.4",
            "a checkpoint is deleted",
            probe -> {
              String run = savedRun(probe);
              String path = "training_runs/" + run + "/checkpoints";
              probe.send("DELETE", path + "/weights/a", null, Map.of()).is(200, 204);
              Reply.Fields left = probe.get(path).ok();
              left.expect(left.list("checkpoints").isEmpty(), "no checkpoints");
            })
        .add(
            "delete-checkpoint-gone",
            "11",
            "what was deleted is 404 or 410",
            probe -> {
              String run = savedRun(probe);
              probe
                  .send("DELETE", "training_runs/" + run + "/checkpoints/weights/a", null, Map.of())
                  .is(200, 204);
              probe
                  .post("weights_info", Map.of("tinker_path", "tinker://" + run + "/weights/a"))
                  .isError(404, 410);
            })
        .add(
            "delete-checkpoint-unknown",
            "7.4",
            "deleting what is unknown is 404",
            probe -> {
              String path = "training_runs/" + savedRun(probe) + "/checkpoints/weights/";
              probe.send("DELETE", path + "a", null, Map.of()).is(200, 204);
              probe.send("DELETE", path + "no-such", null, Map.of()).isError(404, 410);
            });
  }

  private static Reply publish(Probe probe, String method, String run)
      throws IOException, InterruptedException {
    return probe.send(
        method, "training_runs/" + run + "/checkpoints/weights/a/publish", null, Map.of());
  }

  private static void publishing(CaseList cases) {
    cases
        .add(
            "publish",
            "7.4",
            "a checkpoint is published",
            probe -> {
              String run = savedRun(probe);
              publish(probe, "POST", run).is(200, 204);
              Reply.Fields checkpoint =
                  probe.get("training_runs/" + run + "/checkpoints").ok().first("checkpoints");
              checkpoint.expect(checkpoint.flag("public"), "public = true");
            })
        .add(
            "publish-twice",
            "7.4",
            "publishing what is public is 409",
            probe -> {
              String run = savedRun(probe);
              publish(probe, "POST", run).is(200, 204);
              publish(probe, "POST", run).isError(409);
            })
        .add(
            "unpublish",
            "7.4",
            "a checkpoint is made private again",
            probe -> {
              String run = savedRun(probe);
              publish(probe, "POST", run).is(200, 204);
              publish(probe, "DELETE", run).is(200, 204);
              Reply.Fields checkpoint =
                  probe.get("training_runs/" + run + "/checkpoints").ok().first("checkpoints");
              checkpoint.expect(!checkpoint.flag("public"), "public = false");
            })
        .add(
            "unpublish-private",
            "7.4",
            "unpublishing what is private is 409",
            probe -> publish(probe, "DELETE", savedRun(probe)).isError(409))
        .add(
            "publish-unknown",
            "7.4",
            "publishing what is unknown is 404",
            probe -> {
              publish(probe, "POST", savedRun(probe)).is(200, 204);
              publish(probe, "POST", "no-such-run").isError(404);
            });
  }

  private static Reply ttl(Probe probe, String run, String body)
      throws IOException, InterruptedException {
    return probe.send(
        "PUT",
        "training_runs/" + run + "/checkpoints/weights/a/ttl",
        body.getBytes(StandardCharsets.UTF_8),
        Map.of());
  }

  private static void lifetimes(CaseList cases) {
    cases
        .add(
            "ttl-set",
            "7.4",
            "a checkpoint gets a time to live",
            probe -> {
              String run = savedRun(probe);
              ttl(probe, run, "{\"ttl_seconds\":3600}").is(200, 204);
              probe
                  .get("training_runs/" + run + "/checkpoints")
                  .ok()
                  .first("checkpoints")
                  .text("expires_at");
            })
        .add(
            "ttl-clear",
            "7.4",
            "null takes the time to live away",
            probe -> {
              String run = savedRun(probe);
              ttl(probe, run, "{\"ttl_seconds\":3600}").is(200, 204);
              ttl(probe, run, "{\"ttl_seconds\":null}").is(200, 204);
              Reply.Fields checkpoint =
                  probe.get("training_runs/" + run + "/checkpoints").ok().first("checkpoints");
              checkpoint.expect(!checkpoint.has("expires_at"), "no expires_at");
            })
        .add(
            "ttl-zero",
            "7.4",
            "a time to live of 0 is refused",
            probe -> ttl(probe, savedRun(probe), "{\"ttl_seconds\":0}").isError(400, 422))
        .add(
            "ttl-unknown",
            "7.4",
            "the ttl of what is unknown is 404",
            probe -> {
              ttl(probe, savedRun(probe), "{\"ttl_seconds\":60}").is(200, 204);
              ttl(probe, "no-such-run", "{\"ttl_seconds\":60}").isError(404);
            });
  }

  /** The archive of a sampler checkpoint. */
  private static Reply archive(Probe probe) throws IOException, InterruptedException {
    TestModel model = probe.newModel();
    String unused = probe.savedForSampler(model, "s");
    String path = "training_runs/" + model.id() + "/checkpoints/sampler_weights/s/archive";
    Reply reply = probe.get(path);
    for (int i = 0; i < 100 && reply.status() == 503; i++) {
      reply = probe.get(path);
    }
    return reply.is(200, 302);
  }

  private static String location(Reply archive) {
    return archive.status() == 302 ? archive.header("location") : archive.ok().text("url");
  }

  private static void archives(CaseList cases) {
    cases
        .add(
            "archive-url",
            "9.6",
            "an archive has a URL",
            probe -> {
              Reply reply = archive(probe);
              if (location(reply).isEmpty()) {
                throw reply.unexpected("a Location");
              }
            })
        .add(
            "archive-expires",
            "9.6",
            "the URL says until when it is good",
            probe -> {
              Reply reply = archive(probe);
              if (reply.status() == 200) {
                reply.ok().text("expires");
              } else if (reply.header("expires").isEmpty()) {
                throw reply.unexpected("an Expires header");
              }
            })
        .add(
            "archive-bytes",
            "9.6",
            "the URL is fetched without a credential",
            probe -> {
              Reply bytes = probe.fetch(probe.resolve(location(archive(probe))), Map.of()).is(200);
              if (bytes.body().length < 512) {
                throw bytes.unexpected("an archive");
              }
            })
        .add(
            "archive-range",
            "9.6",
            "a part of an archive is fetched by Range",
            probe -> {
              var url = probe.resolve(location(archive(probe)));
              Reply part = probe.fetch(url, Map.of("Range", "bytes=0-99"));
              if (part.status() == 200) {
                throw CaseException.refused("Range is ignored");
              }
              part.is(206);
              if (part.body().length != 100) {
                throw CaseException.differs("expected 100 bytes, found " + part.body().length);
              }
            })
        .add(
            "archive-unknown",
            "9.6",
            "the archive of what is unknown is 404",
            probe -> {
              Reply unused = archive(probe);
              probe
                  .get("training_runs/no-such-run/checkpoints/sampler_weights/s/archive")
                  .isError(404);
            });
  }

  private static void accounts(CaseList cases) {
    cases
        .add(
            "audit-log",
            "9.8",
            "the audit log has entries",
            probe -> probe.get("audit?event_type=all").ok().list("entries"))
        .add(
            "audit-log-entry",
            "9.8",
            "an entry tells time and event",
            probe -> {
              String unused = savedRun(probe);
              Reply.Fields entry = probe.get("audit?event_type=all").ok().first("entries");
              entry.text("timestamp");
              entry.text("event");
            })
        .add(
            "audit-log-bad-type",
            "7.4",
            "an unknown event type is refused",
            probe -> {
              probe.get("audit?event_type=all").ok();
              probe.get("audit?event_type=no-such").isError(400, 422);
            })
        .add(
            "billing-usage",
            "9.9",
            "billing answers data and sessions",
            probe -> {
              Reply.Fields usage = probe.get(billing("2026-01-01T00", "2026-01-02T00")).ok();
              usage.list("data");
              usage.optional("sessions", Map.class);
            })
        .add(
            "billing-window",
            "7.4",
            "a window of more than 14 days is refused",
            probe -> {
              probe.get(billing("2026-01-01T00", "2026-01-02T00")).ok();
              probe.get(billing("2026-01-01T00", "2026-02-01T00")).isError(400, 422);
            })
        .add(
            "billing-events",
            "9.9",
            "events have a known type",
            probe -> {
              Reply.Fields usage = probe.get(billing("2026-01-01T00", "2026-01-02T00")).ok();
              for (Object each : usage.list("data")) {
                Reply.Fields event = Reply.Fields.of("billing event", each);
                event.text("bucket_start");
                event.expect(
                    List.of(
                            "training",
                            "sampling_prefill",
                            "sampling_sample",
                            "checkpoint",
                            "storage")
                        .contains(event.object("event_info").text("type")),
                    "a known type");
              }
            });
  }

  private static String billing(String from, String to) {
    return "billing/usage/events?starting_on=%s%%3A00%%3A00Z&ending_before=%s%%3A00%%3A00Z"
        .formatted(from, to);
  }
}
