package io.tinker4j.cli.doctor;

import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.Set;

/** Whether this machine's clock agrees with the server's. */
final class ClockCheck implements Check {
  /** The server's answer has whole seconds, and a proxy may have kept it for a moment. */
  private static final Duration TOLERATED = Duration.ofSeconds(30);

  @Override
  public Subject subject() {
    return Subject.CLOCK;
  }

  @Override
  public Set<Subject> needs() {
    return Set.of(Subject.SERVER);
  }

  @Override
  public Finding look(Patient patient) throws IOException, InterruptedException {
    Patient.Answer answer = patient.firstAnswer();
    Optional<Instant> theirs = answer.headers().first("date").flatMap(ClockCheck::instant);
    if (theirs.isEmpty()) {
      return Finding.skipped("the server does not tell its time");
    }
    Duration ahead = Duration.between(theirs.get(), answer.at());
    if (ahead.abs().compareTo(TOLERATED) <= 0) {
      return Finding.ok("within %d seconds of the server's".formatted(TOLERATED.toSeconds()));
    }
    return Finding.failed(
        "this machine's clock is %s %s the server's"
            .formatted(Words.duration(ahead.abs()), ahead.isNegative() ? "behind" : "ahead of"),
        "set the clock, best by NTP: tokens, certificates and the expiry of checkpoints go by it");
  }

  private static Optional<Instant> instant(String date) {
    try {
      return Optional.of(Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date)));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
