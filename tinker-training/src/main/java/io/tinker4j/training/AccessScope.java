package io.tinker4j.training;

import java.util.Locale;

/** Whose runs and sessions are meant. */
public enum AccessScope {
  /** One's own. */
  OWNED,
  /** Those of one's projects, too. */
  ACCESSIBLE;

  String value() {
    return name().toLowerCase(Locale.ROOT);
  }
}
