package io.tinker4j.testkit;

import io.tinker4j.testkit.http.Delivery;
import io.tinker4j.testkit.http.OpenCalls;
import io.tinker4j.transport.Transport;
import io.tinker4j.transport.TransportRequest;
import io.tinker4j.transport.TransportResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Hands requests to a server of the same process, also across its restarts. */
final class LocalTransport implements Transport {
  private static final String CLOSED = "the transport is closed";

  private final ServerHost host;
  private final OpenCalls open = new OpenCalls();
  private volatile boolean closed;

  LocalTransport(ServerHost host) {
    this.host = host;
  }

  @Override
  public TransportResponse send(TransportRequest request) throws IOException, InterruptedException {
    if (closed) {
      throw new IOException(CLOSED);
    }
    URI uri = request.uri();
    URI server = host.baseUrl();
    if (!server.getScheme().equals(uri.getScheme())
        || !server.getAuthority().equals(uri.getAuthority())) {
      throw new ConnectException(
          "this transport reaches " + server + " only, not " + uri.getAuthority());
    }
    CompletableFuture<Delivery> answer = host.running().local().accept(request);
    open.add(answer);
    if (closed) {
      // Since it was looked at above; this call was perhaps not among those that were ended.
      open.end(CLOSED);
    }
    try {
      return response(answer.get());
    } catch (ExecutionException e) {
      throw new SocketException("no answer: " + e.getCause(), e);
    }
  }

  private static TransportResponse response(Delivery delivery) throws IOException {
    byte[] body = delivery.answer().body();
    if (delivery.manner() == Delivery.Manner.DROPPED) {
      throw brokenByFault();
    }
    InputStream stream = new ByteArrayInputStream(body);
    if (delivery.manner() == Delivery.Manner.CUT) {
      InputStream half = new ByteArrayInputStream(body, 0, body.length / 2);
      stream = new SequenceInputStream(half, new BrokenStream());
    }
    return TransportResponse.of(delivery.answer().status(), delivery.allHeaders(), stream);
  }

  private static IOException brokenByFault() {
    return new SocketException("connection reset by a fault");
  }

  /** Calls that are under way end without an answer. */
  @Override
  public void close() {
    closed = true;
    open.end(CLOSED);
  }

  /** Where the connection breaks. */
  private static final class BrokenStream extends InputStream {
    @Override
    public int read() throws IOException {
      throw brokenByFault();
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      throw brokenByFault();
    }
  }
}
