package io.tinker4j.transport;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/**
 * The answer to a {@link TransportRequest}. You must close it: until then it holds a connection.
 *
 * <p>Status and headers may be read by any thread, the body by one.
 */
public final class TransportResponse implements AutoCloseable {
  private final int status;
  private final Headers headers;
  private final InputStream body;

  private TransportResponse(int status, Headers headers, InputStream body) {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }

  /**
   * Returns an answer.
   *
   * @param body the bytes as they arrive; closed together with the answer
   */
  public static TransportResponse of(int status, Headers headers, InputStream body) {
    return new TransportResponse(
        status, Objects.requireNonNull(headers, "headers"), Objects.requireNonNull(body, "body"));
  }

  /** Returns the HTTP status code. */
  public int status() {
    return status;
  }

  /** Returns the headers. */
  public Headers headers() {
    return headers;
  }

  /** Returns the body. Reading it blocks, and stops when the thread is interrupted. */
  public InputStream body() {
    return body;
  }

  /** Closes the body and so releases the connection. Calling it again does nothing. */
  @Override
  public void close() {
    try {
      body.close();
    } catch (IOException e) {
      // Whoever closes is done with the body; that its connection broke meanwhile is no news.
    }
  }

  @Override
  public String toString() {
    return "HTTP " + status + " " + headers;
  }
}
