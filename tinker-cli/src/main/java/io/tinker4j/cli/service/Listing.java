package io.tinker4j.cli.service;

import io.tinker4j.cli.output.DisplayText;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The first entries of a list at the server, and how many there are.
 *
 * @param total negative when the server does not say
 */
record Listing<T>(List<T> entries, int total) {
  /** A page of a list, the same way. */
  @FunctionalInterface
  interface Source<T> {
    Listing<T> fetch(int limit, int offset);
  }

  /**
   * Fetches entries.
   *
   * @param limit the most of them; 0 for all
   * @param page the most of one page
   * @param progress hears how many there are when there are more pages than one
   */
  static <T> Listing<T> fetch(int limit, int page, Source<T> source, Consumer<String> progress) {
    List<T> entries = new ArrayList<>();
    while (true) {
      int wanted = limit == 0 ? page : Math.min(page, limit - entries.size());
      Listing<T> fetched = source.fetch(wanted, entries.size());
      entries.addAll(fetched.entries());
      boolean isLast =
          fetched.entries().isEmpty()
              || (limit > 0 && entries.size() >= limit)
              || (fetched.total() >= 0
                  ? entries.size() >= fetched.total()
                  : fetched.entries().size() < wanted);
      if (isLast) {
        List<T> kept = limit == 0 ? entries : entries.subList(0, Math.min(limit, entries.size()));
        return new Listing<>(List.copyOf(kept), fetched.total());
      }
      progress.accept(
          "Fetched " + entries.size() + (fetched.total() < 0 ? "" : " of " + fetched.total()));
    }
  }

  /** Returns the title of a table of them. */
  String title(String noun, String suffix) {
    if (entries.isEmpty()) {
      return "No " + noun + "s found" + suffix;
    }
    int more = total - entries.size();
    return DisplayText.counted(entries.size(), noun)
        + suffix
        + (more > 0 ? " (%d more not shown, use --limit to see more) ".formatted(more) : "");
  }
}
