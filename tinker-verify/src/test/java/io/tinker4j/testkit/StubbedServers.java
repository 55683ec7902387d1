package io.tinker4j.testkit;

import org.jspecify.annotations.NullMarked;

/** Servers that compute nothing, for tests of what is around it. */
@NullMarked
public final class StubbedServers {
  private StubbedServers() {}

  public static EmbeddedTinkerServer.Builder builder() {
    return EmbeddedTinkerServer.builder().stubbed();
  }
}
