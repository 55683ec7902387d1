package io.tinker4j.testkit;

import io.tinker4j.types.Checkpoint;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a checkpoint on disk.
 *
 * @param expiresAt null when it never does
 */
record StoredCheckpoint(
    TinkerPath path, Instant time, long sizeBytes, @Nullable Instant expiresAt) {
  boolean isExpired(Instant now) {
    return expiresAt != null && !now.isBefore(expiresAt);
  }

  Checkpoint toWire() {
    Checkpoint.Builder wire =
        Checkpoint.builder()
            .checkpointId(path.checkpointId())
            .checkpointType(path.kind().type())
            .time(time)
            .tinkerPath(path.toString())
            .sizeBytes(sizeBytes);
    if (expiresAt != null) {
      wire.expiresAt(expiresAt);
    }
    return wire.build();
  }

  /** The contents of its file. */
  Map<String, Object> toFields() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("tinker_path", path.toString());
    fields.put("time", time.toString());
    fields.put("size_bytes", sizeBytes);
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
    Object expiry = fields.get("expires_at");
    return new StoredCheckpoint(
        TinkerPath.parse(String.valueOf(fields.get("tinker_path"))),
        Instant.parse(String.valueOf(fields.get("time"))),
        Long.parseLong(String.valueOf(fields.get("size_bytes"))),
        expiry == null ? null : Instant.parse(expiry.toString()));
  }
}
