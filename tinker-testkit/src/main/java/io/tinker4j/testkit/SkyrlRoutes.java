package io.tinker4j.testkit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Which endpoints SkyRL's server has, and how their requests and answers differ. */
final class SkyrlRoutes {
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_-]{1,255}");
  private static final String CHECKPOINT = "training_runs/*/checkpoints/*";
  private static final String SAMPLER_SEGMENT = "/sampler_weights/";

  /** Promises carry more than others, and the endpoints that give them. */
  private static final List<String> PROMISING =
      List.of(
          "create_model",
          "unload_model",
          "forward",
          "forward_backward",
          "optim_step",
          "save_weights",
          "save_weights_for_sampler",
          "load_weights",
          "asample");

  private SkyrlRoutes() {}

  static void adapt(Router router) {
    removeMissing(router);
    adaptCheckpointRoutes(router);
    adaptRequests(router);
    adaptAnswers(router);
  }

  private static void removeMissing(Router router) {
    router
        .remove("POST", "client/dynamic_config")
        .remove("POST", "auth/token")
        .remove("GET", "sessions")
        .remove("GET", "sessions/*")
        .remove("PUT", "sessions/*/project")
        .remove("POST", "sessions/*/finish")
        .remove("GET", "sessions/*/trace_export")
        .remove("GET", "checkpoints")
        .remove("GET", "audit")
        .remove("GET", "billing/usage/events")
        .remove("GET", "billing/usage/checkpoints/current")
        .remove("POST", "copy_weights")
        .remove("POST", "save_weights_external")
        .remove("POST", "external_weights_upload_start")
        .remove("POST", "external_weights_upload_finish")
        .remove("PUT", "uploads/*");
  }

  /** The pattern of the delete route takes in all that follows the run. */
  private static void adaptCheckpointRoutes(Router router) {
    Endpoint archive = router.endpoint("GET", CHECKPOINT + "/*/archive");
    Endpoint delete = router.endpoint("DELETE", CHECKPOINT + "/*");
    Endpoint list = router.endpoint("GET", "training_runs/*/checkpoints");
    for (String method : List.of("GET", "POST", "PUT")) {
      router.remove(method, CHECKPOINT).remove(method, CHECKPOINT + "/*");
    }
    router
        .remove("GET", CHECKPOINT + "/*/archive")
        .remove("GET", CHECKPOINT + "/*/external_weights_urls")
        .remove("PUT", CHECKPOINT + "/*/ttl")
        .remove("POST", CHECKPOINT + "/*/publish")
        .remove("DELETE", CHECKPOINT + "/*/publish")
        .add(
            "DELETE",
            CHECKPOINT + "/*/publish",
            call -> {
              throw violation("checkpoint_id", "names no checkpoint");
            })
        .add("DELETE", CHECKPOINT + "/*/*", SkyrlRoutes::notAllowed)
        .add("DELETE", CHECKPOINT + "/*/archive", SkyrlRoutes::notAllowed)
        .add("DELETE", CHECKPOINT + "/*/ttl", SkyrlRoutes::notAllowed)
        .replace(
            "DELETE",
            CHECKPOINT + "/*",
            call -> {
              delete.answer(call);
              return Answer.of(204, Answer.JSON, new byte[0]);
            })
        .add(
            "GET",
            CHECKPOINT + "/archive",
            call ->
                archive.answer(
                    call.withPath(
                        List.of(call.pathParameter(0), "sampler_weights", call.pathParameter(1)))))
        .add("GET", "models/*/checkpoints", list);
  }

  private static Answer notAllowed(HttpCall call) {
    throw RefusedException.methodNotAllowed();
  }

  private static RefusedException violation(String field, String message) {
    return RefusedException.unprocessable(List.of("body", field), message, "value_error");
  }

  private static void adaptRequests(Router router) {
    edit(router, "create_model", body -> require(body, "lora_config"));
    edit(router, "create_sampling_session", SkyrlRoutes::completeModelPath);
    for (String save : List.of("save_weights", "save_weights_for_sampler")) {
      edit(router, save, body -> adaptSave(save, body));
    }
    edit(router, "load_weights", SkyrlRoutes::adaptLoad);
    edit(router, "asample", SkyrlRoutes::adaptSample);
    edit(
        router,
        "weights_info",
        body -> {
          if (String.valueOf(body.get("tinker_path")).contains(SAMPLER_SEGMENT)) {
            throw RefusedException.badRequest("only paths of training checkpoints are known");
          }
        });
    router.wrap(
        "POST",
        "retrieve_future",
        endpoint ->
            call -> {
              Object id = JsonBodies.readFields(call.body()).get("request_id");
              return id instanceof String text && !text.matches("\\d{1,18}")
                  ? Answer.of(500, "text/plain", JsonBodies.bytes("Internal Server Error"))
                  : endpoint.answer(call);
            });
  }

  private static void require(Map<String, @Nullable Object> body, String field) {
    if (body.get(field) == null) {
      throw RefusedException.unprocessable(List.of("body", field), "Field required", "missing");
    }
  }

  /** A path that a named save has given has two parts. */
  private static void completeModelPath(Map<String, @Nullable Object> body) {
    String path = String.valueOf(body.get("model_path"));
    if (path.matches("tinker://[^/]+/[^/]+")) {
      int slash = path.lastIndexOf('/');
      body.put(
          "model_path", path.substring(0, slash) + SAMPLER_SEGMENT + path.substring(slash + 1));
    }
  }

  private static void adaptSave(String endpoint, Map<String, @Nullable Object> body) {
    Object path = body.get("path");
    if (path == null && endpoint.equals("save_weights")) {
      throw violation("path", "Field required");
    }
    if (path != null && !NAME.matcher(path.toString()).matches()) {
      throw violation("path", "must match ^[a-zA-Z0-9_-]+$");
    }
    body.remove("overwrite");
    body.remove("ttl_seconds");
    body.remove("user_metadata");
    numbered(body);
  }

  /** Number 0, like none, means that the request has no number. */
  private static void numbered(Map<String, @Nullable Object> body) {
    body.putIfAbsent("seq_id", 0);
  }

  private static void adaptLoad(Map<String, @Nullable Object> body) {
    require(body, "model_id");
    body.remove("weights_access_token");
    numbered(body);
    if (body.get("seq_id") instanceof Number number && number.longValue() > 1) {
      throw RefusedException.badRequest(
          "LoadWeights is not permitted with seq_id " + number.longValue());
    }
  }

  private static void adaptSample(Map<String, @Nullable Object> body) {
    if (String.valueOf(body.get("sampling_session_id")).contains(":")) {
      throw RefusedException.badRequest("sampling_session_id must not contain a colon");
    }
    if (body.get("sampling_params") instanceof Map<?, ?> params) {
      if (params.get("stop") instanceof String) {
        throw violation("sampling_params", "stop must be a list");
      }
      if (!(params.get("max_tokens") instanceof Number number) || number.longValue() < 1) {
        throw RefusedException.badRequest("max_tokens must be given and positive");
      }
    }
  }

  private static void adaptAnswers(Router router) {
    for (String endpoint : PROMISING) {
      after(
          router,
          "POST",
          endpoint,
          answer -> {
            answer.put("future_id", answer.get("request_id"));
            answer.put("status", "pending");
          });
    }
    after(
        router,
        "POST",
        "get_info",
        answer -> {
          answer.keySet().removeAll(List.of("is_lora", "lora_rank", "model_name"));
          answer.put("status", "ready");
          if (answer.get("model_data") instanceof Map<?, ?> data) {
            Map<String, @Nullable Object> wire = new LinkedHashMap<>();
            data.forEach((name, value) -> wire.put(String.valueOf(name), value));
            wire.remove("tokenizer_id");
            wire.put("base_model", wire.get("model_name"));
            answer.put("model_data", wire);
          }
        });
    after(
        router,
        "GET",
        "get_server_capabilities",
        answer -> {
          if (answer.get("supported_models") instanceof List<?> models
              && models.get(0) instanceof Map<?, ?> first) {
            Map<String, @Nullable Object> only = new LinkedHashMap<>();
            only.put("model_name", first.get("model_name"));
            answer.put("supported_models", List.of(only));
          }
        });
    after(
        router,
        "POST",
        "weights_info",
        answer -> answer.keySet().removeAll(List.of("train_unembed", "train_mlp", "train_attn")));
    for (String path : List.of("training_runs/*/checkpoints", "models/*/checkpoints")) {
      after(router, "GET", path, SkyrlRoutes::adaptCheckpoints);
    }
    after(router, "GET", "training_runs/*", SkyrlRoutes::adaptRun);
    after(
        router,
        "GET",
        "training_runs",
        answer -> {
          if (answer.get("training_runs") instanceof List<?> runs) {
            answer.put("training_runs", edited(runs, SkyrlRoutes::adaptRun));
          }
        });
    after(router, "POST", "retrieve_future", SkyrlRoutes::adaptResult);
    router.wrapAll(SkyrlRoutes::plainTimes);
  }

  private static void adaptRun(Map<String, @Nullable Object> run) {
    run.put("last_checkpoint", null);
    run.put("last_sampler_checkpoint", null);
    run.put("model_owner", "default");
  }

  private static void adaptCheckpoints(Map<String, @Nullable Object> answer) {
    answer.remove("cursor");
    if (answer.get("checkpoints") instanceof List<?> checkpoints) {
      answer.put(
          "checkpoints",
          edited(
              checkpoints,
              checkpoint -> {
                String id = String.valueOf(checkpoint.get("checkpoint_id"));
                checkpoint.put("checkpoint_id", id.substring(id.indexOf('/') + 1));
                checkpoint
                    .keySet()
                    .removeAll(
                        List.of(
                            "size_bytes", "public", "expires_at", "base_model", "user_metadata"));
              }));
    }
  }

  private static List<Object> edited(
      List<?> entries, Consumer<Map<String, @Nullable Object>> edit) {
    List<Object> all = new ArrayList<>();
    for (Object entry : entries) {
      Map<String, @Nullable Object> fields = new LinkedHashMap<>();
      if (entry instanceof Map<?, ?> map) {
        map.forEach((name, value) -> fields.put(String.valueOf(name), value));
      }
      edit.accept(fields);
      all.add(fields);
    }
    return all;
  }

  /** Results of saves and loads: what a load gives is its tag, and paths have two parts. */
  private static void adaptResult(Map<String, @Nullable Object> result) {
    String path = String.valueOf(result.get("path"));
    if (result.containsKey("path") && result.containsKey("model_id")) {
      result.clear();
      result.put("type", "load_weights");
    } else if (path.contains(SAMPLER_SEGMENT)) {
      result.put("path", path.replace(SAMPLER_SEGMENT, "/"));
    } else if (result.containsKey("sampling_session_id")) {
      result.put("path", null);
    }
  }

  /** Answers have no tags but a load's, and times are in UTC without saying so. */
  private static Endpoint plainTimes(Endpoint endpoint) {
    return call -> {
      Answer answer = endpoint.answer(call);
      return isJsonObject(answer)
          ? answer.withBody(
              JsonBodies.write(Objects.requireNonNull(plain(JsonBodies.readFields(answer.body())))))
          : answer;
    };
  }

  private static boolean isJsonObject(Answer answer) {
    return answer.contentType().equals(Answer.JSON)
        && answer.status() == 200
        && answer.body().length > 0
        && answer.body()[0] == '{';
  }

  private static @Nullable Object plain(@Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      Map<String, @Nullable Object> plain = new LinkedHashMap<>();
      map.forEach((name, field) -> {
        if (!"type".equals(name) || "load_weights".equals(field)) {
          plain.put(String.valueOf(name), plain(field));
        }
      });
      return plain;
    }
    if (value instanceof List<?> list) {
      return list.stream().map(SkyrlRoutes::plain).collect(Collectors.toCollection(ArrayList::new));
    }
    return value instanceof String text && text.matches("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z")
        ? text.substring(0, text.length() - 1)
        : value;
  }

  /** Lets requests be changed or refused before they are read. */
  private static void edit(
      Router router, String path, Consumer<Map<String, @Nullable Object>> edit) {
    router.wrap(
        "POST",
        path,
        endpoint ->
            call -> {
              if (call.hasProtobufBody()) {
                return endpoint.answer(call);
              }
              Map<String, @Nullable Object> body = JsonBodies.readAnyObject(call.body());
              edit.accept(body);
              return endpoint.answer(call.withBody(JsonBodies.write(body)));
            });
  }

  private static void after(
      Router router, String method, String path, Consumer<Map<String, @Nullable Object>> edit) {
    router.wrap(
        method,
        path,
        endpoint ->
            call -> {
              Answer answer = endpoint.answer(call);
              if (!isJsonObject(answer)) {
                return answer;
              }
              Map<String, @Nullable Object> body = JsonBodies.readFields(answer.body());
              edit.accept(body);
              return answer.withBody(JsonBodies.write(body));
            });
  }
}
