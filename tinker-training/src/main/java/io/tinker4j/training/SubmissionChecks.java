package io.tinker4j.training;

import io.tinker4j.types.Datum;
import io.tinker4j.types.EncodedTextChunk;
import io.tinker4j.types.LossFunction;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.ModelInputChunk;
import java.nio.IntBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What can be seen to be wrong before anything is sent, by rules that all known servers share. All
 * methods throw {@link IllegalArgumentException} and name what is wrong.
 */
final class SubmissionChecks {
  /** The longest time to live that the service knows: ten years. */
  private static final Duration LONGEST_TTL = Duration.ofDays(3650);

  private static final Duration SHORTEST_EXTERNAL_TTL = Duration.ofHours(1);
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}");
  private static final String SCHEME = "tinker://";
  private static final Set<String> CLIPS = Set.of("clip_low_threshold", "clip_high_threshold");

  /** The losses of the hosted service and of compatible servers, with their settings. */
  private static final Map<String, Set<String>> LOSSES =
      Map.of(
          "cross_entropy", Set.of(),
          "importance_sampling", Set.of(),
          "ppo", Set.of("clip_low_threshold", "clip_high_threshold", "value_clip"),
          "cispo", CLIPS,
          "dro", Set.of("beta"),
          "gspo", CLIPS,
          "ppo_critic", Set.of("value_clip"),
          "dppo", Set.of("delta_low", "delta_high"));

  private SubmissionChecks() {}

  static String checkpointName(String name) {
    if (!NAME.matcher(Objects.requireNonNull(name, "name")).matches()) {
      throw new IllegalArgumentException(
          ("name is '%s'; a checkpoint's name has 1 to 200 letters, digits, '_', '-' and '.', the"
                  + " first one not '-' or '.'")
              .formatted(name));
    }
    return name;
  }

  static void ttl(Duration ttl) {
    if (ttl.toSeconds() < 1 || ttl.compareTo(LONGEST_TTL) > 0) {
      throw new IllegalArgumentException(
          "ttl is %s; it must be from PT1S to %s".formatted(ttl, LONGEST_TTL));
    }
  }

  static void externalTtl(Duration ttl) {
    if (ttl.compareTo(SHORTEST_EXTERNAL_TTL) < 0) {
      throw new IllegalArgumentException(
          "ttl is " + ttl + "; that of an external export is at least " + SHORTEST_EXTERNAL_TTL);
    }
  }

  /** Refuses what cannot be the path of a checkpoint, or is that of another kind. */
  static String trainingPath(String path) {
    if (!Objects.requireNonNull(path, "path").contains("://")) {
      throw new IllegalArgumentException(
          "path is '" + path + "'; a checkpoint's path starts with " + SCHEME);
    }
    if (path.startsWith(SCHEME)) {
      List<String> parts = List.of(path.substring(SCHEME.length()).split("/", -1));
      boolean isWhole = parts.size() >= 2 && parts.stream().noneMatch(String::isBlank);
      if (!isWhole || (parts.size() > 2 && !parts.get(1).equals("weights"))) {
        throw new IllegalArgumentException(
            ("path is '%s'; training goes on from tinker://RUN/weights/NAME, which saveState"
                    + " returns")
                .formatted(path));
      }
    }
    return path;
  }

  static List<Datum> data(List<Datum> data) {
    if (data.isEmpty()) {
      throw new IllegalArgumentException("data is empty; a pass needs at least one datum");
    }
    List<Datum> copy = List.copyOf(data);
    for (int i = 0; i < copy.size(); i++) {
      tokens("data[" + i + "]", copy.get(i).modelInput());
    }
    return copy;
  }

  /** Refuses what no known loss can be computed of. */
  static List<Datum> data(List<Datum> data, LossFunction loss) {
    List<Datum> copy = data(data);
    for (int i = 0; loss.isChecked() && i < copy.size(); i++) {
      if (!copy.get(i).lossFnInputs().containsKey(Datum.TARGET_TOKENS)) {
        throw new IllegalArgumentException(
            "data[%d] has no target_tokens, of which the loss %s is computed"
                .formatted(i, loss.name()));
      }
    }
    return copy;
  }

  /** Refuses negative tokens. */
  static void tokens(String name, ModelInput input) {
    for (ModelInputChunk chunk : input.chunks()) {
      if (chunk instanceof EncodedTextChunk text) {
        IntBuffer tokens = text.tokens();
        while (tokens.hasRemaining()) {
          int token = tokens.get();
          if (token < 0) {
            throw new IllegalArgumentException(name + " has the token " + token);
          }
        }
      }
    }
  }

  /** Refuses a prompt without tokens, and one whose tokens the server alone can count. */
  static void scored(String name, ModelInput input) {
    if (input.chunks().isEmpty()) {
      throw new IllegalArgumentException(name + " is empty; it has nothing to score");
    }
    try {
      int unused = input.length();
    } catch (IllegalStateException e) {
      throw new IllegalArgumentException(
          "%s cannot be scored token by token: %s".formatted(name, e.getMessage()), e);
    }
  }

  static void loss(LossFunction loss) {
    loss.config()
        .forEach((name, value) -> {
          if (!Double.isFinite(value)) {
            throw new IllegalArgumentException(
                "the setting %s of the loss %s is %s; it must be finite"
                    .formatted(name, loss.name(), value));
          }
        });
    if (!loss.isChecked()) {
      return;
    }
    Set<String> settings = LOSSES.get(loss.name());
    if (settings == null) {
      throw new IllegalArgumentException(
          "the loss is '%s'; known are %s. LossFunction.unchecked names others."
              .formatted(loss.name(), new TreeSet<>(LOSSES.keySet())));
    }
    if (!settings.containsAll(loss.config().keySet())) {
      throw new IllegalArgumentException(
          "the loss %s has the settings %s; known are %s. LossFunction.unchecked takes others."
              .formatted(
                  loss.name(), new TreeSet<>(loss.config().keySet()), new TreeSet<>(settings)));
    }
  }

  static void page(int limit, int offset) {
    if (limit < 1 || offset < 0) {
      throw new IllegalArgumentException(
          "limit is %d and offset is %d; limit is at least 1, offset not negative"
              .formatted(limit, offset));
    }
  }
}
