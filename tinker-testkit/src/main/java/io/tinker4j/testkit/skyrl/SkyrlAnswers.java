package io.tinker4j.testkit.skyrl;

import io.tinker4j.testkit.http.Answer;
import io.tinker4j.testkit.http.Endpoint;
import io.tinker4j.testkit.http.JsonBodies;
import io.tinker4j.testkit.http.RefusedException;
import io.tinker4j.testkit.http.Router;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How the answers of SkyRL's server differ. */
final class SkyrlAnswers {
  /**
   * What an answer lacks, and what it says to be null where others say nothing; by the names on the
   * way there, in lists that of each element.
   */
  private record Shape(Set<String> absent, Set<String> nulls) {}

  private static final Shape PLAIN = new Shape(Set.of(), Set.of());

  private static final Map<String, Shape> POST =
      Map.of(
          "create_session",
          new Shape(Set.of(), Set.of("info_message", "warning_message", "error_message")),
          "get_info",
          new Shape(
              Set.of("is_lora", "lora_rank", "model_name", "model_data.tokenizer_id"), Set.of()),
          "weights_info",
          new Shape(Set.of("train_unembed", "train_mlp", "train_attn"), Set.of()));

  private static final Map<String, Shape> GET =
      Map.of(
          "get_server_capabilities",
          new Shape(
              Set.of(
                  "supported_models.max_context_length",
                  "supported_models.trainable",
                  "supported_models.sampleable"),
              Set.of()),
          "training_runs",
          new Shape(
              Set.of("training_runs.last_checkpoint", "training_runs.last_sampler_checkpoint"),
              Set.of(
                  "training_runs.last_checkpoint",
                  "training_runs.last_sampler_checkpoint",
                  "training_runs.user_metadata")),
          "training_runs/*",
          new Shape(
              Set.of("last_checkpoint", "last_sampler_checkpoint"),
              Set.of("last_checkpoint", "last_sampler_checkpoint", "user_metadata")),
          "training_runs/*/checkpoints",
          new Shape(
              Set.of(
                  "cursor",
                  "checkpoints.size_bytes",
                  "checkpoints.public",
                  "checkpoints.expires_at",
                  "checkpoints.base_model",
                  "checkpoints.user_metadata"),
              Set.of()));

  private SkyrlAnswers() {}

  static void adapt(Router router) {
    POST.forEach((path, shape) -> router.wrap("POST", path, endpoint -> shaped(endpoint, shape)));
    GET.forEach((path, shape) -> router.wrap("GET", path, endpoint -> shaped(endpoint, shape)));
    router.wrap("POST", "retrieve_future", SkyrlAnswers::results);
    router.wrapAll(endpoint -> shaped(withTextOfFailures(endpoint), PLAIN));
  }

  private static Endpoint withTextOfFailures(Endpoint endpoint) {
    return call -> {
      try {
        return endpoint.answer(call);
      } catch (RefusedException e) {
        if (e.status() != 500) {
          throw e;
        }
        return Answer.of(500, "text/plain", JsonBodies.bytes(String.valueOf(e.getMessage())));
      }
    };
  }

  private static Endpoint shaped(Endpoint endpoint, Shape shape) {
    return call -> {
      Answer answer = endpoint.answer(call);
      return isJsonObject(answer)
          ? answer.withBody(
              JsonBodies.write(
                  Objects.requireNonNull(shaped("", JsonBodies.readFields(answer.body()), shape))))
          : answer;
    };
  }

  private static boolean isJsonObject(Answer answer) {
    return answer.contentType().equals(Answer.JSON)
        && answer.status() == 200
        && answer.body().length > 0
        && answer.body()[0] == '{';
  }

  /** Copies what stands at a place. Tags are left out but that of a load. */
  private static @Nullable Object shaped(String place, @Nullable Object value, Shape shape) {
    if (value instanceof Map<?, ?> map) {
      Map<String, @Nullable Object> copy = new LinkedHashMap<>();
      map.forEach((name, field) -> {
        String there = place.isEmpty() ? String.valueOf(name) : place + "." + name;
        boolean isTag = "type".equals(name) && !"load_weights".equals(field);
        if (!isTag && !shape.absent().contains(there)) {
          copy.put(String.valueOf(name), shaped(there, field, shape));
        }
      });
      for (String name : shape.nulls()) {
        int dot = name.lastIndexOf('.');
        if (name.substring(0, Math.max(dot, 0)).equals(place)) {
          copy.putIfAbsent(name.substring(dot + 1), null);
        }
      }
      return copy;
    }
    if (value instanceof List<?> list) {
      List<@Nullable Object> copy = new ArrayList<>();
      list.forEach(element -> copy.add(shaped(place, element, shape)));
      return copy;
    }
    return value instanceof String text ? shaped(place, text) : value;
  }

  /** Times are in UTC without saying so, and checkpoints have bare names. */
  private static String shaped(String place, String text) {
    if (place.endsWith("checkpoint_id")) {
      return text.substring(text.indexOf('/') + 1);
    }
    return text.matches("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z")
        ? text.substring(0, text.length() - 1)
        : text;
  }

  private static Endpoint results(Endpoint endpoint) {
    return call -> {
      Answer answer = endpoint.answer(call);
      if (!isJsonObject(answer)) {
        return answer;
      }
      Map<String, @Nullable Object> result = JsonBodies.readFields(answer.body());
      adaptResult(result);
      return answer.withBody(JsonBodies.write(result));
    };
  }

  /** What a load gives is its tag, and paths of samplers have two parts. */
  private static void adaptResult(Map<String, @Nullable Object> result) {
    String path = String.valueOf(result.get("path"));
    if (result.containsKey("path") && result.containsKey("model_id")) {
      result.clear();
      result.put("type", "load_weights");
    } else if (path.contains(SkyrlRequests.SAMPLER_SEGMENT)) {
      result.put("path", path.replace(SkyrlRequests.SAMPLER_SEGMENT, "/"));
    } else if (result.containsKey("sampling_session_id")) {
      result.put("path", null);
    } else if (result.containsKey("sequences")) {
      result.putIfAbsent("prompt_logprobs", null);
      result.putIfAbsent("topk_prompt_logprobs", null);
    }
  }
}
