package io.tinker4j.cli;

import io.tinker4j.cli.access.ClientOptions;
import io.tinker4j.cli.output.CommandException;
import io.tinker4j.cli.output.FileProblem;
import io.tinker4j.cli.output.Interruptible;
import io.tinker4j.cli.output.JsonText;
import io.tinker4j.cli.output.SdkLog;
import io.tinker4j.cli.output.Terminal;
import io.tinker4j.cli.output.VisibleText;
import io.tinker4j.text.chat.Message;
import io.tinker4j.text.renderer.ParsedResponse;
import io.tinker4j.text.renderer.Renderer;
import io.tinker4j.text.tokenizer.Tokenizer;
import io.tinker4j.training.SamplingClient;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SampledSequence;
import io.tinker4j.types.SamplingParams;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tinker sample}. */
@Command(
    name = "sample",
    description = {
      "Asks a model one prompt, a file of prompts or, until an empty line, what is typed.",
      "--run or --checkpoint names what was trained; without them the base model is asked."
    })
final class SampleCommand implements Callable<Integer> {
  private static final int AT_ONCE = 16;

  private final Main main;
  private final Terminal terminal;
  private final Reader in;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private ClientOptions client;
  @Mixin private TextOptions text = new TextOptions();

  @Option(
      names = "--run",
      paramLabel = "DIR",
      description = "The directory of a complete tinker train.")
  private @Nullable Path run;

  @Option(
      names = "--checkpoint",
      paramLabel = "PATH",
      description = "A checkpoint for sampling on the server of --base-url, tinker://….")
  private @Nullable String checkpoint;

  @Option(names = "--prompt", paramLabel = "TEXT", description = "The user's message.")
  private @Nullable String prompt;

  @Option(
      names = "--prompts",
      paramLabel = "FILE",
      description =
          "A file of prompts, plain, gzip or zstd, one a line: JSON with \"prompt\" or "
              + "\"messages\", or plain text. Answers are JSONL in the same order.")
  private @Nullable Path prompts;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "The file for answers to --prompts. Default: stdout.")
  private @Nullable Path out;

  @Option(
      names = "--system",
      paramLabel = "TEXT",
      description = "A system message in front of chats that have none.")
  private @Nullable String system;

  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      defaultValue = "256",
      description = "Most tokens of an answer. Default: 256.")
  private int maxTokens = 256;

  @Option(
      names = "--temperature",
      paramLabel = "X",
      defaultValue = "0.7",
      description = "0 takes the likeliest token, 1 samples freely. Default: 0.7.")
  private double temperature = 0.7;

  @Option(
      names = "--top-p",
      paramLabel = "X",
      defaultValue = "1",
      description = "Takes the likeliest tokens with this probability together. Default: 1, all.")
  private double topP = 1;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Makes answers repeatable. Default: none.")
  private @Nullable Long seed;

  SampleCommand(Main main, Terminal terminal, Reader in) {
    this.main = main;
    this.client = main.clientOptions();
    this.terminal = terminal;
    this.in = in;
  }

  /** A model with what turns chats into its tokens. */
  private record Voice(SamplingClient sampler, Tokenizer tokenizer, Renderer renderer) {}

  /** An answer, on its way. */
  private record Asked(List<Message> messages, CompletableFuture<SampledSequence> answer) {}

  @Override
  public Integer call() throws Exception {
    checkWhich();
    checkHow();
    SdkLog.printTo(spec.commandLine().getErr(), client.isVerbose());
    return prompts == null && prompt == null ? ask() : Interruptible.call(spec, this::ask);
  }

  private int ask() throws IOException, InterruptedException {
    RunFile file = run == null ? null : completed(run);
    try (TrainingServer server = server(file);
        ServiceClient service = server.connect()) {
      Voice voice = voice(service, file);
      if (prompts != null) {
        answerAll(voice, prompts);
      } else if (prompt != null) {
        print(answer(voice, asked(List.of(), prompt)).message());
      } else {
        chat(voice);
      }
    } catch (IllegalArgumentException e) {
      throw new CommandException(String.valueOf(e.getMessage()), e);
    }
    return CommandLine.ExitCode.OK;
  }

  private void checkWhich() {
    refuseIf(
        run != null && checkpoint != null, "--run and --checkpoint both name a model; give one");
    refuseIf(run != null && text.model() != null, "--run knows its model; leave out --model");
    refuseIf(
        checkpoint != null && client.baseUrl() == null,
        "--checkpoint is of a server; name it with --base-url");
    refuseIf(prompt != null && prompts != null, "--prompt and --prompts do not go together");
    refuseIf(prompt != null && prompt.isEmpty(), "--prompt is empty");
    refuseIf(out != null && prompts == null, "--out is for the answers to --prompts");
    refuseIf(
        out != null && prompts != null && isSame(out, prompts),
        "--out is the file of --prompts, which it would replace");
  }

  private void checkHow() {
    refuseIf(maxTokens < 1, "--max-tokens is " + maxTokens + "; it must be at least 1");
    refuseIf(
        !(temperature >= 0) || Double.isInfinite(temperature),
        "--temperature is " + temperature + "; it must be a number from 0");
    refuseIf(!(topP > 0) || topP > 1, "--top-p is " + topP + "; it must be above 0 and at most 1");
  }

  private void refuseIf(boolean wrong, String message) {
    if (wrong) {
      throw new ParameterException(spec.commandLine(), message);
    }
  }

  /** Whether two names are of one file; also when one of them is a link. */
  private static boolean isSame(Path one, Path other) {
    try {
      return Files.exists(one) && Files.exists(other) && Files.isSameFile(one, other);
    } catch (IOException e) {
      throw new CommandException(FileProblem.of(one, e), e);
    }
  }

  private static RunFile completed(Path directory) {
    return RunFile.read(directory)
        .orElseThrow(() ->
            new CommandException(
                "--run: %s has no run.json, which tinker train writes at its end; run the same tinker train command again to finish it"
                    .formatted(directory)));
  }

  private TrainingServer server(@Nullable RunFile file) {
    String baseUrl = client.baseUrl();
    if (baseUrl == null && file != null) {
      baseUrl = file.baseUrl();
    }
    if (baseUrl != null) {
      return RemoteServer.reach(client.at(baseUrl));
    }
    return run == null
        ? EmbeddedServer.startInMemory()
        : EmbeddedServer.start(run.resolve("server"), "--run");
  }

  private Voice voice(ServiceClient service, @Nullable RunFile file) {
    String path = file == null ? checkpoint : file.sampler();
    SamplingClient sampler =
        path == null
            ? service.createSamplingClient(ModelChoice.of(service, text.model()))
            : service.createSamplingClientFromPath(path);
    String model = file == null ? sampler.baseModel() : file.model();
    TextOptions chosen = file == null ? text : text.elseAs(file);
    Tokenizer tokenizer = chosen.tokenizer(model);
    return new Voice(sampler, tokenizer, chosen.renderer(model, tokenizer));
  }

  private List<Message> asked(List<Message> before, String question) {
    List<Message> messages = new ArrayList<>(before);
    messages.add(Message.user(question));
    return withSystem(messages);
  }

  private List<Message> withSystem(List<Message> messages) {
    if (system == null || (!messages.isEmpty() && messages.get(0).role().equals("system"))) {
      return messages;
    }
    List<Message> all = new ArrayList<>();
    all.add(Message.system(system));
    all.addAll(messages);
    return all;
  }

  private CompletableFuture<SampledSequence> ask(Voice voice, ModelInput input) {
    SamplingParams.Builder params =
        SamplingParams.builder()
            .maxTokens(maxTokens)
            .temperature(temperature)
            .topP(topP)
            .stop(voice.renderer().stop());
    if (seed != null) {
      params.seed(seed);
    }
    return voice
        .sampler()
        .sample(input, 1, params.build())
        .thenApply(response -> response.sequences().get(0));
  }

  private ParsedResponse answer(Voice voice, List<Message> messages) throws InterruptedException {
    ModelInput input = voice.renderer().generationPrompt(messages);
    return voice.renderer().parseResponse(await(ask(voice, input)).toInts());
  }

  /** Unlike join, it ends at an interrupt. */
  private static SampledSequence await(CompletableFuture<SampledSequence> answer)
      throws InterruptedException {
    try {
      return answer.get();
    } catch (ExecutionException e) {
      throw new CompletionException(e.getCause());
    }
  }

  private void print(Message message) {
    PrintWriter console = spec.commandLine().getOut();
    if (main.printsJson()) {
      console.println(message.toJson());
    } else {
      console.println(VisibleText.ofLines(shown(message)));
    }
    console.flush();
  }

  private static String shown(Message message) {
    StringBuilder shown = new StringBuilder();
    if (!message.thinking().isEmpty()) {
      shown.append("[thinks] ").append(message.thinking().strip()).append('\n');
    }
    shown.append(message.text().strip());
    message
        .toolCalls()
        .forEach(call ->
            shown.append("\n[calls] ").append(call.name()).append(' ').append(call.arguments()));
    return shown.toString();
  }

  private void chat(Voice voice) throws IOException, InterruptedException {
    BufferedReader lines = new BufferedReader(in);
    List<Message> messages = List.of();
    PrintWriter err = spec.commandLine().getErr();
    while (true) {
      if (terminal.isInteractive()) {
        err.print("> ");
        err.flush();
      }
      String line = lines.readLine();
      if (line == null || line.isBlank()) {
        return;
      }
      List<Message> asked = asked(messages, line);
      Message answer = answer(voice, asked).message();
      print(answer);
      messages = new ArrayList<>(asked);
      messages.add(answer);
    }
  }

  /** All rows are read before the first is asked, so that a bad one costs nothing. */
  private void answerAll(Voice voice, Path file) throws InterruptedException {
    PromptFile rows = PromptFile.read(file, this::withSystem);
    rows.forEach(voice.renderer(), row -> {});
    if (out == null) {
      answerAll(voice, rows, spec.commandLine().getOut());
      return;
    }
    try (PrintWriter answers = new PrintWriter(Files.newBufferedWriter(out))) {
      answerAll(voice, rows, answers);
    } catch (IOException e) {
      throw new CommandException("--out: " + FileProblem.of(out, e), e);
    }
  }

  private void answerAll(Voice voice, PromptFile rows, PrintWriter answers)
      throws InterruptedException {
    Deque<Asked> underWay = new ArrayDeque<>();
    rows.forEach(
        voice.renderer(),
        row -> {
          underWay.add(new Asked(row.messages(), ask(voice, row.input())));
          if (underWay.size() == AT_ONCE) {
            write(answers, voice, underWay.remove());
          }
        });
    while (!underWay.isEmpty()) {
      write(answers, voice, underWay.remove());
    }
    if (answers.checkError()) {
      throw new CommandException("the answers could not be written; is the disk full?");
    }
  }

  private void write(PrintWriter answers, Voice voice, Asked asked) throws InterruptedException {
    SampledSequence sequence = await(asked.answer());
    ParsedResponse parsed = voice.renderer().parseResponse(sequence.toInts());
    List<Map<String, @Nullable Object>> messages = new ArrayList<>();
    asked.messages().forEach(message -> messages.add(message.toMap()));
    messages.add(parsed.message().toMap());
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("messages", messages);
    row.put("stop_reason", sequence.stopReason().value());
    answers.println(JsonText.write(row));
    answers.flush();
  }
}
