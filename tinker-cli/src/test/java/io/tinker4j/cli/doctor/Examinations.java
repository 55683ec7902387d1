package io.tinker4j.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.cli.access.ClientOptions;
import io.tinker4j.cli.access.Surroundings;
import io.tinker4j.cli.doctor.Finding.Result;
import io.tinker4j.transport.Time;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine;

/** Examinations of tests, and what they found. */
final class Examinations {
  static final Machine MACHINE = Machine.of(Time.system());

  private Examinations() {}

  static Surroundings surroundings(Map<String, String> variables, Path home) {
    return new Surroundings(variables::get, name -> null, home);
  }

  /** Examines as the command does with those options. */
  static Map<Subject, Finding> examine(Surroundings surroundings, String... options)
      throws Exception {
    return examine(surroundings, MACHINE, Duration.ofSeconds(60), List.of(), options);
  }

  static Map<Subject, Finding> examine(
      Surroundings surroundings,
      Machine machine,
      Duration limit,
      List<Path> journals,
      String... options)
      throws Exception {
    ClientOptions client = CommandLine.populateCommand(new ClientOptions(surroundings), options);
    try (Patient patient = new Patient(new Patient.Request(client, journals, limit), machine)) {
      return Examination.of(patient);
    }
  }

  static Set<Subject> all(Map<Subject, Finding> found, Result result) {
    Set<Subject> subjects = EnumSet.noneOf(Subject.class);
    found.forEach((subject, finding) -> {
      if (finding.result() == result) {
        subjects.add(subject);
      }
    });
    return subjects;
  }

  /** Returns what the one failure says. */
  static String onlyFailure(Map<Subject, Finding> found, Subject expected) {
    assertThat(all(found, Result.FAILED)).as(found.toString()).containsExactly(expected);
    Finding failure = found.get(expected);
    assertThat(failure.advice()).isNotEmpty();
    return failure.seen();
  }
}
