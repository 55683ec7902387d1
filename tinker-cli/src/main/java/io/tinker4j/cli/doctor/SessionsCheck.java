package io.tinker4j.cli.doctor;

import io.tinker4j.training.RestClient;
import io.tinker4j.types.TrainingRun;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which sessions may have been left open. The server does not tell whether a session is still open;
 * one whose runs were used of late may be, and holds its models in memory.
 */
final class SessionsCheck implements Check {
  /** How many of the newest sessions are asked about. */
  private static final int ASKED = 20;

  private static final Duration OF_LATE = Duration.ofMinutes(15);

  @Override
  public Subject subject() {
    return Subject.SESSIONS;
  }

  @Override
  public Set<Subject> needs() {
    return Set.of(Subject.ACCESS);
  }

  @Override
  public Finding look(Patient patient) {
    RestClient rest = patient.rest();
    List<String> sessions = rest.sessions().list(ASKED, 0).sessions();
    if (sessions.isEmpty()) {
      return Finding.ok("there is none");
    }
    Instant since = patient.machine().time().now().minus(OF_LATE);
    Set<String> used =
        rest.runs().list(100, 0).trainingRuns().stream()
            .filter(run -> run.lastRequestTime().isAfter(since))
            .map(TrainingRun::trainingRunId)
            .collect(Collectors.toCollection(LinkedHashSet::new));
    List<String> open = new ArrayList<>();
    for (String session : used.isEmpty() ? List.<String>of() : sessions) {
      if (rest.sessions().get(session).trainingRunIds().stream().anyMatch(used::contains)) {
        open.add(session);
      }
    }
    return open.isEmpty()
        ? Finding.ok(
            "none of the newest %d has a run that was used in the last %s"
                .formatted(sessions.size(), Words.duration(OF_LATE)))
        : Finding.warning(
            "%s with a run that was used in the last %s: %s"
                .formatted(
                    Words.count(open.size(), "session"), Words.duration(OF_LATE), Words.some(open)),
            "if no program of yours uses them, it has ended without closing its client; the server"
                + " ends such a session by itself some minutes after its last heartbeat");
  }
}
