package io.tinker4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.transport.operation.JsonCodec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** The commands {@code auth login}, {@code auth logout} and {@code auth status}. */
@Timeout(60)
@Isolated("the command makes its log that of the process")
class AuthCommandTest {
  private static final EmbeddedTinkerServer SERVER =
      EmbeddedTinkerServer.builder().apiKey("tml-right").start();

  @TempDir private Path home;

  @AfterAll
  static void stop() {
    SERVER.close();
  }

  private CommandRun auth(String typed, String... args) {
    return CommandRun.with(
        Map.of("TINKER_BASE_URL", SERVER.baseUrl().toString()), home, typed, args);
  }

  private Path file() {
    return home.resolve(".tinker").resolve("credentials.json");
  }

  @Test
  void login_writesTheFileThatThePythonSdkReads() throws Exception {
    CommandRun run = auth("tml-right\n", "auth", "login", "--api-key");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).isEqualToIgnoringNewLines("Successfully set API key");
    assertThat(JsonCodec.readMap(Files.readAllBytes(file())))
        .isEqualTo(
            Map.of(
                "version",
                1,
                "default",
                "manual",
                "keys",
                Map.of(
                    "manual",
                    Map.of(
                        "type", "manual", "key", "tml-right", "name", "Manually added api key"))));
    if (file().getFileSystem().supportedFileAttributeViews().contains("posix")) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
          .isEqualTo("rw-------");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file().getParent())))
          .isEqualTo("rwx------");
    }
    assertThat(Files.list(file().getParent())).containsExactly(file());
  }

  @Test
  void login_twice_saysThatItIsDone() {
    assertThat(auth("tml-right\n", "auth", "login").exitCode()).isZero();

    CommandRun again = auth("tml-other\n", "auth", "login");

    assertThat(again.exitCode()).isOne();
    assertThat(again.err())
        .isEqualToIgnoringNewLines(
            "Error: Already logged inRun 'tinker auth logout' before logging in again.");
  }

  @Test
  void login_whatIsNoKey_isRefusedAndNotShown() {
    CommandRun empty = auth("\n", "auth", "login");
    CommandRun wrong = auth("a-password\n", "auth", "login");

    assertThat(empty.err()).startsWith("Error: The API key must not be empty");
    assertThat(wrong.exitCode()).isOne();
    assertThat(wrong.err()).contains("does not look like an API key").doesNotContain("password");
    assertThat(file()).doesNotExist();
  }

  @Test
  void status_ofAStoredKey_asksTheServer() {
    auth("tml-right\n", "auth", "login");

    CommandRun run = auth("", "auth", "status");
    CommandRun json = auth("", "-f", "json", "auth", "status");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out().lines())
        .containsExactly(
            "Credentials available: yes",
            "Credentials from: " + file(),
            "Server: " + SERVER.baseUrl(),
            "Tinker accessible: yes");
    assertThat(json.out())
        .isEqualToIgnoringNewLines(
            """
            {
              "credentials_available": true,
              "credentials_origin": "%s",
              "base_url": "%s",
              "accessible": true
            }
            """
                .formatted(file().toString().replace("\\", "\\\\"), SERVER.baseUrl()));
  }

  @Test
  void status_variable_goesBeforeTheFile() {
    auth("tml-right\n", "auth", "login");

    CommandRun run =
        CommandRun.with(
            Map.of("TINKER_BASE_URL", SERVER.baseUrl().toString(), "TINKER_API_KEY", "tml-wrong"),
            home,
            "",
            "auth",
            "status");

    assertThat(run.exitCode()).isOne();
    assertThat(run.out()).contains("Credentials from: TINKER_API_KEY", "Tinker accessible: no");
    assertThat(run.err()).startsWith("Error: Authentication failed");
    assertThat(run.out() + run.err()).doesNotContain("tml-wrong", "tml-right");
  }

  @Test
  void status_credentialCommand_isAsked() {
    CommandRun run =
        CommandRun.with(
            Map.of(
                "TINKER_BASE_URL",
                SERVER.baseUrl().toString(),
                "TINKER_CREDENTIAL_CMD",
                "echo tml-right"),
            home,
            "",
            "auth",
            "status");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).contains("Credentials from: TINKER_CREDENTIAL_CMD");
  }

  @Test
  void status_nothingSet_endsWithOne() {
    CommandRun run = auth("", "auth", "status");

    assertThat(run.exitCode()).isOne();
    assertThat(run.out()).isEqualToIgnoringNewLines("Credentials available: no");
    assertThat(run.err()).startsWith("Error: No Tinker credentials are available");
  }

  @Test
  void logout_removesTheDefaultAndKeepsTheOthers() throws Exception {
    Files.createDirectories(file().getParent());
    Files.writeString(
        file(),
        """
        {"version": 1, "default": "gen", "later": {"a": 1}, "keys": {
          "gen": {"type": "generated", "key": "tml-gen", "name": "laptop",
                  "details": {"org_details": {"name": "Acme"},
                              "user_details": {"email": "user@acme.test"}}},
          "work": {"type": "manual", "key": "tml-work", "name": "work", "note": "a note"}}}
        """);

    CommandRun run = auth("", "auth", "logout");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .isEqualToIgnoringNewLines("Removed credential 'laptop'. The API key is still active.");
    assertThat(JsonCodec.readMap(Files.readAllBytes(file())))
        .containsEntry("default", null)
        .containsEntry("later", Map.of("a", 1))
        .containsEntry(
            "keys",
            Map.of(
                "work",
                Map.of("type", "manual", "key", "tml-work", "name", "work", "note", "a note")));
    assertThat(auth("", "auth", "logout").err()).startsWith("Error: No default credential");
  }

  @Test
  void file_thatIsNoneOfThese_isNotQuoted() throws Exception {
    Files.createDirectories(file().getParent());
    Files.writeString(file(), "tml-secret");

    CommandRun run = auth("", "auth", "status");

    assertThat(run.exitCode()).isOne();
    assertThat(run.err()).contains(file() + " cannot be used").doesNotContain("tml-secret");
    Files.writeString(file(), "{\"version\": 999}");
    assertThat(auth("", "auth", "status").err()).contains("it is not of version 1");
  }
}
