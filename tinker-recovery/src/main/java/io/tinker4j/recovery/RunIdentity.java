package io.tinker4j.recovery;

import io.tinker4j.recovery.journal.CheckpointRecord;
import io.tinker4j.recovery.journal.DataPosition;
import io.tinker4j.recovery.journal.JournalEntry.RunBegun;
import io.tinker4j.recovery.journal.JournalException;
import io.tinker4j.recovery.store.JournalState;
import io.tinker4j.training.LoraOptions;
import io.tinker4j.transport.operation.JsonCodec;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What makes a run the one that it is: a journal of another one must not be gone on with. Used by
 * one thread.
 */
final class RunIdentity {
  private static final String DATA = "data";
  private static final Set<String> IDS = Set.of("tokenizerId", "rendererId");

  private final RunSettings<?> run;

  /** Digests over what the steps up to {@link #hashed} are made of, by the names of settings. */
  private final Map<String, MessageDigest> digests = new TreeMap<>();

  private long hashed;

  RunIdentity(RunSettings<?> run) {
    this.run = run;
  }

  /** Returns the SHA-256 of the settings that decide about weights, in hex. */
  static String hash(RunSettings<?> run) {
    LoraOptions lora = run.lora;
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("base_model", run.baseModel);
    all.put("rank", lora.rank());
    all.put("seed", lora.seed().isPresent() ? lora.seed().getAsLong() : "");
    all.put("train", List.of(lora.trainMlp(), lora.trainAttn(), lora.trainUnembed()));
    all.put("accumulate", run.accumulate);
    all.put("tokenizer_id", run.tokenizerId);
    all.put("renderer_id", run.rendererId);
    all.put("configuration", new TreeMap<>(run.configuration));
    return HexFormat.of().formatHex(DataDigest.sha256().digest(JsonCodec.write(all)));
  }

  /** Returns the entry that begins the run's journal. */
  RunBegun begun() {
    Map<String, String> settings = ofRun();
    settings.putAll(run.step.settings(1));
    if (!run.firstBatch.isEmpty()) {
      settings.put("first_batch", run.firstBatch);
    }
    return new RunBegun(hash(run), settings);
  }

  /** Returns what {@link #hash} is computed of, by the names of the settings, as far as set. */
  private Map<String, String> ofRun() {
    LoraOptions lora = run.lora;
    Map<String, String> all = new TreeMap<>();
    all.put("baseModel", run.baseModel);
    all.put("lora.rank", Integer.toString(lora.rank()));
    lora.seed().ifPresent(seed -> all.put("lora.seed", Long.toString(seed)));
    all.put("lora.trainMlp", Boolean.toString(lora.trainMlp()));
    all.put("lora.trainAttn", Boolean.toString(lora.trainAttn()));
    all.put("lora.trainUnembed", Boolean.toString(lora.trainUnembed()));
    all.put("accumulate", Integer.toString(run.accumulate));
    if (!run.tokenizerId.isEmpty()) {
      all.put("tokenizerId", run.tokenizerId);
    }
    if (!run.rendererId.isEmpty()) {
      all.put("rendererId", run.rendererId);
    }
    run.configuration.forEach((name, value) -> all.put("configuration." + name, value));
    return all;
  }

  /** Adds to a checkpoint's record what is known about the steps in it and their data. */
  void identify(CheckpointRecord.Builder record, long step, DataPosition position) {
    if (!run.tokenizerId.isEmpty()) {
      record.tokenizerId(run.tokenizerId);
    }
    if (!run.rendererId.isEmpty()) {
      record.rendererId(run.rendererId);
    }
    ofSteps(step).forEach(record::putIdentity);
    String data = run.batches.identity(position);
    if (!data.isEmpty()) {
      record.putIdentity(DATA, data);
    }
  }

  /** Returns digests of what the steps up to one are made of. */
  private Map<String, String> ofSteps(long step) {
    if (step < hashed) {
      digests.clear();
      hashed = 0;
    }
    while (hashed < step) {
      hashed++;
      run.step.settings(hashed).forEach(this::add);
    }
    Map<String, String> all = new TreeMap<>();
    digests.forEach(
        (name, digest) -> all.put(name, HexFormat.of().formatHex(copy(digest).digest())));
    return all;
  }

  private void add(String name, String value) {
    digests
        .computeIfAbsent(name, unused -> DataDigest.sha256())
        .update((hashed + "=" + value + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private static MessageDigest copy(MessageDigest digest) {
    try {
      return (MessageDigest) digest.clone();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("the JDK's SHA-256 can be copied", e);
    }
  }

  /**
   * Makes sure that a journal is of this run. What it does not say is not compared: an older
   * version may have written it.
   *
   * @throws JournalException when it is of another one
   */
  void require(JournalState.View state) {
    RunBegun begun = state.ends().begun();
    if (begun == null) {
      return;
    }
    RunBegun now = begun();
    if (!begun.configHash().equals(now.configHash())) {
      throw refused(differenceOfRuns(begun.settings()));
    }
    begun
        .settings()
        .forEach((name, value) -> {
          String given = now.settings().getOrDefault(name, value);
          if (!given.equals(value)) {
            throw refused(difference(name, given, value));
          }
        });
    state.checkpoints().stream()
        .max(Comparator.comparingLong(CheckpointRecord::step))
        .ifPresent(this::require);
  }

  /** Journals of before this version have the hash alone. */
  private String differenceOfRuns(Map<String, String> before) {
    Map<String, String> now = ofRun();
    Set<String> names = new TreeSet<>(now.keySet());
    before.keySet().stream().filter(RunIdentity::isOfRun).forEach(names::add);
    return names.stream()
        .filter(name -> before.containsKey("baseModel"))
        .filter(name -> !Objects.equals(now.get(name), before.get(name)))
        .findFirst()
        .map(name -> difference(name, now.get(name), before.get(name)))
        .orElse("the base model, the adapter, accumulate or the configuration differ");
  }

  private static boolean isOfRun(String name) {
    return name.startsWith("lora.") || name.startsWith("configuration.") || IDS.contains(name);
  }

  private static String difference(String name, @Nullable String now, @Nullable String before) {
    return "%s is %s, and was %s"
        .formatted(name, now == null ? "not set" : now, before == null ? "not set" : before);
  }

  private void require(CheckpointRecord checkpoint) {
    Map<String, String> now = ofSteps(checkpoint.step());
    checkpoint
        .identity()
        .forEach((name, value) -> {
          boolean isSame =
              name.equals(DATA)
                  ? run.batches.beginsWith(value, checkpoint.position())
                  : now.getOrDefault(name, value).equals(value);
          if (!isSame) {
            throw refused(
                name.equals(DATA)
                    ? differenceOfData(value, checkpoint)
                    : "%s up to step %d is not what it was".formatted(name, checkpoint.step()));
          }
        });
  }

  private String differenceOfData(String before, CheckpointRecord checkpoint) {
    return run.batches instanceof ListBatches<?> list
        ? list.difference(before, checkpoint.step())
        : "the data up to step %d is %s, and was %s"
            .formatted(checkpoint.step(), run.batches.identity(checkpoint.position()), before);
  }

  private static JournalException refused(String difference) {
    return new JournalException(
        ("the journal belongs to a run with other settings: %s. Name another directory, or give the"
                + " settings that it was begun with")
            .formatted(difference));
  }

  /** Returns the settings as people compare them. */
  static Map<String, String> parameters(RunSettings<?> run) {
    Map<String, String> all = new TreeMap<>(run.configuration);
    all.put("base_model", run.baseModel);
    all.put("rank", Integer.toString(run.lora.rank()));
    all.put("accumulate", Integer.toString(run.accumulate));
    all.put("config_hash", hash(run));
    return all;
  }
}
