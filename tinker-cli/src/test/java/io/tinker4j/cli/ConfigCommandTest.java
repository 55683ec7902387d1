package io.tinker4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.cli.access.Surroundings;
import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.operation.JsonCodec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Profiles, and the command that shows where each setting comes from. */
@Timeout(60)
@Isolated("the command makes its log that of the process")
class ConfigCommandTest {
  private static final String FILE =
      """
      profile = "work"   # a comment

      [profiles.work]
      base_url = "https://tinker.example.com"
      api_key = "tml-of-the-file"
      project_id = "p-1"

      [profiles.local]
      base_url = "http://127.0.0.1:9"
      credential_command = "print-a-key"
      """;

  @TempDir private Path home;

  private final Map<String, String> variables = new HashMap<>();
  private final Map<String, String> properties = new HashMap<>();

  private Path file() {
    return home.resolve(".config").resolve("tinker").resolve("config.toml");
  }

  private void write(String toml) throws Exception {
    Files.createDirectories(file().getParent());
    Files.writeString(file(), toml);
  }

  private CommandRun run(String... args) {
    return CommandRun.in(
        new Surroundings(variables::get, properties::get, home), Time.system(), "", args);
  }

  /** The rows of {@code config show} as name, value and origin. */
  private Map<String, List<String>> show(String... options) {
    List<String> args = new ArrayList<>(List.of("-f", "json", "config", "show"));
    args.addAll(List.of(options));
    CommandRun run = run(args.toArray(String[]::new));
    assertThat(run.exitCode()).as(run.err()).isZero();
    SchemaCheck.document("config show", run.out());
    Map<String, List<String>> rows = new HashMap<>();
    Object settings = JsonCodec.readMap(run.out().getBytes(StandardCharsets.UTF_8)).get("settings");
    for (Object row : (List<?>) settings) {
      Map<?, ?> fields = (Map<?, ?>) row;
      rows.put(
          String.valueOf(fields.get("name")),
          List.of(String.valueOf(fields.get("value")), String.valueOf(fields.get("origin"))));
    }
    return rows;
  }

  @Test
  void nothingSet_isTheHostedServiceWithoutAKey() {
    Map<String, List<String>> rows = show();

    assertThat(rows.get("base_url").get(1)).isEqualTo("default");
    assertThat(rows.get("api_key")).containsExactly("null", "null");
    assertThat(run("config", "show").out()).contains("Profiles: none; they would be in " + file());
  }

  @Test
  void everyPlace_goesBeforeThoseBehindIt() throws Exception {
    write(FILE);
    String profile = "profile work in " + file();
    assertThat(show())
        .containsEntry("profile", List.of("work", file().toString()))
        .containsEntry("base_url", List.of("https://tinker.example.com", profile))
        .containsEntry("api_key", List.of("***", profile))
        .containsEntry("project_id", List.of("p-1", profile));

    variables.putAll(
        Map.of("TINKER_BASE_URL", "https://variable.example.com", "TINKER_API_KEY", "tml-v"));
    assertThat(show())
        .containsEntry("base_url", List.of("https://variable.example.com", "TINKER_BASE_URL"))
        .containsEntry("api_key", List.of("***", "TINKER_API_KEY"));

    properties.put("tinker.baseUrl", "https://property.example.com");
    assertThat(show())
        .containsEntry("base_url", List.of("https://property.example.com", "tinker.baseUrl"));

    String local = "profile local in " + file();
    assertThat(show("--profile", "local"))
        .containsEntry("profile", List.of("local", "--profile"))
        .containsEntry("base_url", List.of("http://127.0.0.1:9", local))
        .containsEntry("api_key", List.of("null", "null"))
        .containsEntry("credential_command", List.of("print-a-key", local));

    assertThat(show("--profile", "local", "--base-url", "http://127.0.0.1:8"))
        .containsEntry("base_url", List.of("http://127.0.0.1:8", "--base-url"));
  }

  @Test
  void variable_choosesAProfile_thatIsBehindOtherVariables() throws Exception {
    write(FILE);
    variables.putAll(
        Map.of("TINKER_PROFILE", "local", "TINKER_API_KEY", "tml-v", "XDG_CONFIG_HOME", ""));

    assertThat(show())
        .containsEntry("profile", List.of("local", "TINKER_PROFILE"))
        .containsEntry("base_url", List.of("http://127.0.0.1:9", "profile local in " + file()))
        .containsEntry("api_key", List.of("***", "TINKER_API_KEY"));
  }

  @Test
  void table_showsNoKey() throws Exception {
    write(FILE);
    variables.put("TINKER_PROXY", "http://user:secret@proxy.example.com:3128");

    CommandRun run = run("config", "show");

    assertThat(run.out())
        .contains("Setting", "base_url", "Profiles in " + file() + ": work, local")
        .doesNotContain("tml-of-the-file", "secret");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          'profile = '|is not TOML in line 1
          '[profiles.a]\nbase_url = 3'|has no text for base_url in profile a
          '[profiles.a]\nurl = "x"'|has url in profile a; known there: base_url, api_key, credential_command, project_id
          'url = "x"'|has url outside of a profile; known there: profile, profiles
          'profiles = "x"'|has profiles that is no table
          '[profiles]\na = "x"'|has profiles.a that is no table
          'profile = "b"\n[profiles.a]\nbase_url = "x"'|names the profile b
          """)
  void fileThatIsWrong_isNamedWithWhatIsWrong(String toml, String message) throws Exception {
    write(toml.replace("\\n", "\n"));

    CommandRun run = run("config", "show");

    assertThat(run.exitCode()).isOne();
    assertThat(run.err()).contains(message, file().toString());
  }

  @Test
  void profileThatIsNotThere_isAnErrorWithThoseThatAre() throws Exception {
    write(FILE);

    CommandRun run = run("run", "list", "--profile", "home");

    assertThat(run.exitCode()).isOne();
    assertThat(run.err()).contains("--profile names the profile home", "work, local");
  }

  @Test
  void brokenFile_isNotQuoted() throws Exception {
    write("[profiles.a]\napi_key = \"tml-secret\" oops\n");

    CommandRun run = run("config", "show", "--verbose");

    assertThat(run.err()).contains("line 2").doesNotContain("tml-secret");
  }

  @Test
  void commands_askTheServerOfTheProfile() throws Exception {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.builder().apiKey("tml-right").start()) {
      write(
          """
          [profiles.here]
          base_url = "%s"
          api_key = "tml-right"
          """
              .formatted(server.baseUrl()));
      variables.put("TINKER_API_KEY", "tml-wrong");

      assertThat(run("run", "list", "--profile", "here").exitCode()).isZero();
      variables.put("TINKER_PROFILE", "here");
      assertThat(run("run", "list").exitCode()).isOne();
    }
  }
}
