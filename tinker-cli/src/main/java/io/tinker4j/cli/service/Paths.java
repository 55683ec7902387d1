package io.tinker4j.cli.service;

import io.tinker4j.types.TinkerPath;
import java.io.File;

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

  /** Returns the name of a directory for a checkpoint; Windows has no colons in names. */
  static String fileName(String path) {
    String name = path.substring("tinker://".length()).replace('/', '_');
    return File.separatorChar == '\\' ? name.replace(':', '_') : name;
  }
}
