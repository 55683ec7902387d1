package io.tinker4j.cli.doctor;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/** Whether the server's certificate is trusted, names its host, and for how long it is valid. */
final class TlsCheck implements Check {
  private static final Duration SOON = Duration.ofDays(14);

  @Override
  public Subject subject() {
    return Subject.TLS;
  }

  @Override
  public Set<Subject> needs() {
    return Set.of(Subject.CONNECTION);
  }

  @Override
  public Finding look(Patient patient) throws IOException, InterruptedException {
    URI address = patient.address();
    if (!"https".equals(address.getScheme())) {
      return Finding.skipped("there is none on an http address");
    }
    try {
      if (patient.proxy().isPresent()) {
        Patient.Answer unused = patient.firstAnswer();
        return Finding.ok("the certificate is trusted, seen through the proxy");
      }
      return handshake(patient, Connections.host(address), Connections.port(address));
    } catch (IOException e) {
      Exception cause = Connections.tlsFailure(e);
      if (cause == null) {
        throw e;
      }
      return Finding.failed("the handshake failed: " + cause.getMessage(), advice(cause));
    }
  }

  private static Finding handshake(Patient patient, String host, int port) throws IOException {
    SSLContext context = patient.machine().tls();
    SSLSocketFactory factory =
        context == null
            ? (SSLSocketFactory) SSLSocketFactory.getDefault()
            : context.getSocketFactory();
    try (Socket plain = Connections.open(patient, host, port);
        SSLSocket socket = (SSLSocket) factory.createSocket(plain, host, port, true)) {
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      SSLSession session = socket.getSession();
      Instant end = ((X509Certificate) session.getPeerCertificates()[0]).getNotAfter().toInstant();
      String seen = "%s; the certificate is valid until %s".formatted(session.getProtocol(), end);
      return end.isBefore(patient.machine().time().now().plus(SOON))
          ? Finding.warning(seen, "tell whoever runs the server to renew its certificate")
          : Finding.ok(seen);
    }
  }

  private static String advice(Exception cause) {
    String message = String.valueOf(cause.getMessage());
    if (cause instanceof CertificateExpiredException) {
      return "the server's certificate has expired, or this machine's clock is ahead";
    }
    if (cause instanceof CertificateNotYetValidException) {
      return "the server's certificate is not valid yet, or this machine's clock is behind";
    }
    if (message.contains("No subject alternative") || message.contains("No name matching")) {
      return "the certificate is of another host: check the address";
    }
    return "import the authority that signed the certificate into a trust store and name it with"
        + " -Djavax.net.ssl.trustStore; a proxy that reads TLS has an authority of its own";
  }
}
