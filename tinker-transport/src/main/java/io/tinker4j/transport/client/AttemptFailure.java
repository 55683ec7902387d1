package io.tinker4j.transport.client;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdIOException;
import java.io.EOFException;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertificateException;
import java.util.function.Predicate;
import java.util.zip.ZipException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;

/** Why an attempt got no complete answer, as far as it tells whether another one may get it. */
enum AttemptFailure {
  /** The name of the host, or of the proxy, leads to no address. */
  UNKNOWN_HOST,
  /** The server's certificate is not trusted, or is another host's. */
  UNTRUSTED,
  /** What came back is not what was asked for: no HTTP, no TLS, not the encoding that it says. */
  MALFORMED,
  /** No connection was made, so that nothing can have reached the server. */
  NOT_CONNECTED,
  /** The connection broke. */
  BROKEN;

  /** Exceptions of the JDK's client are wrapped, some several times. */
  private static final int DEEPEST = 16;

  static AttemptFailure of(Throwable failure) {
    if (has(failure, AttemptFailure::isUnresolved)) {
      return UNKNOWN_HOST;
    }
    if (has(failure, AttemptFailure::isDistrust)) {
      return UNTRUSTED;
    }
    boolean cut = has(failure, each -> each instanceof EOFException || isBroken(each));
    if (!cut && has(failure, AttemptFailure::isMalformed)) {
      return MALFORMED;
    }
    return failure instanceof ConnectException ? NOT_CONNECTED : BROKEN;
  }

  /** Whether nothing of the request can have reached the server. */
  boolean isBeforeSending() {
    return switch (this) {
      case UNKNOWN_HOST, UNTRUSTED, NOT_CONNECTED -> true;
      case MALFORMED, BROKEN -> false;
    };
  }

  private static boolean has(Throwable failure, Predicate<Throwable> kind) {
    Throwable each = failure;
    for (int depth = 0; each != null && depth < DEEPEST; depth++) {
      if (kind.test(each)) {
        return true;
      }
      each = each.getCause();
    }
    return false;
  }

  private static boolean isUnresolved(Throwable failure) {
    return failure instanceof UnresolvedAddressException || failure instanceof UnknownHostException;
  }

  private static boolean isDistrust(Throwable failure) {
    return failure instanceof CertificateException || failure instanceof SSLPeerUnverifiedException;
  }

  private static boolean isBroken(Throwable failure) {
    return failure instanceof SocketException && !(failure instanceof ConnectException);
  }

  private static boolean isMalformed(Throwable failure) {
    return switch (failure) {
      case ProtocolException e -> true;
      case SSLException e -> true;
      case ZipException e -> true;
      case ZstdIOException e -> e.getErrorCode() != Zstd.errSrcSizeWrong();
      default -> false;
    };
  }
}
