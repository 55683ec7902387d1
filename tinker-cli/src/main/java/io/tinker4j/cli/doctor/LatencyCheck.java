package io.tinker4j.cli.doctor;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** How long the server takes for the least of answers, over a connection that is open. */
final class LatencyCheck implements Check {
  private static final int TIMES = 3;
  private static final Duration SLOW = Duration.ofSeconds(1);

  @Override
  public Subject subject() {
    return Subject.LATENCY;
  }

  @Override
  public Set<Subject> needs() {
    return Set.of(Subject.SERVER);
  }

  @Override
  public Finding look(Patient patient) throws IOException, InterruptedException {
    List<Duration> times = new ArrayList<>();
    for (int i = 0; i < TIMES; i++) {
      times.add(patient.ask().took());
    }
    return judged(times);
  }

  /** Judges by the one in the middle. */
  static Finding judged(List<Duration> times) {
    List<Duration> sorted = times.stream().sorted().toList();
    Duration median = sorted.get(sorted.size() / 2);
    String seen =
        "%d ms (%d to %d ms)"
            .formatted(
                median.toMillis(), sorted.getFirst().toMillis(), sorted.getLast().toMillis());
    return median.compareTo(SLOW) > 0
        ? Finding.warning(
            seen,
            "steps wait for the server: keep several under way (docs/futures.md), and look at the"
                + " network and the proxy")
        : Finding.ok(seen);
  }
}
