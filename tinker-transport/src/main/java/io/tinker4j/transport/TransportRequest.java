package io.tinker4j.transport;

import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * One HTTP request, ready to be sent any number of times.
 *
 * <p>Immutable. {@link #toString()} shows neither query, body nor credentials.
 */
public final class TransportRequest {
  private final String method;
  private final URI uri;
  private final Headers headers;
  private final ByteBuffer body;
  private final CallKind kind;

  private TransportRequest(
      String method, URI uri, Headers headers, ByteBuffer body, CallKind kind) {
    this.method = method;
    this.uri = uri;
    this.headers = headers;
    this.body = body;
    this.kind = kind;
  }

  /**
   * Returns a request.
   *
   * @param method the HTTP method in upper case
   * @param uri an absolute URI
   * @param body the bytes between position and limit, empty for no body. They are not copied: do
   *     not change them afterwards
   */
  public static TransportRequest of(
      String method, URI uri, Headers headers, ByteBuffer body, CallKind kind) {
    return new TransportRequest(
        Objects.requireNonNull(method, "method"),
        Objects.requireNonNull(uri, "uri"),
        Objects.requireNonNull(headers, "headers"),
        body.asReadOnlyBuffer(),
        Objects.requireNonNull(kind, "kind"));
  }

  /**
   * Returns this request with another value of a header, the only one.
   *
   * @throws IllegalArgumentException when it is not a header's name or value
   */
  public TransportRequest withHeader(String name, String value) {
    Headers changed = headers.toBuilder().set(name, value).build();
    return new TransportRequest(method, uri, changed, body, kind);
  }

  /** Returns the HTTP method. */
  public String method() {
    return method;
  }

  /** Returns the absolute URI. */
  public URI uri() {
    return uri;
  }

  /** Returns the headers, among them credentials. */
  public Headers headers() {
    return headers;
  }

  /** Returns the size of the body in bytes, 0 if there is none. */
  public int bodyLength() {
    return body.remaining();
  }

  /** Returns a new read-only view of the body. */
  public ByteBuffer body() {
    return body.duplicate();
  }

  /** Returns a new stream over the body, from its start. */
  public InputStream bodyStream() {
    return new BufferStream(body.duplicate());
  }

  /** Returns what the request is for. */
  public CallKind kind() {
    return kind;
  }

  @Override
  public String toString() {
    String address = uri.getScheme() + "://" + uri.getRawAuthority() + uri.getRawPath();
    return method + " " + Redaction.byForm(address) + " (" + bodyLength() + " bytes)";
  }
}
