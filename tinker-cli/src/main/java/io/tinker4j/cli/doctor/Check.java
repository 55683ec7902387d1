package io.tinker4j.cli.doctor;

import java.util.Set;

/** One question to the surroundings of a run. Changes nothing that lasts. */
interface Check {
  /** What the question is about; also its name in reports. */
  Subject subject();

  /** What has to be well before it makes sense to ask. */
  default Set<Subject> needs() {
    return Set.of();
  }

  /**
   * Looks. An exception is a finding, too: that the check failed, with the exception's message.
   *
   * @throws Exception when the answer cannot be had
   */
  Finding look(Patient patient) throws Exception;
}
