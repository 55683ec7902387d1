package io.tinker4j.cli;

import io.tinker4j.cli.output.VisibleText;
import io.tinker4j.text.renderer.SupervisedExample;
import io.tinker4j.text.tokenizer.Tokenizer;
import io.tinker4j.types.EncodedTextChunk;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.ModelInputChunk;
import java.io.PrintWriter;
import java.nio.IntBuffer;
import java.util.List;

/**
 * An example with a line for each token: its place, its id, its weight and its text, which is
 * escaped to one line. On a terminal what is learned is green.
 */
final class TokenList {
  private static final String LEARNED = "\u001b[32m";
  private static final String PLAIN = "\u001b[0m";

  private final Tokenizer tokenizer;
  private final boolean colours;
  private final PrintWriter out;

  TokenList(Tokenizer tokenizer, boolean colours, PrintWriter out) {
    this.tokenizer = tokenizer;
    this.colours = colours;
    this.out = out;
  }

  void print(SupervisedExample example) {
    int at = 0;
    int learned = 0;
    for (ModelInputChunk chunk : example.modelInput().chunks()) {
      if (chunk instanceof EncodedTextChunk text) {
        IntBuffer tokens = text.tokens();
        while (tokens.hasRemaining()) {
          int token = tokens.get();
          learned += example.weight(at) == 0 ? 0 : 1;
          line(at, String.valueOf(token), example, VisibleText.of(tokenizer.decode(token)));
          at++;
        }
      } else {
        int length = ModelInput.of(List.of(chunk)).length();
        line(at, "", example, "[%d tokens of an image]".formatted(length));
        at += length;
      }
    }
    out.println("%d tokens, %d of them learned".formatted(at, learned));
  }

  private void line(int at, String id, SupervisedExample example, String text) {
    float weight = example.weight(at);
    String number = weight == (int) weight ? String.valueOf((int) weight) : String.valueOf(weight);
    String line = "%6d %8s %6s  %s".formatted(at, id, number, text);
    out.println(colours && weight != 0 ? LEARNED + line + PLAIN : line);
  }
}
