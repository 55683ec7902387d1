package io.tinker4j.cli.doctor;

import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.internal.Environment;

/** What runs here. */
final class VersionsCheck implements Check {
  @Override
  public Subject subject() {
    return Subject.VERSIONS;
  }

  @Override
  public Finding look(Patient patient) {
    Environment environment = patient.environment();
    return Finding.ok(
        "tinker %s, as client %s; Java %s (%s); %s %s"
            .formatted(
                ApiClient.version(),
                environment.sdkVersion().orElse(ApiClient.SDK_VERSION),
                environment.property("java.version", "unknown"),
                environment.property("java.vendor", "unknown"),
                environment.property("os.name", "unknown"),
                environment.property("os.arch", "")));
  }
}
