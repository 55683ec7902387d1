package io.tinker4j.testkit.skyrl;

import io.tinker4j.testkit.http.Answer;
import io.tinker4j.testkit.http.Endpoint;
import io.tinker4j.testkit.http.JsonBodies;
import io.tinker4j.testkit.http.RefusedException;
import io.tinker4j.testkit.http.Router;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How the answers of SkyRL's server differ. */
final class SkyrlAnswers {
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

  private SkyrlAnswers() {}

  static void adapt(Router router) {
    for (String endpoint : PROMISING) {
      after(
          router,
          "POST",
          endpoint,
          answer -> {
            answer.put("future_id", answer.get("request_id"));
            answer.put("status", "pending");
            answer.putIfAbsent("model_id", null);
          });
    }
    after(
        router,
        "POST",
        "create_session",
        answer -> putNulls(answer, "info_message", "warning_message", "error_message"));
    after(
        router,
        "POST",
        "get_info",
        answer -> {
          Object rank = answer.get("lora_rank");
          answer.keySet().removeAll(List.of("is_lora", "lora_rank", "model_name"));
          answer.put("status", "ready");
          if (answer.get("model_data") instanceof Map<?, ?> data) {
            Map<String, @Nullable Object> wire = SkyrlRoutes.fields(data);
            wire.remove("tokenizer_id");
            wire.put("arch", null);
            wire.put("base_model", wire.get("model_name"));
            wire.put("lora_config", Collections.singletonMap("rank", rank));
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
      after(router, "GET", path, SkyrlAnswers::adaptCheckpoints);
    }
    after(router, "GET", "training_runs/*", SkyrlAnswers::adaptRun);
    after(
        router,
        "GET",
        "training_runs",
        answer -> {
          if (answer.get("training_runs") instanceof List<?> runs) {
            answer.put("training_runs", edited(runs, SkyrlAnswers::adaptRun));
          }
        });
    after(router, "POST", "retrieve_future", SkyrlAnswers::adaptResult);
    router.wrapAll(SkyrlAnswers::plainTimes);
  }

  /** What others leave out is said to be null. */
  private static void putNulls(Map<String, @Nullable Object> answer, String... names) {
    for (String name : names) {
      answer.putIfAbsent(name, null);
    }
  }

  private static void adaptRun(Map<String, @Nullable Object> run) {
    run.put("last_checkpoint", null);
    run.put("last_sampler_checkpoint", null);
    run.put("model_owner", "default");
    putNulls(run, "user_metadata");
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
      Map<String, @Nullable Object> fields =
          entry instanceof Map<?, ?> map ? SkyrlRoutes.fields(map) : new LinkedHashMap<>();
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
    } else if (path.contains(SkyrlRoutes.SAMPLER_SEGMENT)) {
      result.put("path", path.replace(SkyrlRoutes.SAMPLER_SEGMENT, "/"));
    } else if (result.containsKey("sampling_session_id")) {
      result.put("path", null);
    } else if (result.containsKey("sequences")) {
      putNulls(result, "prompt_logprobs", "topk_prompt_logprobs");
    }
  }

  /** Answers have no tags but a load's, and times are in UTC without saying so. */
  private static Endpoint plainTimes(Endpoint endpoint) {
    return call -> {
      Answer answer;
      try {
        answer = endpoint.answer(call);
      } catch (RefusedException e) {
        if (e.status() != 500) {
          throw e;
        }
        return Answer.of(500, "text/plain", JsonBodies.bytes(String.valueOf(e.getMessage())));
      }
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
      return list.stream()
          .map(SkyrlAnswers::plain)
          .collect(Collectors.toCollection(ArrayList::new));
    }
    return value instanceof String text && text.matches("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z")
        ? text.substring(0, text.length() - 1)
        : value;
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
