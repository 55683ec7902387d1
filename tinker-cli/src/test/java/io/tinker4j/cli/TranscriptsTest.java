package io.tinker4j.cli;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What commands print that look at a server, or change it little, as {@link Transcript}s. */
@Timeout(60)
@Isolated("the command makes its log that of the process")
class TranscriptsTest {
  @TempDir private static Path directory = Path.of("");

  private static final EmbeddedTinkerServer SERVER =
      EmbeddedTinkerServer.builder().baseModels("tinker4j/nano-bytes").start();
  private static final ServiceClient SERVICE =
      ServiceClient.builder().baseUrl(SERVER.baseUrl().toString()).apiKey("tml-secret").build();

  private static final Map<String, String> NAMES = new LinkedHashMap<>();
  private static Instant saved = Instant.EPOCH;

  @BeforeAll
  static void save() {
    TrainingClient training = SERVICE.createLoraTrainingClient("tinker4j/nano-bytes");
    String first = training.saveState("first").join().path();
    String sampler = training.saveWeightsForSampler("sampler").join().path();
    SERVICE.createRestClient().checkpoints().setTtl(sampler, Duration.ofDays(3650));
    NAMES.put(Transcript.URL, SERVER.baseUrl().toString());
    NAMES.put("FIRST", first);
    NAMES.put("SAMPLER", sampler);
    NAMES.put("RUN", training.modelId());
    NAMES.put("SESSION", SERVICE.createRestClient().sessions().all().iterator().next());
    saved =
        SERVICE.createRestClient().checkpoints().list(training.modelId()).checkpoints().stream()
            .map(each -> each.time())
            .max(Instant::compareTo)
            .orElseThrow();
  }

  @AfterAll
  static void stop() {
    SERVICE.close();
    SERVER.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "run-list|run list",
        "run-list-columns|run list -c id,owner,checkpoint,checkpoint_time",
        "run-info|run info RUN",
        "run-info-unknown|run info no-such-run",
        "checkpoint-list|checkpoint list",
        "checkpoint-list-of-run|checkpoint list --run-id RUN",
        "checkpoint-list-limit|checkpoint list --limit 1",
        "checkpoint-info|checkpoint info FIRST",
        "checkpoint-latest|checkpoint latest RUN",
        "checkpoint-validate|checkpoint validate FIRST --level archive",
        "checkpoint-validate-sampler|checkpoint validate SAMPLER",
        "checkpoint-publish|checkpoint publish FIRST",
        "checkpoint-unpublish|checkpoint unpublish FIRST",
        "checkpoint-set-ttl|checkpoint set-ttl FIRST --ttl 86400",
        "checkpoint-set-ttl-remove|checkpoint set-ttl FIRST --remove",
        "checkpoint-delete|checkpoint delete -y tinker://no-such-run/weights/0001",
        "checkpoint-download|checkpoint download FIRST --force -o DIR",
        "session-list|session list",
        "session-export-trace|session export-trace SESSION --url-only",
        "billing-usage|billing usage 2020-01-01 2020-01-02",
        "auth-status|auth status",
        "auth-logout|auth logout",
        "journal-show|journal show DIR",
        "config-show|config show",
        "tokenize|tokenize hé",
        "tokenize-decode|tokenize --decode 104,105",
        "schema|schema",
        "version|version",
      })
  void command_printsWhatItDid(String name, String line) throws IOException {
    new Transcript(
            directory,
            saved,
            NAMES,
            Map.of("TINKER_BASE_URL", SERVER.baseUrl().toString(), "TINKER_API_KEY", "tml-secret"))
        .check(name, "", line);
  }
}
