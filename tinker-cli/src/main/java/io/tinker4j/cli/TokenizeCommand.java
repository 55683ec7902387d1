package io.tinker4j.cli;

import io.tinker4j.cli.output.CommandException;
import io.tinker4j.cli.output.JsonText;
import io.tinker4j.cli.output.VisibleText;
import io.tinker4j.text.tokenizer.Encoding;
import io.tinker4j.text.tokenizer.SpecialTokenText;
import io.tinker4j.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tinker tokenize}. */
@Command(
    name = "tokenize",
    description = {
      "Shows the tokens of a text, or with --decode the text of tokens.",
      "The line of a token has its id, where in the text it is, and what it stands for. Needs "
          + "no server."
    })
final class TokenizeCommand implements Callable<Integer> {
  private final Main main;
  private final Reader in;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private TextOptions options = new TextOptions();

  @Parameters(
      paramLabel = "TEXT",
      arity = "0..1",
      description = "The text, or with --decode the ids. Default: what stdin has.")
  private @Nullable String text;

  @Option(
      names = "--special",
      description = "Makes a special token of text that looks like one. Default: it stays text.")
  private boolean special;

  @Option(
      names = "--decode",
      description = "Turns ids into text; spaces or commas stand between them.")
  private boolean decode;

  TokenizeCommand(Main main, Reader in) {
    this.main = main;
    this.in = in;
  }

  @Override
  public Integer call() throws IOException {
    String model = options.model() == null ? TextOptions.TINY_BYTES : options.model();
    Tokenizer tokenizer = options.tokenizer(model);
    String input = text == null ? stdin() : text;
    PrintWriter out = spec.commandLine().getOut();
    if (decode) {
      String decoded = tokenizer.decode(ids(input, tokenizer.vocabularySize()));
      out.println(main.printsJson() ? JsonText.write(Map.of("text", decoded)) : decoded);
      return CommandLine.ExitCode.OK;
    }
    Encoding encoding;
    try {
      encoding =
          tokenizer.encodeWithOffsets(
              input, special ? SpecialTokenText.AS_CONTROL : SpecialTokenText.AS_TEXT);
    } catch (IllegalArgumentException e) {
      throw new CommandException(String.valueOf(e.getMessage()), e);
    }
    print(out, tokenizer, encoding);
    return CommandLine.ExitCode.OK;
  }

  private String stdin() throws IOException {
    StringWriter all = new StringWriter();
    in.transferTo(all);
    return all.toString();
  }

  private int[] ids(String input, int vocabularySize) {
    return Arrays.stream(input.split("[\\s,\\[\\]]+"))
        .filter(word -> !word.isEmpty())
        .mapToInt(word -> id(word, vocabularySize))
        .toArray();
  }

  private int id(String word, int vocabularySize) {
    int id;
    try {
      id = Integer.parseInt(word);
    } catch (NumberFormatException e) {
      throw new ParameterException(
          spec.commandLine(),
          "--decode takes ids of tokens, such as \"12 7 300\"; '%s' is none".formatted(word),
          e);
    }
    if (id < 0 || id >= vocabularySize) {
      throw new CommandException(
          "the tokenizer has no token %d; its ids are from 0 to %d"
              .formatted(id, vocabularySize - 1));
    }
    return id;
  }

  private void print(PrintWriter out, Tokenizer tokenizer, Encoding encoding) {
    int[] tokens = encoding.tokens();
    if (main.printsJson()) {
      out.println(
          JsonText.write(
              Map.of("tokens", IntStream.of(tokens).boxed().collect(Collectors.toList()))));
      return;
    }
    for (int i = 0; i < tokens.length; i++) {
      out.println(
          "%8d  %6d..%-6d %s"
              .formatted(
                  tokens[i],
                  encoding.start(i),
                  encoding.end(i),
                  VisibleText.of(tokenizer.decode(tokens[i]))));
    }
    out.println(tokens.length == 1 ? "1 token" : tokens.length + " tokens");
  }
}
