package io.tinker4j.testkit.checkpoint;

import io.tinker4j.types.Checkpoint;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a checkpoint on disk.
 *
 * @param expiresAt null when it never does
 * @param isPublic whether everybody may read it
 */
public record StoredCheckpoint(
    StoredPath path, Saved saved, @Nullable Instant expiresAt, boolean isPublic) {

  /**
   * What does not change once the checkpoint is saved.
   *
   * @param operation what saved it; the same operation finds its own work when it is carried out
   *     again after a crash
   */
  public record Saved(
      Instant time, long sizeBytes, Map<String, String> userMetadata, String operation) {
    public Saved {
      userMetadata = Map.copyOf(userMetadata);
    }
  }

  boolean isExpired(Instant now) {
    return expiresAt != null && !now.isBefore(expiresAt);
  }

  public StoredCheckpoint withPublic(boolean whetherPublic) {
    return new StoredCheckpoint(path, saved, expiresAt, whetherPublic);
  }

  public StoredCheckpoint withExpiry(@Nullable Instant expiry) {
    return new StoredCheckpoint(path, saved, expiry, isPublic);
  }

  public Checkpoint toWire(String baseModel) {
    Checkpoint.Builder wire =
        Checkpoint.builder()
            .checkpointId(path.checkpointId())
            .checkpointType(path.kind().type())
            .time(saved.time())
            .tinkerPath(path.toString())
            .sizeBytes(saved.sizeBytes())
            .isPublic(isPublic)
            .baseModel(baseModel);
    if (!saved.userMetadata().isEmpty()) {
      wire.userMetadata(saved.userMetadata());
    }
    if (expiresAt != null) {
      wire.expiresAt(expiresAt);
    }
    return wire.build();
  }

  /** The contents of its file. */
  Map<String, Object> toFields() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("tinker_path", path.toString());
    fields.put("time", saved.time().toString());
    fields.put("size_bytes", saved.sizeBytes());
    fields.put("user_metadata", saved.userMetadata());
    fields.put("operation", saved.operation());
    fields.put("public", isPublic);
    if (expiresAt != null) {
      fields.put("expires_at", expiresAt.toString());
    }
    return fields;
  }

  /**
   * Reads the contents of its file.
   *
   * @throws RuntimeException when they are not such
   */
  static StoredCheckpoint fromFields(Map<String, @Nullable Object> fields) {
    Map<String, String> metadata = new LinkedHashMap<>();
    if (fields.get("user_metadata") instanceof Map<?, ?> stored) {
      stored.forEach((key, value) -> metadata.put(String.valueOf(key), String.valueOf(value)));
    }
    Object expiry = fields.get("expires_at");
    return new StoredCheckpoint(
        StoredPath.parse(String.valueOf(fields.get("tinker_path"))),
        new Saved(
            Instant.parse(String.valueOf(fields.get("time"))),
            Long.parseLong(String.valueOf(fields.get("size_bytes"))),
            metadata,
            String.valueOf(fields.get("operation"))),
        expiry == null ? null : Instant.parse(expiry.toString()),
        Boolean.TRUE.equals(fields.get("public")));
  }
}
