package io.tinker4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.cli.output.JsonText;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** {@code tinker doctor} as one of the commands. */
@Isolated("the command makes its log that of the process")
class DoctorTest {
  @Test
  void doctor_takesTheFormatOfTheCommand() throws JsonText.SyntaxException {
    CommandRun run =
        CommandRun.of("-f", "json", "doctor", "--base-url=nonsense", "--api-key=tml-secret");

    assertThat(run.exitCode()).isOne();
    SchemaCheck.document("doctor", run.out());
    Map<String, Object> result = JsonText.readObject(run.out());
    assertThat(result).containsEntry("well", false);
    assertThat((List<?>) result.get("checks")).isNotEmpty();
    assertThat(run.out() + run.err()).doesNotContain("tml-secret");
  }

  @Test
  void doctor_looksIntoTheSurroundingsOfTheCommand(@TempDir Path home) throws Exception {
    Path config = home.resolve(".config").resolve("tinker").resolve("config.toml");
    Files.createDirectories(config.getParent());
    Files.writeString(config, "[profiles.local]\nbase_url = \"nonsense\"\n");

    CommandRun known = CommandRun.with(Map.of(), home, "", "doctor", "--profile=local");
    CommandRun unknown = CommandRun.with(Map.of("TINKER_PROFILE", "lost"), home, "", "doctor");

    assertThat(known.exitCode()).isOne();
    assertThat(known.out()).contains("(from profile local in " + config + ")");
    assertThat(unknown.exitCode()).isOne();
    assertThat(unknown.out()).contains("TINKER_PROFILE names the profile lost");
    assertThat(unknown.err()).isEmpty();
  }
}
