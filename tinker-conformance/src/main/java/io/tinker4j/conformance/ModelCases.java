package io.tinker4j.conformance;

import java.util.List;
import java.util.Map;

/** Creating, describing and unloading models. */
final class ModelCases {
  private ModelCases() {}

  static void addTo(CaseList cases) {
    create(cases);
    refusals(cases);
    describe(cases);
  }

  private static void create(CaseList cases) {
    cases
        .add(
            "create-model",
            "9.2",
            "create_model ends with a model id",
            probe ->
                probe
                    .run(
                        "create_model",
                        Bodies.createModel(probe.session(), probe.nextModel(), probe.baseModel()))
                    .text("model_id"))
        .add(
            "create-model-future",
            "9.2",
            "create_model answers a future",
            probe ->
                probe
                    .post(
                        "create_model",
                        Bodies.createModel(probe.session(), probe.nextModel(), probe.baseModel()))
                    .ok()
                    .optional("model_id", String.class)
                    .text("request_id"))
        .add(
            "create-model-id",
            "8.2",
            "the model id follows from session and number",
            probe -> {
              int number = probe.nextModel();
              Reply.Fields answer =
                  probe.run(
                      "create_model",
                      Bodies.createModel(probe.session(), number, probe.baseModel()));
              answer.hasText("model_id", probe.session() + ":train:" + number);
            })
        .add(
            "create-model-no-lora",
            "8.2",
            "lora_config may be absent",
            probe ->
                probe
                    .run(
                        "create_model",
                        Bodies.without(
                            Bodies.createModel(
                                probe.session(), probe.nextModel(), probe.baseModel()),
                            "lora_config"))
                    .text("model_id"))
        .add(
            "create-model-no-metadata",
            "8.2",
            "user_metadata may be absent",
            probe ->
                probe
                    .run(
                        "create_model",
                        Bodies.without(
                            Bodies.createModel(
                                probe.session(), probe.nextModel(), probe.baseModel()),
                            "user_metadata"))
                    .text("model_id"))
        .add(
            "create-model-resent",
            "8.2",
            "the same request again is the same model",
            probe -> {
              var body = Bodies.createModel(probe.session(), probe.nextModel(), probe.baseModel());
              String first = probe.run("create_model", body).text("model_id");
              probe.run("create_model", body).hasText("model_id", first);
            })
        .add(
            "create-model-conflict",
            "11",
            "another request under its number is 409",
            probe -> {
              var body = Bodies.createModel(probe.session(), probe.nextModel(), probe.baseModel());
              probe.run("create_model", body);
              probe
                  .post("create_model", Bodies.with(body, "lora_config", Bodies.lora(8)))
                  .isError(409);
            })
        .add(
            "create-model-seed",
            "8.2",
            "lora_config takes a seed",
            probe ->
                probe
                    .run(
                        "create_model",
                        Bodies.with(
                            Bodies.createModel(
                                probe.session(), probe.nextModel(), probe.baseModel()),
                            "lora_config",
                            Bodies.with(Bodies.lora(4), "seed", 7)))
                    .text("model_id"));
  }

  private static void refusals(CaseList cases) {
    for (int rank : List.of(0, 3, -4)) {
      cases.add(
          "create-model-rank-" + rank,
          "8.2",
          "rank " + rank + " is refused",
          probe ->
              probe
                  .post(
                      "create_model",
                      Bodies.with(
                          Bodies.createModel(probe.session(), probe.nextModel(), probe.baseModel()),
                          "lora_config",
                          Bodies.lora(rank)))
                  .isError(400, 422));
    }
    cases
        .add(
            "create-model-trains-nothing",
            "8.2",
            "a model that trains nothing is refused",
            probe ->
                probe
                    .post(
                        "create_model",
                        Bodies.with(
                            Bodies.createModel(
                                probe.session(), probe.nextModel(), probe.baseModel()),
                            "lora_config",
                            Bodies.of(
                                "rank",
                                4,
                                "train_unembed",
                                false,
                                "train_mlp",
                                false,
                                "train_attn",
                                false)))
                    .isError(400, 422))
        .add(
            "create-model-lora-unknown-field",
            "5.1",
            "lora_config is strict too",
            probe ->
                probe
                    .post(
                        "create_model",
                        Bodies.with(
                            Bodies.createModel(
                                probe.session(), probe.nextModel(), probe.baseModel()),
                            "lora_config",
                            Bodies.with(Bodies.lora(4), "alpha", 32)))
                    .isError(400, 422))
        .add(
            "create-model-unknown-base",
            "8.2",
            "an unknown base model is refused",
            probe ->
                probe
                    .post(
                        "create_model",
                        Bodies.createModel(probe.session(), probe.nextModel(), "no/such-model"))
                    .isError(400, 404, 422))
        .add(
            "create-model-unknown-session",
            "8.2",
            "an unknown session is refused",
            probe ->
                probe
                    .post(
                        "create_model", Bodies.createModel("no-such-session", 0, probe.baseModel()))
                    .isError(400, 404, 410));
  }

  private static void describe(CaseList cases) {
    cases
        .add(
            "get-info",
            "9.2",
            "get_info names the model",
            probe -> {
              String model = probe.model().id();
              Reply.Fields info =
                  probe.post("get_info", Bodies.of("model_id", model, "type", "get_info")).ok();
              info.hasText("model_id", model);
              info.object("model_data")
                  .optional("arch", String.class)
                  .optional("model_name", String.class)
                  .optional("tokenizer_id", String.class);
            })
        .add(
            "get-info-lora",
            "9.2",
            "get_info tells the rank",
            probe -> {
              Reply.Fields info =
                  probe.post("get_info", Map.of("model_id", probe.model().id())).ok();
              info.expect(info.flag("is_lora"), "is_lora = true");
              info.expect(info.number("lora_rank").intValue() == 4, "lora_rank = 4");
            })
        .add(
            "get-info-base-model",
            "9.2",
            "get_info tells the base model",
            probe -> {
              Reply.Fields info =
                  probe.post("get_info", Map.of("model_id", probe.model().id())).ok();
              info.object("model_data").hasText("model_name", probe.baseModel());
            })
        .add(
            "get-info-unknown",
            "7.2",
            "get_info of an unknown model is refused",
            probe -> probe.post("get_info", Map.of("model_id", "no-such-model")).isError(400, 404))
        .add(
            "unload-model",
            "9.2",
            "unload_model ends the model",
            probe -> {
              TestModel model = probe.newModel();
              probe
                  .run("unload_model", Bodies.of("model_id", model.id(), "type", "unload_model"))
                  .hasText("model_id", model.id());
              probe.post("get_info", Map.of("model_id", model.id())).isError(400, 404, 410);
            });
  }
}
