package io.tinker4j.transport.client;

import io.tinker4j.transport.ConnectionException;
import io.tinker4j.transport.internal.Url;

/**
 * What is said of attempts of one call that got no answer: what was lost, and what may be done.
 * Used by the call's thread.
 */
final class LostAnswers {
  private static final int MOST_MALFORMED = 3;

  private final CallContext context;
  private final PreparedRequest prepared;
  private final String address;
  private String malformed = "";
  private int sameMalformed;

  LostAnswers(CallContext context, PreparedRequest prepared) {
    this.context = context;
    this.prepared = prepared;
    this.address = Url.hostAndPort(prepared.uri());
  }

  /** Describes a failure of the transport; {@code soFar} says what the call has tried by then. */
  ConnectionException describe(Exception e, String soFar) {
    return switch (AttemptFailure.of(e)) {
      case UNKNOWN_HOST ->
          failure(
              "did not find the host of %s; check the base URL (TINKER_BASE_URL), the proxy and DNS."
                  .formatted(address),
              e,
              soFar,
              context.shared().reachability().isKnown(address));
      case UNTRUSTED ->
          failure(
              "does not trust the certificate of %s (%s); a transport with an SSLContext that trusts"
                      .formatted(address, masked(String.valueOf(e.getMessage())))
                  + " its issuer makes it so.",
              e,
              soFar,
              false);
      case MALFORMED -> malformed(e, soFar);
      case NOT_CONNECTED ->
          failure(
              "could not connect to %s; is the server running there?".formatted(address),
              e,
              soFar,
              true);
      case BROKEN ->
          failure("lost the connection (%s);".formatted(masked(e.toString())), e, soFar, true);
    };
  }

  /** A proxy's hiccup, unless it repeats. */
  private ConnectionException malformed(Exception e, String soFar) {
    String text = e.toString();
    sameMalformed = text.equals(malformed) ? sameMalformed + 1 : 1;
    malformed = text;
    return failure(
        "got an answer that cannot be read (%s);%s".formatted(masked(text), plainHint(text)),
        e,
        soFar,
        sameMalformed < MOST_MALFORMED);
  }

  /** The JDK knows plain HTTP where TLS should be, but says so to nobody who has not seen it. */
  private static String plainHint(String failure) {
    return failure.contains("plaintext connection")
        ? " it answers without TLS: use http:// in the base URL?"
        : "";
  }

  private ConnectionException failure(String what, Exception e, String soFar, boolean retryable) {
    return new ConnectionException(
        "%s %s %s".formatted(prepared, what, soFar), context.redaction().failure(e), retryable);
  }

  private String masked(String text) {
    return context.redaction().text(text);
  }
}
