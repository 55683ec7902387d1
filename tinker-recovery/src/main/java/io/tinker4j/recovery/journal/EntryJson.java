package io.tinker4j.recovery.journal;

import io.tinker4j.recovery.journal.CheckpointRecord.ProbeLogprobs;
import io.tinker4j.recovery.journal.JournalEntry.CheckpointDropped;
import io.tinker4j.recovery.journal.JournalEntry.CheckpointSaved;
import io.tinker4j.recovery.journal.JournalEntry.LineageBegun;
import io.tinker4j.recovery.journal.JournalEntry.Noted;
import io.tinker4j.recovery.journal.JournalEntry.RunBegun;
import io.tinker4j.recovery.journal.JournalEntry.RunFinished;
import io.tinker4j.recovery.journal.JournalEntry.RunOpened;
import io.tinker4j.recovery.journal.JournalEntry.StepSubmitted;
import io.tinker4j.recovery.journal.JournalEntry.StepsConfirmed;
import io.tinker4j.transport.operation.JsonCodec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Journal entries as JSON. */
final class EntryJson {
  private EntryJson() {}

  static byte[] write(JournalEntry entry) {
    return JsonCodec.write(fields(entry));
  }

  static Map<String, Object> fields(JournalEntry entry) {
    return switch (entry) {
      case RunOpened(long token) -> of("run_opened", "token", token);
      case RunBegun(String configHash, Map<String, String> settings) ->
          of("run_begun", "config_hash", configHash, "settings", new TreeMap<>(settings));
      case LineageBegun(int lineage, String modelId, int parent, long baseStep) ->
          of(
              "lineage_begun",
              "lineage",
              lineage,
              "model_id",
              modelId,
              "parent",
              parent,
              "base_step",
              baseStep);
      case StepSubmitted(int lineage, long step, DataPosition position) ->
          of("step_submitted", "lineage", lineage, "step", step, "position", position(position));
      case StepsConfirmed(int lineage, long first, long last) ->
          of("steps_confirmed", "lineage", lineage, "first", first, "last", last);
      case CheckpointSaved(CheckpointRecord checkpoint) -> {
        Map<String, Object> to = of("checkpoint_saved");
        checkpoint(checkpoint, to);
        yield to;
      }
      case CheckpointDropped(String path, String reason) ->
          of("checkpoint_dropped", "path", path, "reason", reason);
      case Noted(String event, Map<String, String> fields) ->
          of("noted", "event", event, "fields", fields);
      case RunFinished(long step, String modelId) ->
          of("run_finished", "step", step, "model_id", modelId);
    };
  }

  /** An entry's fields: names and values by turns. */
  private static Map<String, Object> of(String type, Object... namesAndValues) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("type", type);
    for (int i = 0; i < namesAndValues.length; i += 2) {
      fields.put((String) namesAndValues[i], namesAndValues[i + 1]);
    }
    return fields;
  }

  private static Map<String, Object> position(DataPosition position) {
    Map<String, Object> to = new LinkedHashMap<>();
    to.put("rows", position.rows());
    to.put("epoch", position.epoch());
    to.put("random_state", position.randomState());
    return to;
  }

  private static void checkpoint(CheckpointRecord from, Map<String, Object> to) {
    to.put("path", from.path());
    to.put("step", from.step());
    to.put("position", position(from.position()));
    to.put("lineage", from.lineage());
    to.put("saved_at", from.savedAt().toString());
    to.put("learning_rate_step", from.learningRateStep());
    to.put("config_hash", from.configHash());
    to.put("identity", new TreeMap<>(from.identity()));
    from.tokenizerId().ifPresent(id -> to.put("tokenizer_id", id));
    from.rendererId().ifPresent(id -> to.put("renderer_id", id));
    Map<String, @Nullable Double> metrics = new LinkedHashMap<>();
    from.metrics().forEach((name, value) -> metrics.put(name, finite(value)));
    to.put("metrics", metrics);
    from.probe().ifPresent(probe -> to.put("probe", doubles(probe)));
    from.probeAfterNextStep().ifPresent(probe -> to.put("probe_after_next_step", doubles(probe)));
  }

  private static List<@Nullable Double> doubles(ProbeLogprobs fingerprint) {
    List<@Nullable Double> to = new ArrayList<>();
    for (float each : fingerprint.logprobs()) {
      to.add(finite(each));
    }
    return to;
  }

  /** JSON has no word for what is not finite. */
  private static @Nullable Double finite(double value) {
    return Double.isFinite(value) ? value : null;
  }

  /**
   * Reads an entry.
   *
   * @throws IllegalArgumentException when it is none
   */
  static JournalEntry read(byte[] json) {
    Fields from = new Fields(JsonCodec.readMap(json));
    String type = from.text("type");
    return switch (type) {
      case "run_opened" -> new RunOpened(from.number("token"));
      case "run_begun" -> new RunBegun(from.text("config_hash"), from.texts("settings"));
      case "lineage_begun" ->
          new LineageBegun(
              (int) from.number("lineage"),
              from.text("model_id"),
              (int) from.number("parent"),
              from.number("base_step"));
      case "step_submitted" ->
          new StepSubmitted(
              (int) from.number("lineage"), from.number("step"), from.position("position"));
      case "steps_confirmed" ->
          new StepsConfirmed(
              (int) from.number("lineage"), from.number("first"), from.number("last"));
      case "checkpoint_saved" -> new CheckpointSaved(checkpoint(from));
      case "checkpoint_dropped" -> new CheckpointDropped(from.text("path"), from.text("reason"));
      case "noted" -> new Noted(from.text("event"), from.texts("fields"));
      case "run_finished" -> new RunFinished(from.number("step"), from.text("model_id"));
      default -> throw new IllegalArgumentException("a journal entry of unknown type " + type);
    };
  }

  private static CheckpointRecord checkpoint(Fields from) {
    CheckpointRecord.Builder to = CheckpointRecord.builder();
    to.path(from.text("path"))
        .step(from.number("step"))
        .position(from.position("position"))
        .lineage((int) from.number("lineage"))
        .savedAt(Instant.parse(from.text("saved_at")))
        .learningRateStep(from.number("learning_rate_step"))
        .configHash(from.text("config_hash"));
    to.identity(from.texts("identity"));
    if (from.has("tokenizer_id")) {
      to.tokenizerId(from.text("tokenizer_id"));
    }
    if (from.has("renderer_id")) {
      to.rendererId(from.text("renderer_id"));
    }
    from.inner("metrics").all().forEach((name, value) -> to.putMetrics(name, Fields.real(value)));
    if (from.has("probe")) {
      to.probe(from.fingerprint("probe"));
    }
    if (from.has("probe_after_next_step")) {
      to.probeAfterNextStep(from.fingerprint("probe_after_next_step"));
    }
    return to.build();
  }

  /** Fields of a JSON object that must be there. */
  private record Fields(Map<String, @Nullable Object> all) {
    boolean has(String name) {
      return all.get(name) != null;
    }

    String text(String name) {
      return all.get(name) instanceof String text ? text : missing(name);
    }

    long number(String name) {
      return all.get(name) instanceof Number number
          ? number.longValue()
          : Long.parseLong(missing(name));
    }

    @SuppressWarnings("unchecked")
    Fields inner(String name) {
      return all.get(name) instanceof Map<?, ?> map
          ? new Fields((Map<String, @Nullable Object>) map)
          : new Fields(Map.of(missing(name), name));
    }

    /** Returns an object of texts; empty when there is none, as in journals of older versions. */
    Map<String, String> texts(String name) {
      Map<String, String> texts = new LinkedHashMap<>();
      if (has(name)) {
        inner(name).all().forEach((key, text) -> texts.put(key, String.valueOf(text)));
      }
      return texts;
    }

    DataPosition position(String name) {
      Fields from = inner(name);
      return new DataPosition(from.number("rows"), from.number("epoch"), from.text("random_state"));
    }

    ProbeLogprobs fingerprint(String name) {
      List<?> from = all.get(name) instanceof List<?> list ? list : List.of(missing(name));
      float[] logprobs = new float[from.size()];
      for (int i = 0; i < logprobs.length; i++) {
        logprobs[i] = (float) real(from.get(i));
      }
      return ProbeLogprobs.of(logprobs);
    }

    static double real(@Nullable Object value) {
      return value instanceof Number number ? number.doubleValue() : Double.NaN;
    }

    private String missing(String name) {
      throw new IllegalArgumentException("a journal entry without a proper " + name);
    }
  }
}
