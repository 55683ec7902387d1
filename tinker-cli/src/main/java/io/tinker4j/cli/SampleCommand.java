package io.tinker4j.cli;

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
      "Asks a model: one prompt, a file of prompts, or a chat in the terminal, which an empty line",
      "ends. What it was tuned to is named by --run, --checkpoint or neither, for the base model."
    })
final class SampleCommand implements Callable<Integer> {
  private static final int AT_ONCE = 16;

  private final Main main;
  private final Reader in;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private ClientOptions client = new ClientOptions();
  @Mixin private TextOptions text = new TextOptions();

  @Option(
      names = "--run",
      paramLabel = "DIR",
      description = "The directory of a tinker train that is complete.")
  private @Nullable Path run;

  @Option(
      names = "--checkpoint",
      paramLabel = "PATH",
      description = "Weights for sampling, tinker://…/sampler_weights/….")
  private @Nullable String checkpoint;

  @Option(names = "--prompt", paramLabel = "TEXT", description = "What a user says.")
  private @Nullable String prompt;

  @Option(
      names = "--prompts",
      paramLabel = "FILE",
      description = {
        "JSONL, a row per prompt: \"prompt\" or \"messages\"; plain lines are prompts, too."
            + " Answers",
        "are printed as JSONL in the same order."
      })
  private @Nullable Path prompts;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Where answers to --prompts go. Default: stdout.")
  private @Nullable Path out;

  @Option(names = "--system", paramLabel = "TEXT", description = "A system message in front.")
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
      description = "How free the choice is; 0 takes the most likely. Default: 0.7.")
  private double temperature = 0.7;

  @Option(
      names = "--top-p",
      paramLabel = "X",
      defaultValue = "1",
      description = "Of the most likely tokens with this probability together. Default: 1.")
  private double topP = 1;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Makes answers repeatable. Default: none.")
  private @Nullable Long seed;

  SampleCommand(Main main, Reader in) {
    this.main = main;
    this.in = in;
  }

  /** A model with what turns chats into its tokens. */
  private record Voice(SamplingClient sampler, Tokenizer tokenizer, Renderer renderer) {}

  /** An answer, on its way. */
  private record Asked(List<Message> messages, CompletableFuture<SampledSequence> answer) {}

  @Override
  public Integer call() throws IOException {
    CommandLine command = spec.commandLine();
    if (run != null && checkpoint != null) {
      throw new ParameterException(command, "--run and --checkpoint name two models; give one");
    }
    if (prompt != null && prompts != null) {
      throw new ParameterException(command, "--prompt and --prompts do not go together");
    }
    SdkLog.printTo(command.getErr(), client.isVerbose());
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

  private static RunFile completed(Path directory) {
    return RunFile.read(directory)
        .orElseThrow(() ->
            new CommandException(
                "--run: %s has no run.json; tinker train writes it when it has come to the end"
                    .formatted(directory)));
  }

  private TrainingServer server(@Nullable RunFile file) {
    String baseUrl = client.baseUrl();
    if (baseUrl == null && file != null) {
      baseUrl = file.baseUrl();
    }
    if (baseUrl != null) {
      return RemoteServer.reach(baseUrl, client.apiKey());
    }
    return EmbeddedServer.start(run == null ? null : run.resolve("server"));
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
    if (messages.isEmpty() && system != null) {
      messages.add(Message.system(system));
    }
    messages.add(Message.user(question));
    return messages;
  }

  private CompletableFuture<SampledSequence> ask(Voice voice, List<Message> messages) {
    ModelInput input = voice.renderer().generationPrompt(messages);
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

  private ParsedResponse answer(Voice voice, List<Message> messages) {
    return voice.renderer().parseResponse(ask(voice, messages).join().toInts());
  }

  private void print(Message message) {
    PrintWriter console = spec.commandLine().getOut();
    if (main.printsJson()) {
      console.println(message.toJson());
    } else {
      console.println(shown(message));
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
        .forEach(call -> shown.append("\n[calls] ").append(call.name()).append(call.arguments()));
    return shown.toString();
  }

  private void chat(Voice voice) throws IOException {
    BufferedReader lines = new BufferedReader(in);
    List<Message> messages = List.of();
    PrintWriter err = spec.commandLine().getErr();
    while (true) {
      err.print("> ");
      err.flush();
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

  private void answerAll(Voice voice, Path file) throws IOException {
    if (out == null) {
      answerAll(voice, file, spec.commandLine().getOut());
      return;
    }
    try (PrintWriter answers = new PrintWriter(Files.newBufferedWriter(out))) {
      answerAll(voice, file, answers);
    }
  }

  private void answerAll(Voice voice, Path file, PrintWriter answers) throws IOException {
    Deque<Asked> underWay = new ArrayDeque<>();
    try (BufferedReader rows = Files.newBufferedReader(file)) {
      long number = 0;
      for (String row = rows.readLine(); row != null; row = rows.readLine()) {
        number++;
        if (row.isBlank()) {
          continue;
        }
        List<Message> messages = messages(row, file, number);
        underWay.add(new Asked(messages, ask(voice, messages)));
        if (underWay.size() == AT_ONCE) {
          write(answers, voice, underWay.remove());
        }
      }
    }
    while (!underWay.isEmpty()) {
      write(answers, voice, underWay.remove());
    }
  }

  private List<Message> messages(String row, Path file, long number) {
    if (!row.stripLeading().startsWith("{")) {
      return asked(List.of(), row);
    }
    try {
      Map<String, @Nullable Object> object = JsonText.readObject(row);
      if (object.get("prompt") instanceof String question) {
        return asked(List.of(), question);
      }
      if (object.get("messages") instanceof List<?> list) {
        return Message.fromList(list);
      }
      throw new IllegalArgumentException("it has neither a \"prompt\" text nor \"messages\"");
    } catch (JsonText.SyntaxException | IllegalArgumentException e) {
      throw new CommandException("%s line %d: %s".formatted(file, number, e.getMessage()), e);
    }
  }

  private void write(PrintWriter answers, Voice voice, Asked asked) {
    SampledSequence sequence = asked.answer().join();
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
