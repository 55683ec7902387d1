package io.tinker4j.transport;

/**
 * What a call is for. Calls of different kinds do not share connections, so that a burst of one
 * kind cannot starve another.
 */
public enum CallKind {
  /** Opens sessions and keeps them alive. */
  SESSION,
  /** Creates, trains, saves and loads models. */
  TRAIN,
  /** Samples from models. */
  SAMPLE,
  /** Asks for the results of promises; the server holds these requests open. */
  FUTURES,
  /** Reads and manages runs, checkpoints and everything else. */
  REST,
  /** Fetches and stores large files. */
  DOWNLOAD,
  /** Reports events to the service. */
  TELEMETRY
}
