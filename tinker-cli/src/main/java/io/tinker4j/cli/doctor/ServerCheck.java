package io.tinker4j.cli.doctor;

import java.io.IOException;
import java.util.Set;

/** Whether the server says that it is up. */
final class ServerCheck implements Check {
  @Override
  public Subject subject() {
    return Subject.SERVER;
  }

  @Override
  public Set<Subject> needs() {
    return Set.of(Subject.ADDRESS, Subject.PROXY, Subject.CONNECTION, Subject.TLS);
  }

  @Override
  public Finding look(Patient patient) throws InterruptedException {
    Patient.Answer answer;
    try {
      answer = patient.firstAnswer();
    } catch (IOException e) {
      return Finding.failed(
          "no answer from %s: %s".formatted(patient.address(), Connections.reason(e)),
          "check that it is a Tinker server that listens there, and not another program");
    }
    int status = answer.status();
    String seen = "healthz is answered with %d".formatted(status);
    if (status >= 200 && status < 300) {
      return Finding.ok(seen);
    }
    if (status >= 300 && status < 400) {
      return Finding.failed(
          seen + ", a redirect", "take the address that it leads to, or sign in to the gateway");
    }
    if (status >= 500) {
      return Finding.failed(seen, "the server is down or overloaded: try again in a few minutes");
    }
    return Finding.warning(
        seen, "check the path of the address, if the checks below this one fail as well");
  }
}
