package io.tinker4j.transport.client;

import io.tinker4j.transport.Headers;
import io.tinker4j.transport.internal.Environment;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The headers that every call of a client carries. */
final class ClientHeaders {
  private ClientHeaders() {}

  static Headers of(Environment environment, String sdkVersion, Headers defaults) {
    Headers.Builder headers =
        Headers.builder()
            .set("User-Agent", "tinker4j/" + version())
            .set("X-Stainless-Package-Version", sdkVersion)
            .set("X-Stainless-OS", os(environment.property("os.name", "")))
            .set("X-Stainless-Arch", arch(environment.property("os.arch", "")))
            .set("X-Stainless-Runtime", "JVM")
            .set("X-Stainless-Runtime-Version", environment.property("java.version", "unknown"))
            .set("X-Stainless-Async", "false");
    environment.cloudflareClientId().ifPresent(id -> headers.set("CF-Access-Client-Id", id));
    environment
        .cloudflareClientSecret()
        .ifPresent(secret -> headers.set("CF-Access-Client-Secret", secret));
    return headers.setAll(defaults).build();
  }

  /** The version in the jar's manifest; classes that are not in a jar have none. */
  static String version() {
    @Nullable String version = ClientHeaders.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  private static String os(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (lower.contains("mac")) {
      return "MacOS";
    }
    if (lower.contains("windows")) {
      return "Windows";
    }
    if (lower.contains("linux")) {
      return "Linux";
    }
    return name.isEmpty() ? "Unknown" : "Other:" + lower;
  }

  private static String arch(String name) {
    return switch (name) {
      case "amd64", "x86_64" -> "x64";
      case "x86", "i386" -> "x32";
      case "aarch64" -> "arm64";
      case "arm" -> "arm";
      case "" -> "unknown";
      default -> "other:" + name;
    };
  }
}
