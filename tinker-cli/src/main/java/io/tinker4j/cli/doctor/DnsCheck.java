package io.tinker4j.cli.doctor;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Set;
import java.util.stream.Collectors;

/** Whether the name of the server's host is known. */
final class DnsCheck implements Check {
  @Override
  public Subject subject() {
    return Subject.DNS;
  }

  @Override
  public Set<Subject> needs() {
    return Set.of(Subject.ADDRESS, Subject.PROXY);
  }

  @Override
  public Finding look(Patient patient) {
    if (patient.proxy().isPresent()) {
      return Finding.skipped("the proxy looks the name up");
    }
    String host = Connections.host(patient.address());
    try {
      return Finding.ok(
          patient.machine().lookup().addresses(host).stream()
              .map(InetAddress::getHostAddress)
              .collect(Collectors.joining(", ", host + " is ", "")));
    } catch (UnknownHostException e) {
      return Finding.failed(
          "the name %s is not known".formatted(host),
          "check the spelling of the address (from %s), then the name server and the VPN"
              .formatted(patient.addressOrigin()));
    }
  }
}
