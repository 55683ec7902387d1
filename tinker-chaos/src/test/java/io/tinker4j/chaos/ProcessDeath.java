package io.tinker4j.chaos;

import java.io.Serial;

/** Stands for the end of a process, which nothing in it survives. */
final class ProcessDeath extends Error {
  @Serial private static final long serialVersionUID = 1L;

  ProcessDeath(String where) {
    super("the process died at: " + where);
  }
}
