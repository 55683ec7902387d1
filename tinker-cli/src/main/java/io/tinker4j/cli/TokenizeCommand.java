package io.tinker4j.cli;

import io.tinker4j.text.tokenizer.Encoding;
import io.tinker4j.text.tokenizer.SpecialTokenText;
import io.tinker4j.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.List;
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
      "Shows the tokens of a text, one per line: the id, where it comes from, the text. With",
      "--decode, the text of tokens. Needs no server."
    })
final class TokenizeCommand implements Callable<Integer> {
  private final Main main;
  private final Reader in;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private TextOptions options = new TextOptions();

  @Parameters(
      paramLabel = "TEXT",
      arity = "0..1",
      description = "The text, or with --decode the ids. Default: what comes from stdin.")
  private @Nullable String text;

  @Option(
      names = "--special",
      description = {"Text that looks like a special token becomes it. Default: it stays text."})
  private boolean special;

  @Option(names = "--decode", description = "Turns ids, between spaces or commas, into text.")
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
      String decoded = tokenizer.decode(ids(input));
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

  private int[] ids(String input) {
    List<String> words =
        Arrays.stream(input.split("[\\s,\\[\\]]+")).filter(it -> !it.isEmpty()).toList();
    try {
      return words.stream().mapToInt(Integer::parseInt).toArray();
    } catch (NumberFormatException e) {
      throw new ParameterException(
          spec.commandLine(),
          "--decode takes token ids, such as \"12 7 300\": " + e.getMessage(),
          e);
    }
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
    out.println(tokens.length + " tokens");
  }
}
