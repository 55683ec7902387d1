package io.tinker4j.transport.jdk;

import io.tinker4j.transport.internal.Environment;

/** Makes transports in an environment of a test's own. */
public final class EnvironmentTransports {
  private EnvironmentTransports() {}

  /** Returns a transport as that environment sets it. */
  public static JdkTransport in(Environment environment) {
    return JdkTransport.builder().environment(environment).build();
  }
}
