package io.tinker4j.training;

import io.tinker4j.transport.client.ApiClient;

/** REST clients without a service client, for tests in other packages. */
public final class RestClients {
  private RestClients() {}

  /** Returns a client that asks by these calls. */
  public static RestClient of(ApiClient api) {
    return new RestClient(api);
  }
}
