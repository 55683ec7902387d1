package io.tinker4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.cli.output.JsonText;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** {@code tinker doctor} as one of the commands. */
class DoctorTest {
  @Test
  void doctor_takesTheFormatOfTheCommand() throws JsonText.SyntaxException {
    CommandRun run =
        CommandRun.of("-f", "json", "doctor", "--base-url=nonsense", "--api-key=tml-secret");

    assertThat(run.exitCode()).isOne();
    Map<String, Object> result = JsonText.readObject(run.out());
    assertThat(result).containsEntry("well", false);
    assertThat((List<?>) result.get("checks")).isNotEmpty();
    assertThat(run.out() + run.err()).doesNotContain("tml-secret");
  }
}
