package io.tinker4j.cli.doctor;

import io.tinker4j.cli.output.CommandException;
import java.util.Locale;

/**
 * What a check has found.
 *
 * @param seen what was seen, as a fact
 * @param advice what to do; empty when there is nothing to do
 */
record Finding(Result result, String seen, String advice) {
  /** How it stands. */
  enum Result {
    OK,
    /** Works now, but deserves a look. */
    WARNING,
    FAILED,
    /** Not looked at. */
    SKIPPED;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static Finding ok(String seen) {
    return new Finding(Result.OK, seen, "");
  }

  static Finding warning(String seen, String advice) {
    return new Finding(Result.WARNING, seen, advice);
  }

  static Finding failed(String seen, String advice) {
    return new Finding(Result.FAILED, seen, advice);
  }

  /**
   * What the settings of the command complain of.
   *
   * @param otherwise what to do, unless the failure says it
   */
  static Finding failed(CommandException failure, String otherwise) {
    String seen = String.valueOf(failure.getMessage());
    return failed(
        seen.startsWith(CommandException.MISCONFIGURED)
            ? seen.substring(CommandException.MISCONFIGURED.length())
            : seen,
        failure.details().isEmpty() ? otherwise : String.join(" ", failure.details()));
  }

  static Finding skipped(String why) {
    return new Finding(Result.SKIPPED, why, "");
  }
}
