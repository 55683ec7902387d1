package io.tinker4j.cli.doctor;

import java.io.IOException;
import java.net.URI;
import java.util.Set;

/** Whether the server's port takes connections. */
final class ConnectionCheck implements Check {
  @Override
  public Subject subject() {
    return Subject.CONNECTION;
  }

  @Override
  public Set<Subject> needs() {
    return Set.of(Subject.DNS);
  }

  @Override
  public Finding look(Patient patient) {
    if (patient.proxy().isPresent()) {
      return Finding.skipped("the proxy connects");
    }
    URI address = patient.address();
    String server = "%s:%d".formatted(Connections.host(address), Connections.port(address));
    try {
      Connections.open(patient, Connections.host(address), Connections.port(address)).close();
      return Finding.ok(server + " takes connections");
    } catch (IOException e) {
      return Finding.failed(
          "no connection to %s: %s".formatted(server, Connections.reason(e)),
          "check that the server runs and the port is right; a firewall may be in between, or a"
              + " proxy may be needed (TINKER_PROXY)");
    }
  }
}
