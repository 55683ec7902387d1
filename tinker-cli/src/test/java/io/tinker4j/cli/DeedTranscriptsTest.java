package io.tinker4j.cli;

import io.tinker4j.recovery.journal.CheckpointRecord;
import io.tinker4j.recovery.journal.DataPosition;
import io.tinker4j.recovery.journal.JournalEntry.CheckpointSaved;
import io.tinker4j.recovery.journal.JournalEntry.LineageBegun;
import io.tinker4j.recovery.journal.JournalEntry.RunBegun;
import io.tinker4j.recovery.journal.JournalEntry.StepSubmitted;
import io.tinker4j.recovery.journal.JournalEntry.StepsConfirmed;
import io.tinker4j.recovery.store.JournalWriter;
import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** What commands print that need more than a server, or change it, as {@link Transcript}s. */
@Timeout(60)
@Isolated("the command makes its log that of the process")
class DeedTranscriptsTest {
  private static final String CHATS =
      """
      {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yes?"}]}
      {"messages": [{"role": "user", "content": "Bye"}, {"role": "assistant", "content": "So"}]}
      """;

  private final Map<String, String> names = new LinkedHashMap<>();
  private final Map<String, String> variables = new LinkedHashMap<>();
  private final EmbeddedTinkerServer server =
      EmbeddedTinkerServer.builder()
          .baseModels("tinker4j/nano-bytes")
          .holdTime(Duration.ofMillis(50))
          .start();
  private final ServiceClient service =
      ServiceClient.builder().baseUrl(server.baseUrl().toString()).apiKey("tml-secret").build();

  @TempDir private Path directory = Path.of("");
  private String first = "";

  @BeforeEach
  void save() {
    TrainingClient training = service.createLoraTrainingClient("tinker4j/nano-bytes");
    first = training.saveState("first").join().path();
    String sampler = training.saveWeightsForSampler("sampler").join().path();
    names.put(Transcript.URL, server.baseUrl().toString());
    names.put("SAMPLER", sampler);
    names.put("RUN", training.modelId());
    names.put("SESSION", training.modelId().replaceFirst(":.*", ""));
    variables.put("TINKER_BASE_URL", server.baseUrl().toString());
    variables.put("TINKER_API_KEY", "tml-secret");
  }

  @AfterEach
  void stop() {
    service.close();
    server.close();
  }

  private Transcript at(Instant now) {
    return new Transcript(directory, now, names, variables);
  }

  private void check(String file, String... lines) throws IOException {
    at(Instant.EPOCH).check(file, "", lines);
  }

  @Test
  void export() throws IOException {
    check("checkpoint-export", "checkpoint export SAMPLER --force -o DIR/adapter");
  }

  @Test
  void push() throws IOException {
    try (StandInHub hub = new StandInHub()) {
      names.put("http://HUB", hub.address());
      variables.put("HF_ENDPOINT", hub.address());
      variables.put("HF_TOKEN", StandInHub.TOKEN);
      check(
          "checkpoint-push-hf",
          "checkpoint push-hf SAMPLER",
          "checkpoint push-hf SAMPLER --repo mine --public --no-model-card");
    }
  }

  @Test
  void watch() throws IOException {
    Instant now = Instant.now();
    service.createRestClient().checkpoints().setTtl(first, Duration.ofMinutes(90));
    at(now)
        .check(
            "checkpoint-watch-ttl",
            "",
            "checkpoint watch-ttl --run-id RUN",
            "checkpoint watch-ttl --within 60");
    service.createRestClient().checkpoints().setTtl(first, Duration.ofMinutes(90));
    String kept = at(now).run("checkpoint watch-ttl --ttl 200000", "json", "");
    Transcript.check("checkpoint-watch-ttl-kept", kept);
  }

  @Test
  void finish() throws IOException {
    check("session-finish", "session finish SESSION --detail crashed", "session finish no-such");
  }

  @Test
  void recover() throws IOException {
    writeJournal();
    check("recover", "recover DIR");
    service.createRestClient().checkpoints().delete(first);
    check("recover-nothing", "recover DIR");
  }

  @Test
  void journal() throws IOException {
    writeJournal();
    check("journal-show-run", "journal show DIR");
    check("journal-verify", "journal verify DIR", "journal repair DIR");
  }

  private void writeJournal() {
    try (JournalWriter journal = JournalWriter.open(directory)) {
      journal.append(new RunBegun("hash", Map.of("rank", "32")));
      journal.append(new LineageBegun(0, names.get("RUN"), -1, 0));
      journal.append(new StepSubmitted(0, 1, new DataPosition(8, 0, "")));
      journal.append(new StepsConfirmed(0, 1, 1));
      journal.append(new CheckpointSaved(record(first, 1)));
      journal.append(new CheckpointSaved(record(first + "-gone", 1)));
    }
  }

  private static CheckpointRecord record(String path, long step) {
    return CheckpointRecord.builder()
        .path(path)
        .step(step)
        .lineage(0)
        .configHash("hash")
        .position(new DataPosition(8, 0, ""))
        .savedAt(Instant.EPOCH)
        .build();
  }

  @Test
  void login() throws IOException {
    variables.remove("TINKER_API_KEY");
    at(Instant.EPOCH)
        .check(
            "auth-login",
            "tml-secret\n",
            "auth status",
            "auth login",
            "auth login",
            "auth status",
            "auth logout");
  }

  @Test
  void render() throws IOException {
    Files.writeString(directory.resolve("chats.jsonl"), CHATS);
    check("render", "render DIR/chats.jsonl", "render --count 1 --tokens DIR/chats.jsonl");
  }

  @Test
  void sample() throws IOException {
    Files.writeString(directory.resolve("prompts.jsonl"), "{\"prompt\": \"Hi\"}\nBye\n");
    String how = " --base-url http://SERVER --temperature 0 --max-tokens 3";
    check("sample", "sample --prompt Hi" + how, "sample --prompts DIR/prompts.jsonl" + how);
  }

  /** The cases are the suite's own, and so is how many there are; here it is how that is told. */
  @Test
  void conformance() throws IOException {
    String table =
        at(Instant.EPOCH)
            .run("conformance --base-url http://SERVER", "table", "")
            .lines()
            .filter(each -> !each.matches("(supported|refused|differs|not judged)  .*"))
            .filter(each -> !each.matches("\\d[0-9.]* .*"))
            .map(each -> each.matches("all .*") ? each.replaceAll(" \\d+", " N") : each)
            .map(each -> each.replaceAll(" +", " "))
            .collect(Collectors.joining("\n", "", "\n"));
    Transcript.check("conformance", table);
  }
}
