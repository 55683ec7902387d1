package io.tinker4j.training;

import io.tinker4j.transport.client.CallOptions;
import java.time.Duration;

/**
 * How requests are submitted that a server may have half seen: they are tried for five minutes,
 * because giving one up ends the model's order of requests.
 */
final class SubmissionOptions {
  /** A conflict is about the number or the name and stays one. */
  static final CallOptions ORDERED = patient().finalStatus(409).build();

  private SubmissionOptions() {}

  static CallOptions.Builder patient() {
    return CallOptions.builder().maxRetries(40).deadline(Duration.ofMinutes(5)).waitsForCircuit();
  }
}
