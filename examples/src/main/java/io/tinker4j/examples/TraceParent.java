package io.tinker4j.examples;

import io.tinker4j.training.ServiceClient;
import io.tinker4j.transport.TinkerListener;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** Sends a W3C trace context with each attempt, as a tracing library would give it. */
public final class TraceParent implements TinkerListener {
  private final String traceId;

  private TraceParent(String traceId) {
    this.traceId = traceId;
  }

  /** Uses the server and the key that TINKER_BASE_URL and TINKER_API_KEY name. */
  public static void main(String[] args) {
    System.out.println(run(ServiceClient.builder(), "4bf92f3577b34da6a3ce929d0e0e4736"));
  }

  @Override
  public Optional<String> traceparent(TracedAttempt attempt) {
    String spanId = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    return Optional.of("00-" + traceId + "-" + spanId + "-01");
  }

  static int run(ServiceClient.Builder builder, String traceId) {
    try (ServiceClient service = builder.listener(new TraceParent(traceId)).build()) {
      return service.getServerCapabilities().supportedModels().size();
    }
  }
}
