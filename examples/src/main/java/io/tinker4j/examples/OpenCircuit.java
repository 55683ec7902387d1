package io.tinker4j.examples;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.testkit.fault.RequestMatcher;
import io.tinker4j.testkit.time.ManualTime;
import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.CircuitOpenException;
import io.tinker4j.transport.client.ApiClient;
import java.time.Duration;

/** A circuit breaker spares a server that is down: calls fail at once until a probe succeeds. */
public final class OpenCircuit {
  private OpenCircuit() {}

  /** How many calls reached the broken server, when the next may go, and what it then got. */
  record Outcome(int reached, Duration retryAfter, String status) {}

  /** Runs on an embedded server in virtual time, without a network. */
  public static void main(String[] args) throws InterruptedException {
    System.out.println(run());
  }

  static Outcome run() throws InterruptedException {
    try (ManualTime time = ManualTime.autoAdvancing();
        EmbeddedTinkerServer server = EmbeddedTinkerServer.builder().time(time).start();
        ApiClient api =
            ApiClient.builder()
                .baseUrl(server.baseUrl().toString())
                .apiKey("tml-example")
                .transport(server.transport())
                .time(time)
                .maxRetries(0)
                .circuitBreaker(3, Duration.ofMinutes(1)) // default: 5 failures, 10 seconds
                .build()) {
      server.setFaults(FaultScript.of(Fault.on(RequestMatcher.any()).answer(503)));
      for (int reached = 0; ; reached++) {
        try {
          OwnEndpoint.call(api);
        } catch (CircuitOpenException e) { // not sent
          server.setFaults(FaultScript.none());
          Duration retryAfter = e.retryAfter().orElseThrow();
          time.advance(retryAfter);
          return new Outcome(reached, retryAfter, OwnEndpoint.call(api).status()); // the probe
        } catch (ApiStatusException e) { // the server's 503
          time.advance(Duration.ofSeconds(5));
        }
      }
    }
  }
}
