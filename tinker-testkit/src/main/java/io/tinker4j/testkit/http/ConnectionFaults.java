package io.tinker4j.testkit.http;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Connections that break on purpose. */
final class ConnectionFaults {
  private static final Logger LOG = System.getLogger(ConnectionFaults.class.getName());

  private ConnectionFaults() {}

  /** Sends a part of a body whose length was announced, then resets the connection. */
  static void cut(Request request, Response response, byte[] body, Callback callback) {
    ByteBuffer half = ByteBuffer.wrap(body, 0, body.length / 2);
    response.write(
        false,
        half,
        Callback.from(
            () -> drop(request, callback),
            failure -> {
              callback.failed(failure);
            }));
  }

  /** Closes the connection after an answer. */
  static void close(Request request, Callback callback) {
    EndPoint endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
    callback.succeeded();
    endPoint.close();
  }

  /** Resets the connection, with all requests on it. */
  static void drop(Request request, Callback callback) {
    EndPoint endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
    IOException reason = new IOException("the connection is broken by a fault");
    if (endPoint.getTransport() instanceof SocketChannel channel) {
      try {
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
      } catch (IOException e) {
        // It is closed in the ordinary way then, which breaks it all the same.
        LOG.log(Level.DEBUG, "no reset", e);
      }
    }
    endPoint.close(reason);
    callback.failed(reason);
  }
}
