package io.tinker4j.testkit.checkpoint;

import io.tinker4j.testkit.model.LoraSettings;
import io.tinker4j.types.TrainingRun;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A training run and its checkpoints. Outlives its model; safe for use by many threads. */
public final class TrainingRunEntry {
  private final String id;
  private final String owner;
  private final String baseModel;
  private final LoraSettings settings;
  private final int rank;
  private final Map<String, String> userMetadata;
  private final Map<String, StoredCheckpoint> checkpoints = new ConcurrentHashMap<>();
  private final Set<String> deleted = ConcurrentHashMap.newKeySet();
  private volatile Instant lastRequest;
  private volatile boolean corrupted;

  public TrainingRunEntry(
      String id,
      String owner,
      String baseModel,
      LoraSettings settings,
      Map<String, String> userMetadata,
      Instant lastRequest) {
    this(id, owner, baseModel, settings, settings.rank(), userMetadata, lastRequest);
  }

  /** Creates a run that is described with another rank than the engine has. */
  public TrainingRunEntry(
      String id,
      String owner,
      String baseModel,
      LoraSettings settings,
      int rank,
      Map<String, String> userMetadata,
      Instant lastRequest) {
    this.id = id;
    this.owner = owner;
    this.baseModel = baseModel;
    this.settings = settings;
    this.rank = rank;
    this.userMetadata = Map.copyOf(userMetadata);
    this.lastRequest = lastRequest;
  }

  public String id() {
    return id;
  }

  String owner() {
    return owner;
  }

  public String baseModel() {
    return baseModel;
  }

  /** The settings of the engine. */
  public LoraSettings settings() {
    return settings;
  }

  /** The rank that was asked for. */
  public int rank() {
    return rank;
  }

  Instant lastRequest() {
    return lastRequest;
  }

  public void touch(Instant now) {
    lastRequest = now;
  }

  /** Whether the run cannot be trained on any more; its checkpoints are as good as before. */
  public boolean isCorrupted() {
    return corrupted;
  }

  /** Notes that the run's model is lost to a fault of the server. */
  public void corrupt() {
    corrupted = true;
  }

  public Optional<StoredCheckpoint> checkpoint(StoredPath path) {
    return Optional.ofNullable(checkpoints.get(path.checkpointId()));
  }

  void add(StoredCheckpoint checkpoint) {
    checkpoints.put(checkpoint.path().checkpointId(), checkpoint);
    deleted.remove(checkpoint.path().checkpointId());
  }

  /** Forgets a checkpoint and remembers that its owner has deleted it. */
  void delete(StoredCheckpoint checkpoint) {
    if (remove(checkpoint)) {
      deleted.add(checkpoint.path().checkpointId());
    }
  }

  /** Whether a checkpoint existed until its owner deleted it. */
  boolean isDeleted(StoredPath path) {
    return deleted.contains(path.checkpointId());
  }

  /** Forgets a checkpoint unless another one has taken its place; tells whether it did. */
  boolean remove(StoredCheckpoint checkpoint) {
    return checkpoints.remove(checkpoint.path().checkpointId(), checkpoint);
  }

  /** All checkpoints, oldest first. */
  public List<StoredCheckpoint> checkpoints() {
    return sorted(checkpoints.values());
  }

  private static List<StoredCheckpoint> sorted(Collection<StoredCheckpoint> checkpoints) {
    return checkpoints.stream()
        .sorted(
            Comparator.comparing((StoredCheckpoint checkpoint) -> checkpoint.saved().time())
                .thenComparing(checkpoint -> checkpoint.path().checkpointId()))
        .toList();
  }

  public TrainingRun toWire() {
    TrainingRun.Builder wire =
        TrainingRun.builder()
            .trainingRunId(id)
            .baseModel(baseModel)
            .modelOwner(owner)
            .isLora(true)
            .isCorrupted(corrupted)
            .loraRank(rank)
            .lastRequestTime(lastRequest)
            .userMetadata(userMetadata);
    for (StoredCheckpoint checkpoint : checkpoints()) {
      switch (checkpoint.path().kind()) {
        case TRAINING -> wire.lastCheckpoint(checkpoint.toWire(baseModel));
        case SAMPLER -> wire.lastSamplerCheckpoint(checkpoint.toWire(baseModel));
        case EXTERNAL -> {}
      }
    }
    return wire.build();
  }

  /** The contents of its file. */
  Map<String, Object> toFields() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("training_run_id", id);
    fields.put("model_owner", owner);
    fields.put("base_model", baseModel);
    fields.put("lora_rank", settings.rank());
    fields.put("told_rank", rank);
    fields.put("seed", settings.seed());
    fields.put("train_attn", settings.trainAttn());
    fields.put("train_mlp", settings.trainMlp());
    fields.put("train_unembed", settings.trainUnembed());
    fields.put("last_request_time", lastRequest.toString());
    fields.put("user_metadata", userMetadata);
    fields.put("corrupted", corrupted);
    fields.put("deleted", deleted.stream().sorted().toList());
    return fields;
  }

  /**
   * Reads the contents of its file.
   *
   * @throws RuntimeException when they are not such
   */
  static TrainingRunEntry fromFields(Map<String, @Nullable Object> fields) {
    Map<String, String> metadata = new LinkedHashMap<>();
    if (fields.get("user_metadata") instanceof Map<?, ?> stored) {
      stored.forEach((key, value) -> metadata.put(String.valueOf(key), String.valueOf(value)));
    }
    TrainingRunEntry run =
        new TrainingRunEntry(
            text(fields, "training_run_id"),
            text(fields, "model_owner"),
            text(fields, "base_model"),
            new LoraSettings(
                Integer.parseInt(text(fields, "lora_rank")),
                Long.parseLong(text(fields, "seed")),
                Boolean.parseBoolean(text(fields, "train_attn")),
                Boolean.parseBoolean(text(fields, "train_mlp")),
                Boolean.parseBoolean(text(fields, "train_unembed"))),
            Integer.parseInt(
                text(fields, fields.containsKey("told_rank") ? "told_rank" : "lora_rank")),
            metadata,
            Instant.parse(text(fields, "last_request_time")));
    run.corrupted = Boolean.TRUE.equals(fields.get("corrupted"));
    if (fields.get("deleted") instanceof List<?> deleted) {
      deleted.forEach(id -> run.deleted.add(String.valueOf(id)));
    }
    return run;
  }

  private static String text(Map<String, @Nullable Object> fields, String key) {
    Object value = fields.get(key);
    if (value == null) {
      throw new IllegalArgumentException(key + " is missing");
    }
    return value.toString();
  }
}
