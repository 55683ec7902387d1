package io.tinker4j.conformance;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Saving and loading checkpoints. */
final class WeightsCases {
  private WeightsCases() {}

  static void addTo(CaseList cases) {
    save(cases);
    names(cases);
    load(cases);
    info(cases);
  }

  private static void save(CaseList cases) {
    cases
        .add(
            "save-weights",
            "9.3",
            "save_weights ends with a tinker path",
            probe -> {
              TestModel model = probe.newModel();
              probe
                  .run("save_weights", model.save("ckpt-001"))
                  .hasText("path", "tinker://" + model.id() + "/weights/ckpt-001");
            })
        .add(
            "save-weights-unnamed",
            "8.4",
            "save_weights names what has no name",
            probe -> {
              TestModel model = probe.newModel();
              Reply.Fields result =
                  probe.run("save_weights", Bodies.without(model.save("x"), "path"));
              result.expect(
                  result.text("path").matches("tinker://[^/]+/weights/[^/]+"),
                  "a path of three parts");
            })
        .add(
            "save-weights-exists",
            "11",
            "saving under a name that exists fails",
            probe -> {
              TestModel model = probe.newModel();
              probe.run("save_weights", model.save("twice"));
              Reply reply = probe.post("save_weights", model.save("twice"));
              if (reply.status() == 200) {
                probe.await(reply.ok().text("request_id"), Probe.JSON).ok().text("error");
              } else {
                reply.isError(409);
              }
            })
        .add(
            "save-weights-overwrite",
            "8.4",
            "overwrite replaces a checkpoint",
            probe -> {
              TestModel model = probe.newModel();
              probe.run("save_weights", model.save("again"));
              probe
                  .run("save_weights", Bodies.with(model.save("again"), "overwrite", true))
                  .text("path");
            })
        .add(
            "save-weights-ttl",
            "8.4",
            "save_weights takes a time to live",
            probe -> {
              TestModel model = probe.newModel();
              probe.run("save_weights", Bodies.with(model.save("short"), "ttl_seconds", 3600));
              Reply.Fields checkpoint =
                  probe
                      .get("training_runs/" + model.id() + "/checkpoints")
                      .ok()
                      .first("checkpoints");
              checkpoint.text("expires_at");
            })
        .add(
            "save-weights-resent",
            "8.4",
            "the same save again is the same save",
            probe -> {
              TestModel model = probe.newModel();
              var body = model.save("resent");
              String first = probe.submit("save_weights", body);
              String second = probe.submit("save_weights", body);
              if (!first.equals(second)) {
                throw CaseException.differs(
                    "expected the request id " + first + ", found " + second);
              }
            })
        .add(
            "save-sampler-named",
            "9.3",
            "a named sampler save ends with a path",
            probe -> {
              TestModel model = probe.newModel();
              probe
                  .run(
                      "save_weights_for_sampler",
                      Bodies.saveForSampler(model.id(), model.next(), "sampler-001"))
                  .hasText("path", "tinker://" + model.id() + "/sampler_weights/sampler-001");
            })
        .add(
            "save-sampler-ephemeral",
            "9.3",
            "an unnamed sampler save ends with a sampler",
            probe -> {
              TestModel model = probe.newModel();
              int seqId = probe.nextSampler();
              Reply.Fields result =
                  probe.run(
                      "save_weights_for_sampler",
                      Bodies.of(
                          "model_id",
                          model.id(),
                          "sampling_session_seq_id",
                          seqId,
                          "seq_id",
                          model.next(),
                          "type",
                          "save_weights_for_sampler"));
              result.text("sampling_session_id");
            })
        .add(
            "save-sampler-ephemeral-id",
            "8.2",
            "its id follows from session and number",
            probe -> {
              TestModel model = probe.newModel();
              int seqId = probe.nextSampler();
              probe
                  .run(
                      "save_weights_for_sampler",
                      Bodies.of(
                          "model_id",
                          model.id(),
                          "sampling_session_seq_id",
                          seqId,
                          "seq_id",
                          model.next()))
                  .hasText("sampling_session_id", probe.session() + ":sample:" + seqId);
            })
        .add(
            "save-sampler-neither",
            "8.4",
            "a sampler save needs a name or a number",
            probe ->
                probe
                    .post(
                        "save_weights_for_sampler",
                        Bodies.of("model_id", probe.model().id(), "seq_id", probe.model().next()))
                    .isError(400, 422));
  }

  private static void names(CaseList cases) {
    Map<String, String> tricks =
        Map.of(
            "slash", "a/b",
            "parent", "..",
            "hidden", ".hidden",
            "backslash", "a\\b",
            "empty", "",
            "space", "a b",
            "nul", "a\u0000b",
            "encoded", "%2e%2e",
            "absolute", "/etc/passwd");
    tricks.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(trick ->
            cases.add(
                "save-name-" + trick.getKey(),
                "8.4",
                "the checkpoint name \""
                    + trick.getValue().replace("\u0000", "\\0")
                    + "\" is refused",
                probe ->
                    probe
                        .post(
                            "save_weights",
                            Bodies.save(probe.model().id(), probe.model().next(), trick.getValue()))
                        .isError(400, 422)));
    cases.add(
        "save-ttl-zero",
        "8.4",
        "a time to live of 0 is refused",
        probe ->
            probe
                .post(
                    "save_weights",
                    Bodies.with(
                        Bodies.save(probe.model().id(), probe.model().next(), "never"),
                        "ttl_seconds",
                        0))
                .isError(400, 422));
  }

  private static void load(CaseList cases) {
    cases
        .add(
            "load-weights",
            "9.3",
            "a new model loads a checkpoint",
            probe -> {
              TestModel source = probe.newModel();
              source.train();
              String path = probe.saved(source, "a");
              TestModel target = probe.newModel();
              probe
                  .run("load_weights", Bodies.load(target.id(), target.next(), path))
                  .optional("path", String.class);
            })
        .add(
            "load-weights-same-loss",
            "8.4",
            "the loaded model is the saved one",
            probe -> {
              TestModel source = probe.newModel();
              source.train();
              String path = probe.saved(source, "a");
              Double expected =
                  source.run(source.pass().setForwardOnly(true)).getMetricsMap().get("loss:sum");
              TestModel target = probe.newModel();
              probe.run("load_weights", Bodies.load(target.id(), target.next(), path));
              Double found =
                  target.run(target.pass().setForwardOnly(true)).getMetricsMap().get("loss:sum");
              if (expected == null
                  || found == null
                  || Math.abs(expected - found) > 1e-3 * expected) {
                throw CaseException.differs("expected the loss " + expected + ", found " + found);
              }
            })
        .add(
            "load-without-optimizer",
            "8.4",
            "the optimizer's state may stay behind",
            probe -> {
              TestModel source = probe.newModel();
              String path = probe.saved(source, "a");
              TestModel target = probe.newModel();
              probe.run(
                  "load_weights",
                  Bodies.with(Bodies.load(target.id(), target.next(), path), "optimizer", false));
            })
        .add(
            "create-via-load",
            "8.4",
            "load_weights with a session makes the model",
            probe -> {
              TestModel source = probe.newModel();
              String path = probe.saved(source, "a");
              int seqId = probe.nextModel();
              probe
                  .run(
                      "load_weights",
                      Bodies.of(
                          "session_id",
                          probe.session(),
                          "model_seq_id",
                          seqId,
                          "path",
                          path,
                          "optimizer",
                          true,
                          "type",
                          "load_weights"))
                  .hasText("model_id", probe.session() + ":train:" + seqId);
            })
        .add(
            "load-both-addressings",
            "8.4",
            "model_id and session_id exclude each other",
            probe ->
                probe
                    .post(
                        "load_weights",
                        Bodies.with(
                            Bodies.load(
                                probe.model().id(), probe.model().next(), "tinker://x/weights/y"),
                            "session_id",
                            probe.session()))
                    .isError(400, 422))
        .add(
            "load-no-addressing",
            "8.4",
            "one of model_id and session_id is needed",
            probe ->
                probe
                    .post(
                        "load_weights",
                        Bodies.of("path", "tinker://x/weights/y", "optimizer", true))
                    .isError(400, 422))
        .add(
            "load-sampler-path",
            "8.4",
            "a sampler checkpoint cannot be trained on",
            probe ->
                probe
                    .post(
                        "load_weights",
                        Bodies.load(
                            probe.model().id(),
                            probe.model().next(),
                            "tinker://x/sampler_weights/y"))
                    .isError(400, 404))
        .add(
            "load-unknown",
            "8.4",
            "an unknown checkpoint is 404",
            probe -> {
              String path = "tinker://" + probe.model().id() + "/weights/no-such";
              probe
                  .post("load_weights", Bodies.load(probe.model().id(), probe.model().next(), path))
                  .isError(404);
            })
        .add(
            "load-not-a-path",
            "9.5",
            "what is no tinker path is refused",
            probe ->
                probe
                    .post(
                        "load_weights",
                        Bodies.load(probe.model().id(), probe.model().next(), "file:///etc/passwd"))
                    .isError(400, 422));
  }

  private static void info(CaseList cases) {
    cases
        .add(
            "weights-info",
            "9.3",
            "weights_info tells base model and rank",
            probe -> {
              TestModel model = probe.newModel();
              String path = probe.saved(model, "a");
              Reply.Fields info = probe.post("weights_info", Map.of("tinker_path", path)).ok();
              info.hasText("base_model", probe.baseModel());
              info.expect(info.flag("is_lora"), "is_lora = true");
              info.expect(info.number("lora_rank").intValue() == 4, "lora_rank = 4");
            })
        .add(
            "weights-info-flags",
            "9.3",
            "weights_info tells what is trained",
            probe -> {
              TestModel model = probe.newModel();
              String path = probe.saved(model, "a");
              Reply.Fields info = probe.post("weights_info", Map.of("tinker_path", path)).ok();
              for (String flag : List.of("train_unembed", "train_mlp", "train_attn")) {
                info.expect(info.flag(flag), flag + " = true");
              }
            })
        .add(
            "weights-info-unknown",
            "7.2",
            "weights_info of what is unknown is 404",
            probe ->
                probe
                    .post("weights_info", Map.of("tinker_path", "tinker://no-such/weights/a"))
                    .isError(404))
        .add(
            "weights-info-not-a-path",
            "9.5",
            "a path of two parts is refused",
            probe ->
                probe
                    .post("weights_info", Map.of("tinker_path", "tinker://run/a"))
                    .isError(400, 422))
        .add(
            "weights-info-foreign",
            "11",
            "another key does not see a checkpoint",
            probe -> {
              TestModel model = probe.newModel();
              String path = probe.saved(model, "a");
              Reply reply =
                  probe.send(
                      "POST",
                      "weights_info",
                      ("{\"tinker_path\":\"" + path + "\"}").getBytes(StandardCharsets.UTF_8),
                      Map.of("X-API-Key", "tml-somebody-else"));
              if (reply.status() == 200) {
                throw CaseException.refused("the server keeps no owners apart: " + reply.what());
              }
              reply.isError(401, 403, 404);
            });
  }
}
