package io.tinker4j.examples;

import io.tinker4j.training.ServiceClient;
import io.tinker4j.transport.Transport;
import io.tinker4j.transport.jdk.JdkTransport;

/** Sends everything through an HTTP proxy that asks for a password. */
public final class ThroughProxy {
  private ThroughProxy() {}

  /** Uses the server and the key that TINKER_BASE_URL and TINKER_API_KEY name, and one proxy. */
  public static void main(String[] args) {
    System.out.println(run(ServiceClient.builder(), args[0]));
  }

  static int run(ServiceClient.Builder builder, String proxy) {
    try (Transport transport = JdkTransport.builder().proxy(proxy).build(); // http://user:pw@host
        ServiceClient service = builder.transport(transport).build()) {
      return service.getServerCapabilities().supportedModels().size();
    }
  }
}
