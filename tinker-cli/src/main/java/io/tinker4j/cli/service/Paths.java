package io.tinker4j.cli.service;

import io.tinker4j.types.TinkerPath;

/** Paths of checkpoints as users type them. */
final class Paths {
  private Paths() {}

  /** Whether a text is the path of a checkpoint. */
  static boolean isCheckpoint(String path) {
    try {
      TinkerPath parsed = TinkerPath.parse(path);
      return !parsed.trainingRunId().isEmpty() && !parsed.name().isEmpty();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Returns the name of a file or directory for what belongs to a checkpoint. */
  static String fileName(String path) {
    return path.substring("tinker://".length()).replace('/', '_');
  }
}
