package io.tinker4j.transport;

import java.io.IOException;

/**
 * Sends one HTTP request and returns the answer: the place to plug in another HTTP client, or to
 * wrap one with recording, faults or headers of your own.
 *
 * <p>What an implementation must do:
 *
 * <ul>
 *   <li>Send method, URI, headers and body exactly as given. The body is opaque; it may be read
 *       more than once.
 *   <li>Return when the status and headers are there; the body is streamed from then on.
 *   <li>Treat every status as an answer, also 400 and above. Never follow a redirect, never retry:
 *       the caller does both, and a redirect would carry the API key to another host.
 *   <li>Decode no body: hand out the bytes that arrived.
 *   <li>Throw {@link IOException} when there is no answer; {@link java.net.ConnectException} when
 *       no connection was made, so that nothing can have reached the server. An {@link
 *       java.net.UnknownHostException} or a {@link java.security.cert.CertificateException} that it
 *       is or was caused by makes it final.
 *   <li>Stop promptly when the thread is interrupted, in {@link #send} with {@link
 *       InterruptedException}, while the body is read with any {@link IOException} and the
 *       interrupt flag set. Deadlines work through this.
 *   <li>Be safe for use by many threads at once, and keep {@linkplain TransportRequest#kind kinds}
 *       of calls apart where connections are scarce.
 * </ul>
 *
 * {@snippet :
 * Transport counting = new Transport() {
 *   @Override public TransportResponse send(TransportRequest request)
 *       throws IOException, InterruptedException {
 *     requests.increment();
 *     return inner.send(request);
 *   }
 *   @Override public void close() {
 *     inner.close();
 *   }
 * };
 * }
 */
public interface Transport extends AutoCloseable {
  /**
   * Sends a request and waits for status and headers of the answer. Blocks.
   *
   * @return the answer, which the caller must close
   * @throws IOException if there is no answer
   * @throws InterruptedException if the thread was interrupted
   */
  TransportResponse send(TransportRequest request) throws IOException, InterruptedException;

  /**
   * Gives up all connections. Calling it again does nothing. Whoever made the transport calls it.
   */
  @Override
  void close();
}
