package io.tinker4j.conformance;

import io.tinker4j.transport.DecodeException;
import io.tinker4j.transport.operation.JsonCodec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a case has made on the server under test: seen in the requests that were accepted, whatever
 * the case expected, and taken away when the case is over.
 */
final class Belongings {
  private final Probe probe;
  private final Set<String> sessions = new LinkedHashSet<>();

  /** The requests that make models. */
  private final Set<String> creations = new LinkedHashSet<>();

  /** The checkpoints of models by kind and name. */
  private final Map<String, Set<String>> checkpoints = new LinkedHashMap<>();

  Belongings(Probe probe) {
    this.probe = probe;
  }

  /** Notes what a request has made. */
  void note(String path, byte[] body, Reply reply) {
    if (reply.status() != 200 || reply.isBinary()) {
      return;
    }
    switch (path) {
      case "create_session" -> add(reply.body(), "session_id", sessions);
      case "create_model" -> add(reply.body(), "request_id", creations);
      case "load_weights" -> {
        if (fields(body).containsKey("session_id")) {
          add(reply.body(), "request_id", creations);
        }
      }
      case "save_weights" -> noteCheckpoint("weights/", fields(body));
      case "save_weights_for_sampler" -> noteCheckpoint("sampler_weights/", fields(body));
      default -> {}
    }
  }

  private static void add(byte[] json, String name, Set<String> texts) {
    if (fields(json).get(name) instanceof String text) {
      texts.add(text);
    }
  }

  /** The properties of an object; none when it is not one, which is for the case to judge. */
  private static Map<String, @Nullable Object> fields(byte[] json) {
    try {
      return JsonCodec.readMap(json);
    } catch (DecodeException e) {
      return Map.of();
    }
  }

  private void noteCheckpoint(String kind, Map<String, @Nullable Object> save) {
    Set<String> names =
        checkpoints.computeIfAbsent(
            String.valueOf(save.get("model_id")), model -> new LinkedHashSet<>());
    if (save.get("path") instanceof String name) {
      names.add(kind + name);
    }
  }

  /** Takes everything away; returns what could not be, and why. */
  List<String> remove() throws InterruptedException {
    List<String> left = new ArrayList<>();
    for (String creation : creations) {
      attempt("the model of request " + creation, left, () -> unload(creation));
    }
    for (String model : List.copyOf(checkpoints.keySet())) {
      attempt("the checkpoints of " + model, left, () -> deleteCheckpoints(model));
    }
    for (String session : sessions) {
      attempt("the session " + session, left, () -> finish(session));
    }
    return left;
  }

  @FunctionalInterface
  private interface Removal {
    void run() throws IOException, InterruptedException;
  }

  private static void attempt(String what, List<String> left, Removal removal)
      throws InterruptedException {
    try {
      removal.run();
    } catch (CaseException e) {
      left.add(what + ": " + e.detail());
    } catch (IOException | IllegalArgumentException e) {
      left.add(what + ": " + e);
    }
  }

  private void finish(String session) throws IOException, InterruptedException {
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("reason", Map.of("type", "success"));
    body.put("detail", null);
    expect(probe.post("sessions/" + session + "/finish", body), 200, 204);
  }

  /** A model that was never made, or that is gone, needs no unloading. */
  private void unload(String creation) throws IOException, InterruptedException {
    Reply created = probe.await(creation, Probe.JSON);
    if (created.status() != 200 || !(created.json().get("model_id") instanceof String model)) {
      return;
    }
    checkpoints.computeIfAbsent(model, any -> new LinkedHashSet<>());
    Reply reply =
        expect(
            probe.post("unload_model", Map.of("model_id", model, "type", "unload_model")),
            200,
            400,
            404,
            410);
    if (reply.status() == 200) {
      expect(probe.await(text(reply.json(), "request_id"), Probe.JSON), 200, 400, 404, 410);
    }
  }

  /** Deletes the checkpoints that are listed, or else those whose names are known. */
  private void deleteCheckpoints(String model) throws IOException, InterruptedException {
    String run = "training_runs/" + model + "/checkpoints";
    Reply list = probe.send("GET", run, Map.of(), null);
    Set<String> ids =
        list.status() == 200 ? listed(list.json()) : checkpoints.getOrDefault(model, Set.of());
    for (String id : ids) {
      if (isPlain(id)) {
        expect(probe.send("DELETE", run + "/" + id, Map.of(), null), 200, 204, 404, 410);
      }
    }
  }

  /** Names that were refused, or should have been, are none that a URL can carry. */
  private static boolean isPlain(String id) {
    return id.matches("[A-Za-z0-9_./-]+") && !id.contains("..");
  }

  private static Set<String> listed(Map<String, @Nullable Object> answer) {
    if (!(answer.get("checkpoints") instanceof List<?> checkpoints)) {
      throw CaseException.differs("expected a list of checkpoints, found " + answer);
    }
    Set<String> ids = new LinkedHashSet<>();
    for (Object checkpoint : checkpoints) {
      String id = text(checkpoint, "checkpoint_id");
      boolean isSampler = "sampler".equals(Pointer.find(checkpoint, "/checkpoint_type"));
      ids.add(id.contains("/") ? id : (isSampler ? "sampler_weights/" : "weights/") + id);
    }
    return ids;
  }

  private static String text(@Nullable Object object, String name) {
    if (!(Pointer.find(object, "/" + name) instanceof String text)) {
      throw CaseException.differs("expected a text " + name + ", found " + object);
    }
    return text;
  }

  private static Reply expect(Reply reply, int... statuses) {
    for (int status : statuses) {
      if (reply.status() == status) {
        return reply;
      }
    }
    throw CaseException.differs(reply.what());
  }
}
