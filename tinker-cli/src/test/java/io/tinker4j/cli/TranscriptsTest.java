package io.tinker4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.cli.access.Surroundings;
import io.tinker4j.cli.output.Terminal;
import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.client.ApiClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What each command prints about the same few things on an embedded server, as a table and as JSON,
 * against files in {@code src/test/resources/transcripts}; {@code -Dtranscripts.write=true}
 * rewrites them. JSON is what its schema says. Ids, times, addresses and directories are replaced
 * by others of the same width.
 */
@Timeout(60)
@Isolated("the command makes its log that of the process")
class TranscriptsTest {
  private static final Path FOLDER = Path.of("src/test/resources/transcripts");
  private static final Pattern ID =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
  private static final Pattern TIME =
      Pattern.compile("\\d{4}-\\d\\d-\\d\\d[ T]\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(\\+00:00|Z)");

  @TempDir private static Path directory = Path.of("");

  private static final EmbeddedTinkerServer SERVER =
      EmbeddedTinkerServer.builder().baseModels("tinker4j/nano-bytes").start();
  private static final ServiceClient SERVICE =
      ServiceClient.builder().baseUrl(SERVER.baseUrl().toString()).apiKey("tml-secret").build();

  private static final Map<String, String> NAMES = new LinkedHashMap<>();
  private static Instant saved = Instant.EPOCH;
  private static boolean isWriting;

  @BeforeAll
  static void save() {
    isWriting = Boolean.getBoolean("transcripts.write");
    TrainingClient training = SERVICE.createLoraTrainingClient("tinker4j/nano-bytes");
    String first = training.saveState("first").join().path();
    String sampler = training.saveWeightsForSampler("sampler").join().path();
    SERVICE.createRestClient().checkpoints().setTtl(sampler, Duration.ofDays(3650));
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
        "version|version",
      })
  void command_printsWhatItDid(String name, String line) throws IOException {
    String transcript = run(line, "table") + run(line, "json") + run(line, "jsonl");
    Path file = FOLDER.resolve(name + ".txt");
    if (isWriting) {
      Files.createDirectories(FOLDER);
      Files.writeString(file, transcript);
    }

    assertThat(transcript).isEqualTo(Files.readString(file));
  }

  private static String run(String line, String format) {
    String[] args =
        Arrays.stream(("-f " + format + " " + line).split(" "))
            .map(each -> each.equals("DIR") ? directory.toString() : NAMES.getOrDefault(each, each))
            .toArray(String[]::new);
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    Map<String, String> variables =
        Map.of("TINKER_BASE_URL", SERVER.baseUrl().toString(), "TINKER_API_KEY", "tml-secret");
    int exitCode =
        Main.commandLine(
                new Terminal(0),
                new StringReader(""),
                new Surroundings(variables::get, name -> null, directory),
                new At(saved))
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(args);
    SchemaCheck.printed(line, format, out.toString());
    return "$ tinker -f %s %s\n%s%s[%d]\n\n"
        .formatted(
            format, line, normal(out.toString()), prefixed(normal(err.toString())), exitCode);
  }

  private static String prefixed(String err) {
    return err.lines().map(each -> "stderr: " + each + "\n").reduce("", String::concat);
  }

  private static String normal(String text) {
    String same =
        text.replace("\r\n", "\n")
            .replace(SERVER.baseUrl().toString(), "http://SERVER")
            .replace(directory.toString(), "DIR")
            .replaceAll("\\d+ attempts? in \\d+\\.\\d s", "1 attempt in 0.0 s")
            .replaceAll("/downloads/[^\"\\s]+", "/downloads/TOKEN")
            .replaceAll(" \\d{4}-\\d\\d-\\d\\d (?=│)", " 2036-01-01 ")
            .replace(ApiClient.version(), "VERSION");
    return numbered(TIME.matcher(same).replaceAll("2026-01-01 00:00:00+00:00"));
  }

  /** Gives ids numbers in the order in which they are met, the run's and session's always one. */
  private static String numbered(String text) {
    Map<String, String> numbers = new LinkedHashMap<>();
    Matcher named = ID.matcher(NAMES.get("RUN"));
    if (named.find()) {
      numbers.put(named.group(), id(0));
    }
    return ID.matcher(text)
        .replaceAll(each -> numbers.computeIfAbsent(each.group(), unused -> id(numbers.size())));
  }

  private static String id(int number) {
    return "00000000-0000-0000-0000-%012d".formatted(number);
  }

  /** The system's clock, but that it always shows one time. */
  private record At(Instant now) implements Time {
    @Override
    public long nanoTime() {
      return Time.system().nanoTime();
    }

    @Override
    public void sleep(Duration duration) throws InterruptedException {
      Time.system().sleep(duration);
    }

    @Override
    public Scheduled schedule(Duration delay, Runnable task) {
      return Time.system().schedule(delay, task);
    }
  }
}
