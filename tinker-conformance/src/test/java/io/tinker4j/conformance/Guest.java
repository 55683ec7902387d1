package io.tinker4j.conformance;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** Somebody else on the server that the suite asks. */
final class Guest implements AutoCloseable {
  private final Probe probe;

  Guest(EmbeddedTinkerServer server) {
    probe = new Probe(server.baseUrl(), "tml-test");
  }

  private String text(Reply reply, String name) {
    return (String) Objects.requireNonNull(reply.json().get(name), reply.what());
  }

  String createSession() throws Exception {
    Map<String, Object> session =
        Map.of("tags", List.of(), "user_metadata", Map.of(), "sdk_version", "0");
    return text(probe.post("create_session", session), "session_id");
  }

  String createModel(String session, int number) throws Exception {
    Map<String, Object> model = new LinkedHashMap<>();
    model.put("session_id", session);
    model.put("model_seq_id", number);
    model.put("base_model", baseModel());
    model.put("lora_config", Map.of("rank", 4));
    return text(run("create_model", model), "model_id");
  }

  private String baseModel() throws Exception {
    Reply capabilities = probe.send("GET", "get_server_capabilities", Map.of(), null);
    Object name = Pointer.find(capabilities.json(), "/supported_models/0/model_name");
    return (String) Objects.requireNonNull(name, capabilities.what());
  }

  String save(String model, int seqId, String name) throws Exception {
    return text(
        run("save_weights", Map.of("model_id", model, "seq_id", seqId, "path", name)), "path");
  }

  private Reply run(String path, Map<String, Object> body) throws Exception {
    return probe.await(text(probe.post(path, body), "request_id"), Probe.JSON);
  }

  /** The checkpoints of all runs, by run and id. */
  Set<String> checkpoints() throws Exception {
    Set<String> all = new TreeSet<>();
    for (Object run : list("training_runs?limit=1000", "training_runs")) {
      Object id = Pointer.find(run, "/training_run_id");
      for (Object checkpoint : list("training_runs/" + id + "/checkpoints", "checkpoints")) {
        all.add(id + " " + Pointer.find(checkpoint, "/checkpoint_id"));
      }
    }
    return all;
  }

  private List<?> list(String path, String name) throws Exception {
    Reply reply = probe.send("GET", path, Map.of(), null);
    return (List<?>) Objects.requireNonNull(reply.json().get(name), reply.what());
  }

  @Override
  public void close() {
    probe.close();
  }
}
