package io.tinker4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.training.ServiceClient;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

// readiness: T1
class FirstStepsTest {
  @Test
  void run_onTheEmbeddedServer_learnsTheSentence() throws Exception {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start();
        ServiceClient service =
            ServiceClient.builder()
                .baseUrl(server.baseUrl().toString())
                .apiKey("tml-example")
                .build()) {
      assertThat(FirstSteps.run(service)).isLessThan(0.5);
    }
  }

  @Test
  void readme_showsThisProgramWholeAndIsShort() throws Exception {
    String program =
        Files.readString(Path.of("src/main/java/io/tinker4j/examples/FirstSteps.java"));
    String shown = program.substring(program.indexOf("import ")).strip();

    String readme = Files.readString(Path.of("../README.md"));

    assertThat(readme).contains(shown);
    assertThat(readme.lines()).hasSizeLessThanOrEqualTo(150);
  }
}
