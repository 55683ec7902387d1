package io.tinker4j.cli.service;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Numbers that options may have. */
final class Limits {
  private Limits() {}

  /** Refuses a number below 0. */
  static void check(CommandSpec spec, String option, int value) {
    if (value < 0) {
      throw new ParameterException(
          spec.commandLine(), "%s is %d; it must be at least 0".formatted(option, value));
    }
  }
}
