package io.tinker4j.cli.merge;

import io.tinker4j.cli.output.CommandException;
import java.util.ArrayList;
import java.util.List;

/** What does not fit, a line each. */
final class Problems {
  private static final int SHOWN = 10;

  private Problems() {}

  /** Refuses to go on when there is a problem. */
  static void refuse(String headline, List<String> problems) {
    if (problems.isEmpty()) {
      return;
    }
    List<String> lines = new ArrayList<>(problems.subList(0, Math.min(SHOWN, problems.size())));
    if (problems.size() > SHOWN) {
      lines.add("and %d more".formatted(problems.size() - SHOWN));
    }
    throw new CommandException(headline, lines);
  }
}
