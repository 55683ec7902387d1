package io.tinker4j.examples;

import io.tinker4j.health.HealthEndpoint;
import io.tinker4j.training.Health;
import io.tinker4j.training.ServiceClient;
import java.io.IOException;

/** Probes for an orchestrator and metrics for Prometheus: /healthz, /readyz, /metrics. */
public final class HealthProbe {
  private HealthProbe() {}

  /** Uses the server and the key that TINKER_BASE_URL and TINKER_API_KEY name. */
  public static void main(String[] args) throws IOException {
    try (ServiceClient service = ServiceClient.create();
        HealthEndpoint endpoint = run(service)) {
      System.out.println("probes at " + endpoint.address() + "; Enter ends");
      int unused = System.in.read();
    }
  }

  static HealthEndpoint run(ServiceClient service) throws IOException {
    Health health = service.health(); // what a doctor would ask: service, session, circuits …
    for (Health.Component each : health.components()) {
      System.out.println(each.name() + ": " + each.status() + ", " + each.detail());
    }
    return HealthEndpoint.start(service, 0); // a free port of the loopback interface
  }
}
