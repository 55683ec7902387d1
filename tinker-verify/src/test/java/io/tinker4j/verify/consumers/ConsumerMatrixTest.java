package io.tinker4j.verify.consumers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Other people's projects, built with Maven: the profile {@code consumers}. */
class ConsumerMatrixTest {
  private static final Path PAGE = Path.of("../docs/compatibility.md");

  @Test
  void projects_besideForeignVersions_trainSampleAndTakeAServer() throws Exception {
    assumeTrue(Boolean.getBoolean("consumers"), "takes minutes: mvn verify -Pconsumers");
    Path directory = Files.createDirectories(Path.of("target/consumers/matrix"));
    ConsumerBuild build = new ConsumerBuild(directory);
    Map<Consumer, ConsumerBuild.Result> results = new LinkedHashMap<>();
    for (Consumer consumer : Consumer.all()) {
      results.put(consumer, build.run(consumer));
    }

    String page = CompatibilityPage.of(results);
    if (Boolean.getBoolean("docs.write")) {
      Files.writeString(PAGE, page);
    }

    assertThat(results)
        .allSatisfy((consumer, result) ->
            assertThat(result.passed())
                .as("%s: %s", consumer.name(), String.join("\n", result.lines()))
                .isTrue());
    assertThat(Files.readString(PAGE)).isEqualTo(page);
  }

  @Test
  void page_isOfThisMatrix() throws Exception {
    List<String> expected =
        Consumer.all().stream().map(consumer -> consumer.name() + " passes").toList();

    assertThat(CompatibilityPage.outcomes(Files.readString(PAGE))).isEqualTo(expected);
  }
}
