package io.tinker4j.training.internal;

import io.tinker4j.types.TinkerPath;
import io.tinker4j.types.wire.CheckpointRequest;
import java.util.List;
import java.util.Objects;

/** Refuses, before anything is sent, what cannot be part of an address. */
public final class ResourceIds {
  private ResourceIds() {}

  /** Returns the id when it is one segment of an address. */
  public static String check(String field, String id) {
    if (!isSegment(Objects.requireNonNull(id, field))) {
      throw new IllegalArgumentException(
          field + " is '" + id + "'; an id is not empty and has no slash");
    }
    return id;
  }

  private static boolean isSegment(String text) {
    return !text.isBlank() && !text.contains("/") && !text.equals(".") && !text.equals("..");
  }

  /** Parses a checkpoint's full name. */
  public static TinkerPath path(String field, String tinkerPath) {
    try {
      TinkerPath path = TinkerPath.parse(Objects.requireNonNull(tinkerPath, field));
      check("the run", path.trainingRunId());
      check("the name", path.name());
      return path;
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(field + " is '" + tinkerPath + "': " + e.getMessage(), e);
    }
  }

  /** Names a checkpoint in a request. */
  public static CheckpointRequest checkpoint(TinkerPath path) {
    return CheckpointRequest.builder()
        .trainingRunId(path.trainingRunId())
        .checkpointId(path.checkpointId())
        .build();
  }

  /**
   * Names a checkpoint in a request. Its id is kind and name; some servers know the bare name only.
   */
  public static CheckpointRequest checkpoint(String trainingRunId, String checkpointId) {
    List<String> parts =
        List.of(Objects.requireNonNull(checkpointId, "checkpointId").split("/", -1));
    if (parts.size() > 2 || !parts.stream().allMatch(ResourceIds::isSegment)) {
      throw new IllegalArgumentException(
          "checkpointId is '" + checkpointId + "'; one is kind and name, such as weights/0001");
    }
    return CheckpointRequest.builder()
        .trainingRunId(check("trainingRunId", trainingRunId))
        .checkpointId(checkpointId)
        .build();
  }
}
