package io.tinker4j.cli.doctor;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.util.List;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Plain connections, and what it means when there is none. */
final class Connections {
  private static final int DEEPEST = 10;

  private Connections() {}

  /** Returns a socket to the first address of a host that takes it. */
  static Socket open(Patient patient, String host, int port) throws IOException {
    List<InetAddress> addresses = patient.machine().lookup().addresses(host);
    int millis =
        Math.toIntExact(Math.max(1, patient.request().limit().toMillis() / (addresses.size() + 1)));
    IOException last = new UnknownHostException(host);
    for (InetAddress address : addresses) {
      Socket socket = new Socket();
      try {
        socket.connect(new InetSocketAddress(address, port), millis);
        socket.setSoTimeout(millis);
        return socket;
      } catch (IOException e) {
        socket.close();
        last = e;
      }
    }
    throw last;
  }

  static int port(URI address) {
    int port = address.getPort();
    return port >= 0 ? port : "https".equals(address.getScheme()) ? 443 : 80;
  }

  /** Returns the host for a lookup, an IPv6 address without its brackets. */
  static String host(URI address) {
    return address.getHost().replaceAll("^\\[|]$", "");
  }

  /** Says in a few words why there was no connection or no answer. */
  static String reason(IOException failure) {
    return switch (failure) {
      case UnknownHostException e -> "the name is not known";
      case ConnectException e when String.valueOf(e.getMessage()).contains("refused") ->
          "nothing listens there (connection refused)";
      case SocketTimeoutException e -> "no answer in time";
      default -> failure.getClass().getSimpleName() + ": " + failure.getMessage();
    };
  }

  /** Returns what TLS was not content with; null when it was not TLS that failed. */
  static @Nullable Exception tlsFailure(Throwable failure) {
    @Nullable Exception found = null;
    @Nullable Throwable each = failure;
    for (int depth = 0; each != null && depth < DEEPEST; depth++) {
      if (each instanceof CertificateException || each instanceof SSLException) {
        found = (Exception) each;
      }
      each = each.getCause();
    }
    return found;
  }
}
