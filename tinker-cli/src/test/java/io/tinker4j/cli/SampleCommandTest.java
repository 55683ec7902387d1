package io.tinker4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.luben.zstd.Zstd;
import io.tinker4j.cli.output.JsonText;
import io.tinker4j.cli.output.Terminal;
import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
@Isolated("the command makes its log that of the process")
class SampleCommandTest {
  private static final String MODEL = "tinker4j/tiny-bytes";
  private static final Pattern TOKENS = Pattern.compile("\"tokens\":\\[([0-9,]+)]");
  private static final String ANSWER = "the answer";

  @TempDir private Path directory = Path.of(".");
  private final EmbeddedTinkerServer server =
      EmbeddedTinkerServer.builder().baseModels(MODEL).start();

  @AfterEach
  void stop() {
    server.close();
  }

  /** Asks the server of this test, for few and for the likeliest tokens unless told otherwise. */
  private String[] asking(String... more) {
    List<String> args =
        new ArrayList<>(
            List.of(
                "sample", "--base-url", server.baseUrl().toString(), "--api-key", "tml-secret"));
    for (String usual : List.of("--max-tokens=8", "--temperature=0")) {
      String name = usual.substring(0, usual.indexOf('=') + 1);
      if (List.of(more).stream().noneMatch(arg -> arg.startsWith(name))) {
        args.add(usual);
      }
    }
    args.addAll(List.of(more));
    return args.toArray(String[]::new);
  }

  private CommandRun sample(String... more) {
    return CommandRun.of(asking(more));
  }

  private static String[] json(String... args) {
    List<String> all = new ArrayList<>(List.of("-f", "json"));
    all.addAll(List.of(args));
    return all.toArray(String[]::new);
  }

  private String file(String content) throws IOException {
    return Files.writeString(directory.resolve("prompts.jsonl"), content).toString();
  }

  /** What the server was asked, as text, in the order of the questions. */
  private List<String> prompts() {
    return server.requests().stream()
        .filter(request -> request.operation().equals("asample"))
        .map(request -> decoded(request.text()))
        .toList();
  }

  private static String decoded(String request) {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    Matcher chunks = TOKENS.matcher(request);
    while (chunks.find()) {
      for (String token : chunks.group(1).split(",")) {
        text.write(Integer.parseInt(token));
      }
    }
    return text.toString(StandardCharsets.UTF_8);
  }

  private static void teach(TrainingClient training) {
    List<Datum> batch =
        List.of(
            Datum.supervised(
                ("User: ask\n\nAssistant: " + ANSWER + "\n\nUser:").chars().toArray()));
    for (int step = 0; step < 60; step++) {
      var pass = training.forwardBackward(batch, LossFunction.CROSS_ENTROPY);
      training.optimStep(AdamParams.builder().learningRate(0.02).build()).join();
      pass.join();
    }
  }

  @Test
  void prompt_answer_isOnStdoutAlone() {
    CommandRun run = sample("--prompt", "ask");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).isNotBlank();
    assertThat(run.err()).isEmpty();
    assertThat(prompts()).containsExactly("User: ask\n\nAssistant:");
  }

  @Test
  void prompt_json_isAMessage() throws JsonText.SyntaxException {
    CommandRun run = CommandRun.of(json(asking("--prompt", "ask")));

    assertThat(run.out()).hasLineCount(1);
    assertThat(JsonText.readObject(run.out()))
        .containsOnlyKeys("role", "content")
        .containsEntry("role", "assistant");
  }

  @Test
  void prompt_system_standsInFront() {
    assertThat(sample("--prompt", "ask", "--system", "Be brief.").exitCode()).isZero();

    assertThat(prompts()).containsExactly("System: Be brief.\n\nUser: ask\n\nAssistant:");
  }

  @Test
  void prompt_settings_areSent() {
    sample("--prompt", "ask", "--seed", "11", "--top-p", "0.5");

    assertThat(server.requests())
        .filteredOn(request -> request.operation().equals("asample"))
        .singleElement()
        .satisfies(request ->
            assertThat(request.text())
                .contains("\"max_tokens\":8", "\"seed\":11", "\"top_p\":0.5", "\"stop\":"));
  }

  @Test
  void prompt_sameSeed_givesTheSameAnswer() {
    String[] args = asking("--prompt", "ask", "--seed=5", "--temperature=1", "--max-tokens=30");

    assertThat(CommandRun.of(args).out()).isEqualTo(CommandRun.of(args).out()).isNotBlank();
  }

  @Test
  void checkpoint_isWhatAnswers() {
    String path;
    try (ServiceClient service =
        ServiceClient.builder().baseUrl(server.baseUrl().toString()).apiKey("tml-secret").build()) {
      TrainingClient training = service.createLoraTrainingClient(MODEL);
      teach(training);
      path = training.saveWeightsForSampler("taught").join().path();
    }

    CommandRun run = sample("--checkpoint", path, "--prompt", "ask", "--max-tokens=40");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).isEqualTo(ANSWER + System.lineSeparator());
  }

  @Test
  void run_isReadFromItsDirectory() {
    EmbeddedServer own = EmbeddedServer.start(directory.resolve("server"), "--run");
    try (own;
        ServiceClient service = own.connect()) {
      TrainingClient training = service.createLoraTrainingClient(MODEL);
      teach(training);
      String sampler = training.saveWeightsForSampler("taught").join().path();
      new RunFile(MODEL, "bytes", "role_colon", null, 60, sampler, sampler).write(directory);
    }

    CommandRun run =
        CommandRun.of("sample", "--run", directory.toString(), "--prompt=ask", "--temperature=0");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).isEqualTo(ANSWER + System.lineSeparator());
  }

  @Test
  void run_withoutRunJson_saysWhoWritesIt() {
    CommandRun run = CommandRun.of("sample", "--run", directory.toString(), "--prompt=ask");

    assertThat(run.exitCode()).isOne();
    assertThat(run.errLines())
        .containsExactly(
            "Error: --run: "
                + directory
                + " has no run.json, which tinker train writes at its end; run the same tinker"
                + " train command again to finish it");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {"{\"model\": 3}|there is no model", "nonsense|not a JSON object"})
  void run_damagedRunJson_isNamed(String content, String reason) throws IOException {
    Path file = Files.writeString(directory.resolve("run.json"), content);

    CommandRun run = CommandRun.of("sample", "--run", directory.toString(), "--prompt=ask");

    assertThat(run.exitCode()).isOne();
    assertThat(run.errLines()).containsExactly("Error: " + file + " cannot be read: " + reason);
  }

  @Test
  void run_whoseTokenizerIsGone_isNotSampledWithAnother() {
    new RunFile(MODEL, "gone/tokenizer", "role_colon", server.baseUrl().toString(), 1, "a", "b")
        .write(directory);

    CommandRun run = sample("--run", directory.toString(), "--prompt=ask");

    assertThat(run.exitCode()).isOne();
    assertThat(run.err()).doesNotContain("Unexpected");
    assertThat(prompts()).isEmpty();
  }

  @Test
  void chat_eachAnswerIsPartOfTheNextQuestion() throws JsonText.SyntaxException {
    CommandRun run = CommandRun.withInput("one\ntwo\n\nnever asked\n", json(asking()));

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).hasLineCount(2);
    Map<String, @Nullable Object> first =
        JsonText.readObject(run.out().lines().findFirst().orElseThrow());
    assertThat(prompts())
        .containsExactly(
            "User: one\n\nAssistant:",
            "User: one\n\nAssistant: " + first.get("content") + "\n\nUser: two\n\nAssistant:");
    assertThat(run.err()).isEmpty();
  }

  @Test
  void chat_systemMessage_isThereOnce() {
    CommandRun.withInput("one\ntwo", asking("--system", "Be brief."));

    assertThat(prompts())
        .hasSize(2)
        .allSatisfy(prompt -> assertThat(prompt).containsOnlyOnce("System: Be brief."));
  }

  @Test
  void chat_onATerminal_asksForALine() {
    StringWriter err = new StringWriter();
    int exitCode =
        Main.commandLine(new Terminal(80), new StringReader(""))
            .setErr(new PrintWriter(err, true))
            .execute(asking());

    assertThat(exitCode).isZero();
    assertThat(err).hasToString("> ");
  }

  @Test
  void prompts_ofAllForms_areAnsweredInOrder() throws Exception {
    StringBuilder rows = new StringBuilder("plain line\n\n{\"prompt\": \"a prompt\"}\n");
    rows.append("{\"messages\": [{\"role\": \"system\", \"content\": \"S\"},");
    rows.append(" {\"role\": \"user\", \"content\": \"messages\"}]}\n");
    for (int i = 0; i < 20; i++) {
      rows.append("number ").append(i).append('\n');
    }
    Path out = directory.resolve("answers.jsonl");

    CommandRun run = sample("--prompts", file(rows.toString()), "--out", out.toString());

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).isEmpty();
    List<String> questions = new ArrayList<>();
    for (String line : Files.readAllLines(out)) {
      Map<String, @Nullable Object> row = JsonText.readObject(line);
      assertThat(row).containsOnlyKeys("messages", "stop_reason");
      List<?> messages = (List<?>) row.get("messages");
      assertThat(messages).last().asString().contains("role=assistant");
      questions.add(String.valueOf(((Map<?, ?>) messages.get(messages.size() - 2)).get("content")));
    }
    assertThat(questions)
        .hasSize(23)
        .startsWith("plain line", "a prompt", "messages", "number 0", "number 1")
        .endsWith("number 18", "number 19");
  }

  @Test
  void prompts_packed_areAnsweredAsPlainOnes() throws Exception {
    byte[] rows = "Hi\n{\"prompt\": \"Bye\"}\n".getBytes(StandardCharsets.UTF_8);
    Path plain = Files.write(directory.resolve("rows"), rows);
    Path gzip = directory.resolve("rows.gz");
    try (OutputStream packing = new GZIPOutputStream(Files.newOutputStream(gzip))) {
      packing.write(rows);
    }
    Path zstd = Files.write(directory.resolve("rows.zst"), Zstd.compress(rows));

    CommandRun expected = sample("--prompts", plain.toString());

    assertThat(expected.out()).hasLineCount(2);
    assertThat(sample("--prompts", gzip.toString())).isEqualTo(expected);
    assertThat(sample("--prompts", zstd.toString())).isEqualTo(expected);
  }

  @Test
  void prompts_packedAndCutOff_areRefused() throws Exception {
    byte[] packed = Zstd.compress("Hi\n".repeat(1000).getBytes(StandardCharsets.UTF_8));
    Path cut = Files.write(directory.resolve("cut.zst"), Arrays.copyOf(packed, packed.length - 5));

    CommandRun run = sample("--prompts", cut.toString());

    assertThat(run.exitCode()).isOne();
    assertThat(run.err()).startsWith("Error: --prompts: " + cut);
    assertThat(run.out()).isEmpty();
  }

  @Test
  void prompts_withoutOut_areAnsweredOnStdout_withTheSystemMessageWhereNoneIs() throws IOException {
    String rows =
        """
        one
        {"messages": [{"role": "user", "content": "two"}]}
        {"messages": [{"role": "system", "content": "Own."}, {"role": "user", "content": "three"}]}
        """;

    CommandRun run = sample("--prompts", file(rows), "--system", "Mine.");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out().lines())
        .satisfiesExactly(
            one -> assertThat(one).contains("Mine.", "one"),
            two -> assertThat(two).contains("Mine.", "two"),
            three -> assertThat(three).contains("Own.", "three").doesNotContain("Mine."));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"prompt\": 7}|the row has neither a \"prompt\", a string, nor \"messages\", an array",
        "{\"messages\": []}|the row has neither a \"prompt\", a string, nor \"messages\", an array",
        "{\"messages\": [{\"content\": \"a\"}]}|role",
        "{\"messages\": [{\"role\": \"user\", \"content\": 5}]}|content",
        "{\"messages\": [{\"role\": \"assistant\", \"content\": \"a\"}]}|the last message is the"
            + " assistant's",
        "{\"prompt\": \"\\udfff\"}|half of a surrogate pair",
        "{\"prompt\": |malformed JSON: ",
      })
  void prompts_badRow_isRefusedWithItsLineBeforeAnythingIsAsked(String row, String reason)
      throws IOException {
    Path out = Files.writeString(directory.resolve("answers.jsonl"), "kept");
    String file = file("good\n\n" + row + "\n");

    CommandRun run = sample("--prompts", file, "--out", out.toString());

    assertThat(run.exitCode()).isOne();
    assertThat(run.errLines())
        .singleElement()
        .asString()
        .startsWith("Error: " + file + " line 3: ")
        .contains(reason);
    assertThat(prompts()).isEmpty();
    assertThat(out).hasContent("kept");
  }

  @Test
  void prompts_byteOrderMark_isNoPartOfTheFirstRow() throws Exception {
    CommandRun run = sample("--prompts", file("\uFEFF{\"prompt\": \"one\"}\r\n\uFEFFtwo\r\n"));

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out().lines())
        .satisfiesExactly(
            one -> assertThat(one).contains("\"content\":\"one\""),
            two -> assertThat(two).contains("\"content\":\"\uFEFFtwo\""));
  }

  @Test
  void prompts_ofAPipe_areAllAnswered() throws Exception {
    Path pipe = directory.resolve("pipe");
    assumeTrue(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0);
    CompletableFuture<Path> writing =
        CompletableFuture.supplyAsync(() -> {
          try {
            return Files.writeString(pipe, "one\ntwo\n");
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });

    CommandRun run = sample("--prompts", pipe.toString());

    assertThat(writing).succeedsWithin(Duration.ofSeconds(30));
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out().lines()).hasSize(2);
  }

  @Test
  void prompts_missingFile_saysSo() {
    CommandRun run = sample("--prompts", directory.resolve("no").toString());

    assertThat(run.exitCode()).isOne();
    assertThat(run.errLines())
        .containsExactly("Error: --prompts: " + directory.resolve("no") + " does not exist");
  }

  @Test
  void prompts_fileThatIsNoUtf8_saysSo() throws IOException {
    Path file = Files.write(directory.resolve("latin1"), new byte[] {'a', (byte) 0xe9, '\n'});

    assertThat(sample("--prompts", file.toString()).errLines())
        .containsExactly("Error: --prompts: " + file + " is not UTF-8");
  }

  @Test
  void prompts_outInADirectoryThatIsNotThere_saysSo() throws IOException {
    Path out = directory.resolve("no/answers.jsonl");

    assertThat(sample("--prompts", file("a\n"), "--out", out.toString()).errLines())
        .containsExactly("Error: --out: " + out + " does not exist");
  }

  @Test
  void prompts_outIsTheirFile_isRefused() throws IOException {
    String file = file("a\n");

    CommandRun run = sample("--prompts", file, "--out", file);

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("Error: --out is the file of --prompts, which it would");
    assertThat(Path.of(file)).hasContent("a");
  }

  @Test
  void answer_controlCharacters_doNotReachTheTerminal() {
    CommandRun run = sample("--prompt", "ask", "--temperature=2", "--seed=3", "--max-tokens=200");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out().chars())
        .noneMatch(c -> Character.isISOControl(c) && c != '\n' && c != '\r' && c != '\t');
  }

  @Test
  void model_thatTheServerHasNot_listsThoseItHas() {
    CommandRun run = sample("--prompt=ask", "--model=c/three");

    assertThat(run.exitCode()).isOne();
    assertThat(run.errLines())
        .containsExactly("Error: --model: the server has no model c/three; it has " + MODEL);
  }

  @Test
  void renderer_unknown_listsThem() {
    CommandRun run = sample("--prompt=ask", "--renderer=qwen9");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("Error: --renderer is 'qwen9'; it must be one of deepseekv3, ");
  }

  @Test
  void server_thatRefusesConnections_saysSo() throws IOException {
    int port;
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = closed.getLocalPort();
    }

    CommandRun run =
        CommandRun.of(
            "sample",
            "--base-url",
            "http://127.0.0.1:" + port,
            "--api-key=tml-secret",
            "--prompt=a");

    assertThat(run.exitCode()).isOne();
    assertThat(run.errLines()).hasSize(3).first().isEqualTo("Error: Connection failed");
    assertThat(run.err())
        .contains("could not connect to 127.0.0.1:" + port)
        .doesNotContain("secret", "Exception");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--run=a --checkpoint=b|--run and --checkpoint both name a model; give one",
        "--run=a --model=b|--run knows its model; leave out --model",
        "--checkpoint=b|--checkpoint is of a server; name it with --base-url",
        "--prompt=a --prompts=b|--prompt and --prompts do not go together",
        "--prompt=|--prompt is empty",
        "--prompt=a --out=b|--out is for the answers to --prompts",
        "--max-tokens=0|--max-tokens is 0; it must be at least 1",
        "--temperature=-1|--temperature is -1.0; it must be a number from 0",
        "--temperature=NaN|--temperature is NaN; it must be a number from 0",
        "--temperature=Infinity|--temperature is Infinity; it must be a number from 0",
        "--top-p=0|--top-p is 0.0; it must be above 0 and at most 1",
        "--top-p=1.5|--top-p is 1.5; it must be above 0 and at most 1",
        "--seed=x|Invalid value for option '--seed': 'x' is not a long",
        "extra|Got unexpected extra argument (extra)",
      })
  void sample_wrongArgument_endsWithTwoAndNamesIt(String arguments, String message) {
    CommandRun run = CommandRun.of(("sample " + arguments).split(" "));

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .contains("Error: " + message)
        .contains("Try 'tinker sample --help' for help.");
    assertThat(run.out()).isEmpty();
  }

  /** Another process may make such a directory meanwhile, but not each time. */
  @Test
  void sample_withoutARun_leavesNoFiles() throws IOException {
    boolean left = true;
    for (int attempt = 0; left && attempt < 3; attempt++) {
      Set<Path> before = temporary();
      CommandRun run = CommandRun.of("sample", "--prompt=Hi", "--max-tokens=2", "--temperature=0");
      assertThat(run.exitCode()).as(run.err()).isZero();
      left = !before.containsAll(temporary());
    }

    assertThat(left).isFalse();
  }

  private static Set<Path> temporary() throws IOException {
    try (Stream<Path> all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return all.filter(path -> path.getFileName().toString().startsWith("tinker-"))
          .collect(Collectors.toSet());
    }
  }
}
