package io.tinker4j.conformance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Requests that break their schema, and requests without a credential. */
final class SchemaCases {
  private SchemaCases() {}

  /** Makes a valid body. */
  @FunctionalInterface
  private interface Sample {
    Map<String, @Nullable Object> of(Probe probe) throws IOException, InterruptedException;
  }

  private record Endpoint(String path, String section, Sample sample, List<String> required) {}

  /** Each case has a model of its own: a lenient server carries out what it should refuse. */
  private static List<Endpoint> endpoints() {
    return List.of(
        new Endpoint(
            "client/config", "8.1", probe -> Bodies.of("sdk_version", "0"), List.of("sdk_version")),
        new Endpoint(
            "create_session",
            "8.1",
            probe -> Bodies.createSession(),
            List.of("tags", "sdk_version")),
        new Endpoint(
            "session_heartbeat",
            "8.1",
            probe -> Bodies.of("session_id", probe.session()),
            List.of("session_id")),
        new Endpoint(
            "create_sampling_session",
            "8.1",
            probe -> Bodies.baseSampler(probe.session(), probe.nextSampler(), probe.baseModel()),
            List.of("session_id", "sampling_session_seq_id")),
        new Endpoint(
            "create_model",
            "8.2",
            probe -> Bodies.createModel(probe.session(), probe.nextModel(), probe.baseModel()),
            List.of("session_id", "model_seq_id", "base_model")),
        new Endpoint(
            "get_info",
            "8.2",
            probe -> Bodies.of("model_id", probe.model().id()),
            List.of("model_id")),
        new Endpoint(
            "unload_model",
            "8.2",
            probe -> Bodies.of("model_id", probe.model().id()),
            List.of("model_id")),
        new Endpoint(
            "optim_step",
            "8.3",
            probe -> Bodies.optimStep(probe.model().id(), probe.model().next()),
            List.of("adam_params", "model_id")),
        new Endpoint(
            "save_weights",
            "8.4",
            probe -> Bodies.save(probe.model().id(), probe.model().next(), "never"),
            List.of("model_id")),
        new Endpoint(
            "save_weights_for_sampler",
            "8.4",
            probe -> Bodies.saveForSampler(probe.model().id(), probe.model().next(), "never"),
            List.of("model_id")),
        new Endpoint(
            "load_weights",
            "8.4",
            probe -> Bodies.load(probe.model().id(), probe.model().next(), "tinker://x/weights/y"),
            List.of("path", "optimizer")),
        new Endpoint(
            "weights_info",
            "8.4",
            probe -> Bodies.of("tinker_path", "tinker://x/weights/y"),
            List.of("tinker_path")),
        new Endpoint(
            "asample",
            "8.6",
            probe -> Bodies.sample("no-such-sampler", 0),
            List.of("prompt", "sampling_params")),
        new Endpoint(
            "retrieve_future",
            "8.6",
            probe -> Bodies.of("request_id", "r", "allow_metadata_only", false),
            List.of("request_id")),
        new Endpoint(
            "telemetry",
            "8.7",
            probe -> Bodies.telemetry(probe.session()),
            List.of("events", "platform", "sdk_version", "session_id")));
  }

  static void addTo(CaseList cases) {
    for (Endpoint endpoint : endpoints()) {
      String name = endpoint.path().replace('/', '-').replace('_', '-');
      String section = endpoint.section();
      for (String field : endpoint.required()) {
        cases.add(
            name + "-without-" + field.replace('_', '-'),
            section,
            endpoint.path() + " without " + field + " is refused",
            probe ->
                probe
                    .post(endpoint.path(), Bodies.without(endpoint.sample().of(probe), field))
                    .isError(400, 422));
      }
      cases
          .add(
              name + "-unknown-field",
              "5.1",
              endpoint.path() + " with an unknown field is refused",
              probe ->
                  probe
                      .post(
                          endpoint.path(),
                          Bodies.with(endpoint.sample().of(probe), "no_such_field", 1))
                      .isError(400, 422))
          .add(
              name + "-not-json",
              "11",
              endpoint.path() + " with a body that is no JSON is refused",
              probe -> probe.postText(endpoint.path(), "{\"a\":").isError(400, 422))
          .add(
              name + "-without-key",
              "3",
              endpoint.path() + " without a credential is 401",
              probe -> {
                requireAuthentication(probe);
                probe
                    .send(
                        "POST",
                        endpoint.path(),
                        "{}".getBytes(StandardCharsets.UTF_8),
                        Map.of("X-API-Key", ""))
                    .isError(401);
              });
    }
    for (String path :
        List.of(
            "get_server_capabilities", "training_runs", "checkpoints", "sessions", "samplers/x")) {
      cases.add(
          path.replace('/', '-').replace('_', '-') + "-without-key",
          "3",
          "GET " + path + " without a credential is 401",
          probe -> {
            requireAuthentication(probe);
            probe.send("GET", path, null, Map.of("X-API-Key", "")).isError(401);
          });
    }
  }

  /** A server that takes every request without a key has no authentication at all. */
  private static void requireAuthentication(Probe probe) throws IOException, InterruptedException {
    Reply reply = probe.send("GET", "get_server_capabilities", null, Map.of("X-API-Key", ""));
    if (reply.status() == 200) {
      throw CaseException.refused("the server asks for no credential");
    }
  }
}
