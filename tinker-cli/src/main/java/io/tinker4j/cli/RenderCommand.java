package io.tinker4j.cli;

import io.tinker4j.cli.output.CommandException;
import io.tinker4j.cli.output.FileProblem;
import io.tinker4j.cli.output.JsonText;
import io.tinker4j.cli.output.Terminal;
import io.tinker4j.text.data.ChatData;
import io.tinker4j.text.renderer.Renderer;
import io.tinker4j.text.renderer.SupervisedExample;
import io.tinker4j.text.renderer.TrainOnWhat;
import io.tinker4j.text.tokenizer.Tokenizer;
import io.tinker4j.types.EncodedTextChunk;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.ModelInputChunk;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.IntBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tinker render}. */
@Command(
    name = "render",
    description = {
      "Shows the examples of a data file as tokens, and which of them are learned.",
      "On a terminal these are green, neighbouring tokens differ in shade, and special tokens are "
          + "inverted; elsewhere what is learned is between ⟦ and ⟧, a special token between ⟨ and "
          + "⟩. Rows that cannot be used are named. Needs no server."
    })
final class RenderCommand implements Callable<Integer> {
  private final Main main;
  private final Terminal terminal;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private TextOptions text = new TextOptions();

  @Parameters(
      paramLabel = "FILE",
      description = "A JSONL file of chats, plain or packed with gzip or zstd.")
  private Path file = Path.of("");

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "1",
      description = "How many examples to show. Default: 1.")
  private int count = 1;

  @Option(
      names = "--tokens",
      description = "Lists the tokens, one a line: place, id, weight, text.")
  private boolean tokens;

  @Option(
      names = "--train-on",
      paramLabel = "WHAT",
      defaultValue = "all_assistant_messages",
      completionCandidates = TrainOnWords.class,
      description = "What is learned, as for tinker train. Default: all_assistant_messages.")
  private TrainOnWhat trainOn = TrainOnWhat.ALL_ASSISTANT_MESSAGES;

  RenderCommand(Main main, Terminal terminal) {
    this.main = main;
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (count < 1) {
      throw new ParameterException(
          spec.commandLine(), "--count is " + count + "; it must be at least 1");
    }
    if (trainOn == TrainOnWhat.CUSTOMIZED) {
      throw new ParameterException(
          spec.commandLine(),
          "--train-on: rows say themselves what is customized, by weight or trainable");
    }
    String model = text.model() == null ? TextOptions.TINY_BYTES : text.model();
    Tokenizer tokenizer = text.tokenizer(model);
    Renderer renderer = text.renderer(model, tokenizer);
    PrintWriter out = spec.commandLine().getOut();
    try (ChatData data =
        ChatData.builder(renderer).file(file).trainOn(trainOn).skipBad(true).open()) {
      data.survey()
          .firstBad()
          .forEach(bad -> spec.commandLine().getErr().println("Note: " + bad.getMessage()));
      for (int i = 0; i < Math.min(count, data.survey().examples()); i++) {
        print(out, tokenizer, data.example(i));
      }
    } catch (IllegalArgumentException e) {
      throw new CommandException(String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw new CommandException(FileProblem.of(file, e), e);
    }
    return CommandLine.ExitCode.OK;
  }

  private void print(PrintWriter out, Tokenizer tokenizer, SupervisedExample example) {
    if (main.printsJson()) {
      out.println(JsonText.write(json(example)));
    } else if (tokens) {
      new TokenList(tokenizer, terminal.isInteractive(), out).print(example);
    } else {
      out.println(new ExampleView(tokenizer, terminal.isInteractive()).of(example));
    }
  }

  /** Nulls stand for the tokens of an image, which only the model knows. */
  private static Map<String, @Nullable Object> json(SupervisedExample example) {
    List<@Nullable Integer> tokens = new ArrayList<>();
    List<Float> weights = new ArrayList<>();
    for (ModelInputChunk chunk : example.modelInput().chunks()) {
      if (chunk instanceof EncodedTextChunk encoded) {
        IntBuffer ids = encoded.tokens();
        while (ids.hasRemaining()) {
          tokens.add(ids.get());
        }
      } else {
        tokens.addAll(Collections.nCopies(ModelInput.of(List.of(chunk)).length(), null));
      }
    }
    for (int i = 0; i < example.length(); i++) {
      weights.add(example.weight(i));
    }
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("tokens", tokens);
    json.put("weights", weights);
    return json;
  }
}
