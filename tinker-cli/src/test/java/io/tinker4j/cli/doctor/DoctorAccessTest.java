package io.tinker4j.cli.doctor;

import static io.tinker4j.cli.doctor.Examinations.all;
import static io.tinker4j.cli.doctor.Examinations.examine;
import static io.tinker4j.cli.doctor.Examinations.onlyFailure;
import static io.tinker4j.cli.doctor.Examinations.surroundings;
import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.cli.access.StoredCredentials;
import io.tinker4j.cli.access.Surroundings;
import io.tinker4j.cli.doctor.Finding.Result;
import io.tinker4j.testkit.EmbeddedTinkerServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Where the doctor takes address and key from, and what is wrong there. */
// readiness: R11
@Timeout(120)
class DoctorAccessTest {
  private static final EmbeddedTinkerServer SERVER =
      EmbeddedTinkerServer.builder().apiKey("tml-right").start();
  private static final String ADDRESS = SERVER.baseUrl().toString();
  private static final String AT_SERVER = "--base-url=" + ADDRESS;

  @TempDir private Path home;
  private Surroundings nothingSet;
  private Path config;

  @AfterAll
  static void stop() {
    SERVER.close();
  }

  @BeforeEach
  void prepare() {
    nothingSet = surroundings(Map.of(), home);
    config = home.resolve(".config").resolve("tinker").resolve("config.toml");
  }

  private void configure(String toml) throws Exception {
    Files.createDirectories(config.getParent());
    Files.writeString(config, toml);
  }

  private void configureProfile(String address, String key) throws Exception {
    configure(
        """
        [profiles.local]
        base_url = "%s"
        api_key = "%s"
        """
            .formatted(address, key));
  }

  private Path writeCredentials(String text) throws Exception {
    Path file = StoredCredentials.of(nothingSet).file();
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private static void assertWell(Map<Subject, Finding> found) {
    assertThat(all(found, Result.FAILED)).as(found.toString()).isEmpty();
    assertThat(found.get(Subject.ACCESS)).isEqualTo(Finding.ok("the server takes the key"));
  }

  @Test
  void profileOfTheOption_goesBeforeTheEnvironment() throws Exception {
    configureProfile(ADDRESS, "tml-right");
    Surroundings surroundings =
        surroundings(
            Map.of("TINKER_BASE_URL", "http://other.invalid", "TINKER_API_KEY", "tml-wrong"), home);

    var found = examine(surroundings, "--profile=local");

    assertWell(found);
    assertThat(found.get(Subject.CONFIG).seen()).isEqualTo("profile local, chosen by --profile");
    assertThat(found.get(Subject.ADDRESS).seen())
        .isEqualTo("%s (from profile local in %s)", ADDRESS, config);
    assertThat(found.get(Subject.KEY).seen())
        .isEqualTo("tml-*** of 9 characters (from profile local in %s)", config);
  }

  @Test
  void profileOfTheFile_isUsed_andRefusedWithItsName() throws Exception {
    configureProfile(ADDRESS, "tml-wrong");
    Files.writeString(config, "profile = \"local\"\n" + Files.readString(config));

    var found = examine(nothingSet);

    assertThat(onlyFailure(found, Subject.ACCESS))
        .startsWith(
            "the server refuses the key from profile local in %s with 401".formatted(config));
    assertThat(found.get(Subject.CONFIG).seen()).isEqualTo("profile local, chosen by %s", config);
    assertThat(found.toString()).doesNotContain("tml-wrong", "tml-right");
  }

  @Test
  void profileThatIsNotThere_isTheOneFailure() throws Exception {
    configureProfile(ADDRESS, "tml-right");

    var found = examine(nothingSet, "--profile=locale");

    assertThat(onlyFailure(found, Subject.CONFIG))
        .isEqualTo("--profile names the profile locale, which %s does not have", config);
    assertThat(found.get(Subject.CONFIG).advice()).isEqualTo("It has: local");
    assertThat(found.get(Subject.ADDRESS).seen()).isEqualTo("not looked at, as config failed");
    assertThat(found.get(Subject.KEY).result()).isEqualTo(Result.SKIPPED);
  }

  @Test
  void configThatIsNotToml_isTheOneFailure_andNotQuoted() throws Exception {
    configure("[profiles.local]\napi_key = tml-secret\n");

    var found = examine(nothingSet, AT_SERVER, "--api-key=tml-right");

    assertThat(onlyFailure(found, Subject.CONFIG)).isEqualTo("%s is not TOML in line 2", config);
    assertThat(found.get(Subject.CONFIG).advice()).startsWith("correct the file");
    assertThat(found.get(Subject.SERVER).seen()).isEqualTo("not looked at, as config failed");
    assertThat(found.toString()).doesNotContain("tml-secret");
  }

  @Test
  void configOfUnknownFields_isTheOneFailure() throws Exception {
    configure("[profiles.local]\nurl = \"http://127.0.0.1\"\n");

    assertThat(onlyFailure(examine(nothingSet), Subject.CONFIG))
        .startsWith(config + " has url in profile local; known there: base_url");
  }

  @Test
  void profileOfAMalformedAddressAndKey_isNamedWithBoth() throws Exception {
    configureProfile("tinker.example.com", "hunter2");

    var found = examine(nothingSet, "--profile=local");

    assertThat(all(found, Result.FAILED)).containsExactly(Subject.ADDRESS, Subject.KEY);
    assertThat(found.get(Subject.ADDRESS).seen())
        .contains("'tinker.example.com'", "(from profile local in " + config + ")");
    assertThat(found.get(Subject.KEY).seen())
        .startsWith("profile local in %s does not look like an API key".formatted(config));
    assertThat(found.toString()).doesNotContain("hunter2");
  }

  @Test
  void storedKey_isUsedAndNamed() throws Exception {
    StoredCredentials stored = StoredCredentials.of(nothingSet);
    stored.store("manual", "tml-right", "mine");
    configureProfile(ADDRESS, "tml-wrong");

    var found = examine(nothingSet, AT_SERVER);

    assertWell(found);
    assertThat(found.get(Subject.CONFIG).seen())
        .isEqualTo("no profile is in use; they are in %s", config);
    assertThat(found.get(Subject.KEY).seen())
        .isEqualTo("tml-*** of 9 characters (from %s)", stored.file());
  }

  @Test
  void credentialsThatAreNotJson_areTheOneFailure_andNotQuoted() throws Exception {
    Path file = writeCredentials("tml-secret");

    var found = examine(nothingSet, AT_SERVER);

    assertThat(onlyFailure(found, Subject.KEY))
        .isEqualTo("%s cannot be used: it is not JSON", file);
    assertThat(found.get(Subject.KEY).advice())
        .isEqualTo("Move it away, then log in again with `tinker auth login`.");
    assertThat(found.get(Subject.SERVER).result()).isEqualTo(Result.OK);
    assertThat(found.get(Subject.ACCESS).seen()).isEqualTo("not looked at, as key failed");
    assertThat(found.toString()).doesNotContain("tml-secret");
  }

  @Test
  void credentialsOfALaterVersion_areTheOneFailure_unlessAKeyIsGiven() throws Exception {
    Path file = writeCredentials("{\"version\": 999}");

    assertThat(onlyFailure(examine(nothingSet, AT_SERVER), Subject.KEY))
        .isEqualTo("%s cannot be used: it is not of version 1", file);
    assertWell(examine(nothingSet, AT_SERVER, "--api-key=tml-right"));
  }

  @Test
  void credentialsThatCannotBeRead_areTheOneFailure() throws Exception {
    Path file = StoredCredentials.of(nothingSet).file();
    Files.createDirectories(file);

    var found = examine(nothingSet, AT_SERVER);

    assertThat(onlyFailure(found, Subject.KEY)).contains(file.toString());
    assertThat(found.get(Subject.KEY).advice()).startsWith("make the file one");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void credentialCommand_isAskedOnce() throws Exception {
    Path asked = home.resolve("asked");
    String command = "echo x >> '%s'; echo tml-right".formatted(asked);
    var found = examine(surroundings(Map.of("TINKER_CREDENTIAL_CMD", command), home), AT_SERVER);

    assertThat(Files.readAllLines(asked)).hasSize(1);
    assertWell(found);
    assertThat(found.get(Subject.KEY).seen())
        .isEqualTo("tml-*** of 9 characters (from TINKER_CREDENTIAL_CMD)");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void credentialCommandThatFails_isTheOneFailure() throws Exception {
    var failing =
        examine(
            surroundings(Map.of("TINKER_CREDENTIAL_CMD", "echo locked >&2; exit 3"), home),
            AT_SERVER);
    var unsendable =
        examine(surroundings(Map.of("TINKER_CREDENTIAL_CMD", "echo clé"), home), AT_SERVER);

    assertThat(onlyFailure(failing, Subject.KEY))
        .isEqualTo(
            "the credential command ended with exit code 3: locked (from TINKER_CREDENTIAL_CMD)");
    assertThat(failing.get(Subject.ACCESS).seen()).isEqualTo("not looked at, as key failed");
    assertThat(onlyFailure(unsendable, Subject.KEY))
        .isEqualTo("what TINKER_CREDENTIAL_CMD prints has a character that no header can carry");
  }
}
