package io.tinker4j.examples;

import io.tinker4j.training.ServiceClient;
import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Shows the SDK's DEBUG messages where java.util.logging is behind System.Logger. */
public final class LoggingSetup {
  private static final Logger SDK = Logger.getLogger("io.tinker4j"); // keeps the level alive

  private LoggingSetup() {}

  /** Uses the server and the key that TINKER_BASE_URL and TINKER_API_KEY name. */
  public static void main(String[] args) {
    Handler console = new ConsoleHandler();
    run(ServiceClient.builder(), console);
  }

  static void run(ServiceClient.Builder builder, Handler handler) {
    SDK.setLevel(Level.FINE); // what System.Logger calls DEBUG
    handler.setLevel(Level.FINE);
    SDK.addHandler(handler);
    try (ServiceClient service = builder.build()) {
      service.getServerCapabilities();
    } finally {
      SDK.removeHandler(handler);
      SDK.setLevel(null);
    }
  }
}
