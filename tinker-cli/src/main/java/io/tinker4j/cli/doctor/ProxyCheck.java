package io.tinker4j.cli.doctor;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.Set;

/** Which proxy is in between, whether it can be reached, and lets requests pass. */
final class ProxyCheck implements Check {
  private static final int WANTS_CREDENTIALS = 407;
  private static final String WHERE =
      "TINKER_PROXY, HTTPS_PROXY and NO_PROXY say which proxy is used for what";

  @Override
  public Subject subject() {
    return Subject.PROXY;
  }

  @Override
  public Set<Subject> needs() {
    return Set.of(Subject.ADDRESS);
  }

  @Override
  public Finding look(Patient patient) throws IOException, InterruptedException {
    Optional<InetSocketAddress> proxy;
    try {
      proxy = patient.proxy();
    } catch (IllegalArgumentException e) {
      return Finding.failed(String.valueOf(e.getMessage()), WHERE);
    }
    if (proxy.isEmpty()) {
      return Finding.ok("none; connections are direct");
    }
    String host = proxy.get().getHostString();
    int port = proxy.get().getPort();
    try {
      Connections.open(patient, host, port).close();
    } catch (IOException e) {
      return Finding.failed(
          "the proxy %s:%d cannot be reached: %s".formatted(host, port, Connections.reason(e)),
          WHERE);
    }
    if (refuses(patient)) {
      return Finding.failed(
          "the proxy %s:%d wants a user and a password, or others (407)".formatted(host, port),
          "give them in the proxy's address, like http://user:password@host:port; " + WHERE);
    }
    return Finding.ok("%s:%d".formatted(host, port));
  }

  private static boolean refuses(Patient patient) throws InterruptedException {
    try {
      return patient.firstAnswer().status() == WANTS_CREDENTIALS;
    } catch (IOException e) {
      return String.valueOf(e.getMessage()).contains(String.valueOf(WANTS_CREDENTIALS));
    }
  }
}
