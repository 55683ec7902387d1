package io.tinker4j.testkit.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SelectableChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * A connector that leaves no connection open. Jetty forgets one that it has accepted and not yet
 * registered when it stops; its client would wait for ever.
 */
final class ClosingConnector extends ServerConnector {
  private final Set<SelectableChannel> accepted = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * Makes a connector whose selector accepts, without a thread that blocks in that: Jetty would
   * interrupt it, and the JDK loses a connection that such a thread has just accepted.
   */
  ClosingConnector(Server server, ConnectionFactory... factories) {
    super(server, 0, 1, factories);
  }

  @Override
  protected SelectorManager newSelectorManager(
      Executor executor, Scheduler scheduler, int selectors) {
    return new ServerConnectorManager(executor, scheduler, selectors) {
      @Override
      public void accept(SelectableChannel channel, Object attachment) {
        accepted.removeIf(former -> !former.isOpen());
        accepted.add(channel);
        if (closed) {
          closeAccepted();
        } else {
          super.accept(channel, attachment);
        }
      }
    };
  }

  /** Closes what is still open; to be called when Jetty has stopped. */
  void closeAccepted() {
    closed = true;
    for (SelectableChannel channel : accepted) {
      try {
        channel.close();
      } catch (IOException e) {
        throw new UncheckedIOException("a connection cannot be closed", e);
      }
    }
  }
}
