package io.tinker4j.verify.consumers;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The matrix as {@code docs/compatibility.md}. */
final class CompatibilityPage {
  private static final Pattern VERSION = Pattern.compile("-(\\d[\\w.-]*)\\.jar$");

  private CompatibilityPage() {}

  static String of(Map<Consumer, ConsumerBuild.Result> results) {
    String rows =
        results.entrySet().stream()
            .map(entry -> row(entry.getKey(), entry.getValue()))
            .collect(Collectors.joining());
    return """
    # Compatibility

    Beside what the SDK and its test server run. Each line is a Maven project that imports the named BOM before `tinker-bom`, or has the named parent or
    dependency, and changes no version: its tests train a step and sample over HTTP, and take a server and a clock by `@TinkerServer`. The versions are those found
    on its class path. Made by the build: `mvn verify -Pconsumers -pl tinker-verify -am -Dtest=ConsumerMatrixTest -Dsurefire.failIfNoSpecifiedTests=false -Ddocs.write=true`.

    | beside | Jackson 3 | jackson-annotations | protobuf | Jetty | JUnit | zstd-jni | result |
    |---|---|---|---|---|---|---|---|
    %s
    - **Java** from 21 on, **JUnit** from 5.11 on; a server as a parameter of a test's constructor from 5.12 on.
    - **Jackson 3** from 3.0 on with jackson-annotations from 2.19.2 on, as Spring Boot has them from 3.5.4 on; newer Jacksons need newer annotations: 3.1 needs 2.21.
      Where they do not fit, building a client or starting a test server fails and says which jar it found. The remedy is one dependency of your own:
      `com.fasterxml.jackson.core:jackson-annotations` in the version that the `tools.jackson.core:jackson-databind` on your class path was released with: 2.20 for 3.0, 2.21
      for 3.1, 2.22 for 3.2.
    - **Spring Boot 3.5.0 to 3.5.3** have an older one: name `com.fasterxml.jackson.core:jackson-annotations:2.20` among the dependencies that you manage, before the BOMs.
      **Quarkus 3.20** needs the same.
    - **protobuf** and **Jetty** may be there in any version or not at all: the SDK has its own reader and writer, and the test server brings what it needs of both under
      names of its own.
    """
        .formatted(rows);
  }

  private static String row(Consumer consumer, ConsumerBuild.Result result) {
    if (!result.passed()) {
      return "| %s | | | | | | | **fails** |\n".formatted(consumer.name());
    }
    String versions =
        result.lines().stream().map(CompatibilityPage::version).collect(Collectors.joining(" | "));
    return "| %s | %s | passes |\n".formatted(consumer.name(), versions);
  }

  private static String version(String jar) {
    Matcher version = VERSION.matcher(jar);
    return version.find() ? version.group(1) : jar;
  }

  /** The names of the consumers that a page has a line for, with how they went. */
  static List<String> outcomes(String page) {
    return page.lines()
        .filter(line -> line.endsWith("passes |") || line.endsWith("**fails** |"))
        .map(line ->
            line.split(" *\\| *", -1)[1] + (line.endsWith("passes |") ? " passes" : " fails"))
        .toList();
  }
}
