package io.tinker4j.testkit;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What SkyRL's server makes of requests: what it ignores, and what it refuses. */
final class SkyrlRequests {
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_-]{1,255}");

  private SkyrlRequests() {}

  static void adapt(Router router) {
    SkyrlRoutes.edit(router, "create_session", body -> body.remove("project_id"));
    SkyrlRoutes.edit(router, "create_model", SkyrlRequests::adaptCreation);
    SkyrlRoutes.edit(router, "create_sampling_session", SkyrlRequests::completeModelPath);
    for (String save : List.of("save_weights", "save_weights_for_sampler")) {
      SkyrlRoutes.edit(router, save, body -> adaptSave(save, body));
    }
    SkyrlRoutes.edit(router, "load_weights", SkyrlRequests::adaptLoad);
    SkyrlRoutes.edit(router, "asample", SkyrlRequests::adaptSample);
    SkyrlRoutes.edit(
        router,
        "weights_info",
        body -> {
          if (String.valueOf(body.get("tinker_path")).contains(SkyrlRoutes.SAMPLER_SEGMENT)) {
            throw RefusedException.badRequest("only paths of training checkpoints are known");
          }
        });
    SkyrlRoutes.edit(router, "retrieve_future", SkyrlRequests::adaptRetrieval);
    for (String path : List.of("training_runs", "training_runs/*")) {
      router.wrap(
          "GET",
          path,
          endpoint -> call -> endpoint.answer(call.withoutQuery("access_scope", "project_id")));
    }
  }

  private static void adaptRetrieval(Map<String, @Nullable Object> body) {
    if (body.get("request_id") instanceof String text && !text.matches("\\d{1,18}")) {
      throw RefusedException.broken();
    }
    body.remove("allow_metadata_only");
  }

  /** All matrices are trained, whatever the request says. */
  private static void adaptCreation(Map<String, @Nullable Object> body) {
    require(body, "lora_config");
    body.remove("user_metadata");
    body.put("model_seq_id", 0);
    if (body.get("lora_config") instanceof Map<?, ?> given) {
      Map<String, @Nullable Object> config = SkyrlRoutes.fields(given);
      config.keySet().removeAll(List.of("train_attn", "train_mlp", "train_unembed"));
      body.put("lora_config", config);
    }
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
          "model_path",
          path.substring(0, slash) + SkyrlRoutes.SAMPLER_SEGMENT + path.substring(slash + 1));
    }
  }

  private static void adaptSave(String endpoint, Map<String, @Nullable Object> body) {
    Object path = body.get("path");
    if (path == null && endpoint.equals("save_weights")) {
      throw SkyrlRoutes.violation("path", "Field required");
    }
    if (path != null && !NAME.matcher(path.toString()).matches()) {
      throw SkyrlRoutes.violation("path", "must match ^[a-zA-Z0-9_-]+$");
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
    if (body.get("prompt") instanceof Map<?, ?> prompt) {
      body.put("prompt", withoutImages(prompt));
    }
    if (body.get("sampling_params") instanceof Map<?, ?> params) {
      if (params.get("stop") instanceof String) {
        throw SkyrlRoutes.violation("sampling_params", "stop must be a list");
      }
      if (!(params.get("max_tokens") instanceof Number number) || number.longValue() < 1) {
        throw RefusedException.badRequest("max_tokens must be given and positive");
      }
    }
  }

  /** Images are dropped silently, audio is refused. */
  private static Map<String, @Nullable Object> withoutImages(Map<?, ?> prompt) {
    Map<String, @Nullable Object> fields = SkyrlRoutes.fields(prompt);
    if (fields.get("chunks") instanceof List<?> chunks) {
      if (chunks.stream().anyMatch(chunk -> has(chunk, "dmel"))) {
        throw SkyrlRoutes.violation("prompt", "audio is not supported");
      }
      fields.put(
          "chunks",
          chunks.stream().filter(chunk -> !has(chunk, "location") && !has(chunk, "data")).toList());
    }
    return fields;
  }

  private static boolean has(Object chunk, String field) {
    return chunk instanceof Map<?, ?> fields && fields.containsKey(field);
  }
}
