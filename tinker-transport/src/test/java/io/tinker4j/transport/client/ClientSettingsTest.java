package io.tinker4j.transport.client;

import static io.tinker4j.transport.client.TestClient.INPUT;
import static io.tinker4j.transport.client.TestClient.OK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.transport.CallKind;
import io.tinker4j.transport.Headers;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.transport.internal.Environment;
import io.tinker4j.transport.jdk.EnvironmentTransports;
import io.tinker4j.types.wire.ClientConfigRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is set outside the program is looked at, and what servers are told about this client. */
@Timeout(60)
@Isolated("listens to the log")
class ClientSettingsTest {
  private static final Pattern VARIABLE =
      Pattern.compile("\\b(?:TINKER|CLOUDFLARE_ACCESS)_[A-Z_]*[A-Z]\\b");

  /** Those of the protocol's reference page; the others concern the Python client alone. */
  private static final Set<String> PROTOCOL =
      Set.of(
          "TINKER_API_KEY",
          "TINKER_BASE_URL",
          "TINKER_CREDENTIAL_CMD",
          "TINKER_PROJECT_ID",
          "TINKER_TAGS",
          "TINKER_TELEMETRY",
          "CLOUDFLARE_ACCESS_CLIENT_ID",
          "CLOUDFLARE_ACCESS_CLIENT_SECRET");

  /** Read by the command line's server, or said to have no effect. */
  private static final Set<String> NOT_THE_CLIENTS =
      Set.of(
          "TINKER_SERVER_API_KEY",
          "TINKER_HOME",
          "TINKER_JAVA_OPTS",
          "TINKER_STORE_PASSWORD",
          "TINKER_PROFILE",
          "TINKER_LOG",
          "TINKER_FEATURE_GATES",
          "TINKER_SUBPROCESS_SAMPLING");

  private final FakeTransport server = new FakeTransport().answer(200, OK);

  @Test
  void variables_thatAreDocumented_areRead() throws Exception {
    Set<String> asked = new ConcurrentSkipListSet<>();
    Environment environment =
        new Environment(
            name -> null,
            name -> {
              asked.add(name);
              return null;
            });

    EnvironmentTransports.in(environment).close();
    ApiClient.builder().environment(environment).apiKey("tml-test").build().close();
    ApiClient.builder().environment(environment).credentials(() -> "tml-x").build().close();
    try (ApiClient other = ApiClient.builder().environment(environment).apiKey("eyJ.x").build()) {
      assertThat(other.tags()).isEmpty();
    }
    assertThatThrownBy(() -> ApiClient.builder().environment(environment).build())
        .isInstanceOf(IllegalArgumentException.class);

    Set<String> named = new TreeSet<>(documented());
    named.addAll(PROTOCOL);
    named.removeAll(NOT_THE_CLIENTS);
    assertThat(named)
        .contains("TINKER_PROJECT_ID")
        .allSatisfy(name -> assertThat(asked).contains(name));
  }

  private static Set<String> documented() throws IOException {
    Set<String> names = new TreeSet<>();
    try (Stream<Path> docs = Files.walk(Path.of("../docs"))) {
      names.addAll(named(docs.filter(path -> path.toString().endsWith(".md")).toList()));
    }
    for (String module : List.of("tinker-transport", "tinker-training", "tinker-recovery")) {
      try (Stream<Path> sources = Files.walk(Path.of("../" + module + "/src/main/java"))) {
        names.addAll(named(sources.filter(path -> path.toString().endsWith(".java")).toList()));
      }
    }
    names.addAll(named(List.of(Path.of("../README.md"))));
    return names;
  }

  private static Set<String> named(List<Path> files) throws IOException {
    Set<String> names = new TreeSet<>();
    for (Path file : files) {
      names.addAll(
          VARIABLE
              .matcher(Files.readString(file))
              .results()
              .map(MatchResult::group)
              .collect(Collectors.toSet()));
    }
    return names;
  }

  private ApiClient client(Map<String, String> variables) {
    return TestClient.of(server, Time.system())
        .environment(TestClient.environment(variables))
        .build();
  }

  @Test
  void projectAndTags_setByTheEnvironment_areThoseOfTheClient() {
    try (ApiClient client =
        client(Map.of("TINKER_PROJECT_ID", "p-1", "TINKER_TAGS", "a, b,a,,c"))) {
      assertThat(client.projectId()).contains("p-1");
      assertThat(client.tags()).containsExactly("a", " b", "", "c");
    }
    try (ApiClient client = client(Map.of("TINKER_PROJECT_ID", "", "TINKER_TAGS", ""))) {
      assertThat(client.projectId()).isEmpty();
      assertThat(client.tags()).isEmpty();
    }
  }

  @Test
  void version_isTheReferenceClientsAndOursIsTheUserAgent() {
    try (ApiClient client = client(Map.of())) {
      client.call(TestClient.post(CallKind.TRAIN), INPUT);
      assertThat(client.sdkVersion()).isEqualTo("0.25.0");
    }
    Headers sent = server.requests.getLast().headers();
    assertThat(sent.first("X-Stainless-Package-Version")).contains("0.25.0");
    assertThat(sent.first("User-Agent")).contains("tinker4j/" + ApiClient.version());
  }

  @ParameterizedTest
  @CsvSource({"0.39.0, 0.26.0, 0.39.0", ", 0.26.0, 0.26.0", ", , 0.25.0"})
  void version_raised_isTold(String set, String variable, String told) {
    ApiClient.Builder builder =
        TestClient.of(server, Time.system())
            .environment(
                TestClient.environment(
                    variable == null ? Map.of() : Map.of("TINKER_SDK_VERSION", variable)));
    if (set != null) {
      builder.sdkVersion(set);
    }
    try (ApiClient client = builder.build()) {
      client.call(TestClient.post(CallKind.TRAIN), INPUT);
    }
    assertThat(server.requests.getLast().headers().first("X-Stainless-Package-Version"))
        .contains(told);
  }

  @Test
  void settings_thatAreNotKnown_areKeptAsText() {
    FakeTransport newer =
        new FakeTransport()
            .answer(
                200,
                "{\"pjwt_auth_enabled\":false,\"fwdbwd_max_chunk_len\":7,"
                    + "\"teleport\":true,\"limit_of_tomorrow\":12}");
    try (ApiClient client = TestClient.of(newer, Time.system()).build()) {
      Operations.Settings settings =
          client.call(
              Operations.CLIENT_SETTINGS,
              ClientConfigRequest.builder().sdkVersion("0.25.0").build());

      assertThat(settings.known().fwdbwdMaxChunkLen()).isEqualTo(7);
      assertThat(settings.unknown())
          .containsExactlyInAnyOrderEntriesOf(
              Map.of("teleport", "true", "limit_of_tomorrow", "12"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"https://user:hidden-word@host/path", "http://hidden-word@host", "https://:x@h"})
  void baseUrl_withAUser_isRefusedWithoutShowingIt(String url) {
    assertThatThrownBy(() -> TestClient.of(server, Time.system()).baseUrl(url).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("baseUrl")
        .hasMessageNotContaining("hidden-word");
  }

  @ParameterizedTest
  @CsvSource({
    "http://tinker.test, true",
    "http://10.0.0.7:8000, true",
    "http://127.evil.test, true",
    "https://tinker.test, false",
    "http://localhost:8000, false",
    "http://127.0.0.1:8000, false",
    "http://[::1]:8000, false"
  })
  void plainHttp_beyondThisMachine_isWarnedOfOnce(String url, boolean warned) {
    Logger logger = Logger.getLogger(ApiClient.class.getName());
    List<LogRecord> records = new CopyOnWriteArrayList<>();
    Handler handler = recording(records);
    logger.addHandler(handler);
    try (ApiClient client = TestClient.of(server, Time.system()).baseUrl(url).build()) {
      client.call(TestClient.post(CallKind.TRAIN), INPUT);
      client.call(TestClient.post(CallKind.TRAIN), INPUT);
    } finally {
      logger.removeHandler(handler);
    }
    assertThat(records)
        .filteredOn(each -> each.getLevel().equals(Level.WARNING))
        .hasSize(warned ? 1 : 0);
  }

  private static Handler recording(List<LogRecord> records) {
    return new Handler() {
      @Override
      public void publish(LogRecord logged) {
        records.add(logged);
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
  }
}
