package io.tinker4j.cli.doctor;

import java.util.Locale;

/** What checks are about, in the order of reports. */
enum Subject {
  VERSIONS,
  CONFIG,
  ADDRESS,
  KEY,
  PROXY,
  DNS,
  CONNECTION,
  TLS,
  SERVER,
  CLOCK,
  LATENCY,
  ACCESS,
  CAPABILITIES,
  SESSIONS,
  RUNS,
  CHECKPOINTS,
  JOURNALS,
  DISK;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
