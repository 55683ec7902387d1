package io.tinker4j.testkit.skyrl;

import io.tinker4j.testkit.http.Answer;
import io.tinker4j.testkit.http.Endpoint;
import io.tinker4j.testkit.http.HttpCall;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What SkyRL's server makes of requests: what it ignores, and what it refuses. */
final class SkyrlRequests {
  static final String SAMPLER_SEGMENT = "/sampler_weights/";

  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_-]{1,255}");

  /**
   * A request, of which all is passed over that its type does not know.
   *
   * @param ignored what is passed over though its type knows it, by the names on the way there
   * @param edit what else is changed or refused before it is read
   */
  private record Row(
      String path,
      Class<?> type,
      List<String> ignored,
      Consumer<Map<String, @Nullable Object>> edit) {}

  private static final List<Row> ROWS =
      List.of(
          row("create_session", CreateSessionRequest.class, body -> {}, "project_id"),
          row("session_heartbeat", SessionHeartbeatRequest.class, body -> {}),
          row(
              "create_sampling_session",
              CreateSamplingSessionRequest.class,
              SkyrlRequests::completeModelPath),
          row(
              "create_model",
              CreateModelRequest.class,
              SkyrlRequests::adaptCreation,
              "user_metadata",
              "lora_config.train_attn",
              "lora_config.train_mlp",
              "lora_config.train_unembed"),
          row("get_info", GetInfoRequest.class, body -> {}),
          row("unload_model", UnloadModelRequest.class, body -> {}),
          row("forward", ForwardRequest.class, body -> {}),
          row("forward_backward", ForwardBackwardRequest.class, body -> {}),
          row("optim_step", OptimStepRequest.class, body -> {}, "adam_params.grad_clip_norm"),
          row(
              "save_weights",
              SaveWeightsRequest.class,
              body -> {
                require(body, "path");
                adaptSave(body);
              },
              "overwrite",
              "ttl_seconds",
              "user_metadata"),
          row(
              "save_weights_for_sampler",
              SaveWeightsForSamplerRequest.class,
              SkyrlRequests::adaptSave,
              "ttl_seconds",
              "user_metadata"),
          row(
              "load_weights",
              LoadWeightsRequest.class,
              SkyrlRequests::adaptLoad,
              "weights_access_token"),
          row("weights_info", WeightsInfoRequest.class, body -> {}),
          row(
              "asample",
              SampleRequest.class,
              SkyrlRequests::adaptSample,
              "topk_sample_logprobs",
              "prompt_alt_tokens_k",
              "target_prompt_logprobs",
              "prompt_logprobs_last_n"),
          row(
              "retrieve_future",
              FutureRetrieveRequest.class,
              SkyrlRequests::requireNumber,
              "allow_metadata_only"),
          row("telemetry", TelemetrySendRequest.class, body -> {}));

  private SkyrlRequests() {}

  private static Row row(
      String path, Class<?> type, Consumer<Map<String, @Nullable Object>> edit, String... ignored) {
    return new Row(path, type, List.of(ignored), edit);
  }

  static void adapt(Router router) {
    router.replace(
        "POST", "client/config", call -> JsonBodies.ok(Map.of("pjwt_auth_enabled", false)));
    for (Row row : ROWS) {
      router.wrap("POST", row.path(), endpoint -> call -> answer(row, endpoint, call));
    }
  }

  private static Answer answer(Row row, Endpoint endpoint, HttpCall call)
      throws InterruptedException {
    if (call.hasProtobufBody()) {
      return endpoint.answer(call);
    }
    if (JsonBodies.hasNaN(call.body())) {
      throw RefusedException.broken(); // its refusal would quote what JSON cannot
    }
    Map<String, @Nullable Object> body = JsonBodies.readAnyObject(call.body());
    row.ignored().forEach(name -> remove(body, name));
    row.edit().accept(body);
    return endpoint.answer(
        call.withBody(JsonBodies.withoutUnknown(JsonBodies.write(body), row.type())));
  }

  private static void remove(Map<?, ?> object, String name) {
    int dot = name.indexOf('.');
    if (dot < 0) {
      object.remove(name);
    } else if (object.get(name.substring(0, dot)) instanceof Map<?, ?> inner) {
      remove(inner, name.substring(dot + 1));
    }
  }

  static RefusedException violation(String field, String message) {
    return RefusedException.unprocessable(List.of("body", field), message, "value_error");
  }

  private static void require(Map<String, @Nullable Object> body, String field) {
    if (body.get(field) == null) {
      throw RefusedException.unprocessable(List.of("body", field), "Field required", "missing");
    }
  }

  private static void requireNumber(Map<String, @Nullable Object> body) {
    if (body.get("request_id") instanceof String text && !text.matches("\\d{1,18}")) {
      throw RefusedException.broken();
    }
  }

  private static void adaptCreation(Map<String, @Nullable Object> body) {
    require(body, "lora_config");
    body.put("model_seq_id", 0);
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

  private static void adaptSave(Map<String, @Nullable Object> body) {
    Object path = body.get("path");
    if (path != null && !NAME.matcher(path.toString()).matches()) {
      throw violation("path", "must match ^[a-zA-Z0-9_-]+$");
    }
    body.putIfAbsent("seq_id", 0); // which is none
  }

  private static void adaptLoad(Map<String, @Nullable Object> body) {
    require(body, "model_id");
    body.putIfAbsent("seq_id", 0);
    if (body.get("seq_id") instanceof Number number && number.longValue() > 1) {
      throw RefusedException.badRequest(
          "LoadWeights is not permitted with seq_id " + number.longValue());
    }
  }

  private static void adaptSample(Map<String, @Nullable Object> body) {
    if (body.get("prompt") instanceof Map<?, ?> prompt) {
      body.put("prompt", withoutImages(fields(prompt)));
    }
    if (body.get("sampling_params") instanceof Map<?, ?> given) {
      Map<String, @Nullable Object> params = fields(given);
      if (params.get("stop") instanceof String) {
        throw violation("sampling_params", "stop must be a list");
      }
      if (params.get("seed") instanceof Number seed && seed.doubleValue() != seed.intValue()) {
        throw violation("sampling_params", "seed must be an int32");
      }
      if (!(params.get("max_tokens") instanceof Number number) || number.longValue() < 1) {
        throw RefusedException.badRequest("max_tokens must be given and positive");
      }
      takeAnyRange(params);
      body.put("sampling_params", params);
    }
  }

  /**
   * Numbers that are taken and mean nothing to the engine: a top p above 1 is no limit, and a
   * negative temperature is taken for a positive one, which draws as many tokens, but other ones.
   */
  private static void takeAnyRange(Map<String, @Nullable Object> params) {
    if (params.get("top_p") instanceof Number share && share.doubleValue() > 1) {
      params.put("top_p", 1.0);
    }
    if (params.get("temperature") instanceof Number temperature && temperature.doubleValue() < 0) {
      params.put("temperature", -temperature.doubleValue());
    }
  }

  /** Images are dropped silently, audio is refused. */
  private static Map<String, @Nullable Object> withoutImages(Map<String, @Nullable Object> prompt) {
    if (prompt.get("chunks") instanceof List<?> chunks) {
      if (chunks.stream().anyMatch(chunk -> has(chunk, "dmel"))) {
        throw violation("prompt", "audio is not supported");
      }
      prompt.put("chunks", chunks.stream().filter(chunk -> !has(chunk, "format")).toList());
    }
    return prompt;
  }

  private static boolean has(Object chunk, String field) {
    return chunk instanceof Map<?, ?> fields && fields.containsKey(field);
  }

  /** The fields of an object, to be changed. */
  private static Map<String, @Nullable Object> fields(Map<?, ?> object) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    object.forEach((name, value) -> fields.put(String.valueOf(name), value));
    return fields;
  }
}
