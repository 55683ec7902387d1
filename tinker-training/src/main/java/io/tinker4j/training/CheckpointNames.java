package io.tinker4j.training;

import java.util.Objects;

/** The rule of checkpoint names that every server shares. */
final class CheckpointNames {
  private CheckpointNames() {}

  static void check(String name) {
    if (Objects.requireNonNull(name, "name").isEmpty() || name.indexOf('/') >= 0) {
      throw new IllegalArgumentException(
          "name is '" + name + "'; a checkpoint's name is not empty and has no slash");
    }
  }
}
