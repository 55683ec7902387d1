package io.tinker4j.cli.doctor;

import io.tinker4j.cli.doctor.Finding.Result;
import io.tinker4j.training.NotSupportedException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * All checks, one after the other, each for as long as it may take. A check is skipped when one
 * that it counts on has failed, so that one fault is one failure.
 */
final class Examination {
  private static final List<Check> CHECKS =
      List.of(
          new VersionsCheck(),
          new ConfigCheck(),
          new AddressCheck(),
          new KeyCheck(),
          new ProxyCheck(),
          new DnsCheck(),
          new ConnectionCheck(),
          new TlsCheck(),
          new ServerCheck(),
          new ClockCheck(),
          new LatencyCheck(),
          new AccessCheck(),
          new CapabilitiesCheck(),
          new SessionsCheck(),
          new RunsCheck(),
          new CheckpointsCheck(),
          new JournalsCheck(),
          new DiskCheck());

  private Examination() {}

  /** Returns what was found, in the order of the checks. */
  static Map<Subject, Finding> of(Patient patient) throws InterruptedException {
    Map<Subject, Finding> found = new EnumMap<>(Subject.class);
    Map<Subject, Subject> causes = new EnumMap<>(Subject.class);
    ExecutorService threads =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("tinker-doctor-", 0).factory());
    try {
      for (Check check : CHECKS) {
        Optional<Subject> cause =
            check.needs().stream()
                .filter(causes::containsKey)
                .map(causes::get)
                .sorted()
                .findFirst();
        Finding finding =
            cause.isPresent()
                ? Finding.skipped("not looked at, as %s failed".formatted(cause.get()))
                : look(check, patient, threads);
        found.put(check.subject(), finding);
        if (cause.isPresent() || finding.result() == Result.FAILED) {
          causes.put(check.subject(), cause.orElse(check.subject()));
        }
      }
      return found;
    } finally {
      threads.shutdownNow();
    }
  }

  private static Finding look(Check check, Patient patient, ExecutorService threads)
      throws InterruptedException {
    Future<Finding> looking = threads.submit(() -> check.look(patient));
    long millis = patient.request().limit().toMillis();
    try {
      return looking.get(millis, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      looking.cancel(true);
      return Finding.failed(
          "no answer within " + Words.duration(patient.request().limit()),
          "the network or the server is slow, or drops what is sent; --timeout gives it longer");
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
      return cause instanceof NotSupportedException
          ? Finding.skipped("the server cannot tell")
          : Finding.failed(message, "read the message; --bundle writes what support needs");
    }
  }
}
