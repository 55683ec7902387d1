package io.tinker4j.testkit.skyrl;

import io.tinker4j.testkit.http.Endpoint;
import io.tinker4j.testkit.http.JsonBodies;
import io.tinker4j.testkit.http.RefusedException;
import io.tinker4j.testkit.http.Router;
import io.tinker4j.types.wire.CreateModelRequest;
import io.tinker4j.types.wire.CreateSamplingSessionRequest;
import io.tinker4j.types.wire.CreateSessionRequest;
import io.tinker4j.types.wire.ForwardBackwardRequest;
import io.tinker4j.types.wire.ForwardRequest;
import io.tinker4j.types.wire.FutureRetrieveRequest;
import io.tinker4j.types.wire.GetInfoRequest;
import io.tinker4j.types.wire.LoadWeightsRequest;
import io.tinker4j.types.wire.OptimStepRequest;
import io.tinker4j.types.wire.SampleRequest;
import io.tinker4j.types.wire.SaveWeightsForSamplerRequest;
import io.tinker4j.types.wire.SaveWeightsRequest;
import io.tinker4j.types.wire.SessionHeartbeatRequest;
import io.tinker4j.types.wire.TelemetrySendRequest;
import io.tinker4j.types.wire.UnloadModelRequest;
import io.tinker4j.types.wire.WeightsInfoRequest;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What SkyRL's server makes of requests: what it ignores, and what it refuses. */
final class SkyrlRequests {
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_-]{1,255}");

  private SkyrlRequests() {}

  /** The requests whose unknown properties are passed over, also those inside. */
  private static final Map<String, Class<?>> TYPES =
      Map.ofEntries(
          Map.entry("create_session", CreateSessionRequest.class),
          Map.entry("session_heartbeat", SessionHeartbeatRequest.class),
          Map.entry("create_sampling_session", CreateSamplingSessionRequest.class),
          Map.entry("create_model", CreateModelRequest.class),
          Map.entry("get_info", GetInfoRequest.class),
          Map.entry("unload_model", UnloadModelRequest.class),
          Map.entry("forward", ForwardRequest.class),
          Map.entry("forward_backward", ForwardBackwardRequest.class),
          Map.entry("optim_step", OptimStepRequest.class),
          Map.entry("save_weights", SaveWeightsRequest.class),
          Map.entry("save_weights_for_sampler", SaveWeightsForSamplerRequest.class),
          Map.entry("load_weights", LoadWeightsRequest.class),
          Map.entry("weights_info", WeightsInfoRequest.class),
          Map.entry("asample", SampleRequest.class),
          Map.entry("retrieve_future", FutureRetrieveRequest.class),
          Map.entry("telemetry", TelemetrySendRequest.class));

  /** What a sample is asked for in vain. */
  private static final List<String> IGNORED =
      List.of(
          "topk_sample_logprobs",
          "prompt_alt_tokens_k",
          "target_prompt_logprobs",
          "prompt_logprobs_last_n");

  static void adapt(Router router) {
    TYPES.forEach((path, type) -> router.wrap("POST", path, endpoint -> patient(endpoint, type)));
    router.replace(
        "POST", "client/config", call -> JsonBodies.ok(Map.of("pjwt_auth_enabled", false)));
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
    TYPES.keySet().forEach(path -> router.wrap("POST", path, SkyrlRequests::withoutNaN));
  }

  /** Passes over what the type of a request does not know. */
  private static Endpoint patient(Endpoint endpoint, Class<?> type) {
    return call ->
        endpoint.answer(
            call.hasProtobufBody()
                ? call
                : call.withBody(JsonBodies.withoutUnknown(call.body(), type)));
  }

  /** A violation that quotes NaN cannot be written, so the server breaks. */
  private static Endpoint withoutNaN(Endpoint endpoint) {
    return call -> {
      if (!call.hasProtobufBody() && JsonBodies.hasNaN(call.body())) {
        throw RefusedException.broken();
      }
      return endpoint.answer(call);
    };
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
    body.keySet().removeAll(IGNORED);
    if (body.get("prompt") instanceof Map<?, ?> prompt) {
      body.put("prompt", withoutImages(prompt));
    }
    if (body.get("sampling_params") instanceof Map<?, ?> params) {
      if (params.get("stop") instanceof String) {
        throw SkyrlRoutes.violation("sampling_params", "stop must be a list");
      }
      body.put("sampling_params", inRange(params));
      if (params.get("seed") instanceof Number seed && seed.doubleValue() != seed.intValue()) {
        throw SkyrlRoutes.violation("sampling_params", "seed must be an int32");
      }
      if (!(params.get("max_tokens") instanceof Number number) || number.longValue() < 1) {
        throw RefusedException.badRequest("max_tokens must be given and positive");
      }
    }
  }

  /**
   * Numbers that are taken and mean nothing to the engine: a top p above 1 is no limit, and a
   * negative temperature is taken for a positive one, which draws as many tokens, but other ones.
   */
  private static Map<String, @Nullable Object> inRange(Map<?, ?> params) {
    Map<String, @Nullable Object> fields = SkyrlRoutes.fields(params);
    if (fields.get("top_p") instanceof Number share && share.doubleValue() > 1) {
      fields.put("top_p", 1.0);
    }
    if (fields.get("temperature") instanceof Number temperature && temperature.doubleValue() < 0) {
      fields.put("temperature", -temperature.doubleValue());
    }
    return fields;
  }

  /** Images are dropped silently, audio is refused. */
  private static Map<String, @Nullable Object> withoutImages(Map<?, ?> prompt) {
    Map<String, @Nullable Object> fields = SkyrlRoutes.fields(prompt);
    if (fields.get("chunks") instanceof List<?> chunks) {
      if (chunks.stream().anyMatch(chunk -> has(chunk, "dmel"))) {
        throw SkyrlRoutes.violation("prompt", "audio is not supported");
      }
      fields.put("chunks", chunks.stream().filter(chunk -> !isImage(chunk)).toList());
    }
    return fields;
  }

  private static boolean isImage(Object chunk) {
    return has(chunk, "format") && (has(chunk, "location") || has(chunk, "data"));
  }

  private static boolean has(Object chunk, String field) {
    return chunk instanceof Map<?, ?> fields && fields.containsKey(field);
  }
}
