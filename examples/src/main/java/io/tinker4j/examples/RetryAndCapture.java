package io.tinker4j.examples;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.testkit.fault.RequestMatcher;
import io.tinker4j.training.RestClient;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.transport.NotFoundException;
import io.tinker4j.transport.TinkerException;
import io.tinker4j.transport.TinkerListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Hears of retries, and catches what no retry helps against. */
public final class RetryAndCapture {
  private RetryAndCapture() {}

  /** The causes of the retries, and what was thrown in the end. */
  record Outcome(List<String> retried, NotFoundException captured) {}

  /** Runs on an embedded server, without a network. */
  public static void main(String[] args) {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start()) {
      System.out.println(run(server));
    }
  }

  static Outcome run(EmbeddedTinkerServer server) {
    server.setFaults(
        FaultScript.of(Fault.on(RequestMatcher.operation("training_runs")).times(2).answer(503)));
    List<String> retried = Collections.synchronizedList(new ArrayList<>());
    TinkerListener listener =
        new TinkerListener() {
          @Override
          public void retrying(TracedAttempt failed, Duration delay, TinkerException cause) {
            retried.add(failed.call().operation() + " " + failed.number());
          }
        };
    try (ServiceClient service =
        ServiceClient.builder()
            .baseUrl(server.baseUrl().toString())
            .apiKey("tml-example")
            .transport(server.transport())
            .listener(listener)
            .maxRetries(2)
            .build()) {
      RestClient rest = service.createRestClient();
      rest.runs().list(10, 0); // succeeds at the third attempt
      try {
        rest.runs().get("no-such-run");
      } catch (NotFoundException e) {
        return new Outcome(retried, e); // final at once: isRetryable() is false
      }
      throw new IllegalStateException("the server has a run of that name");
    }
  }
}
