package io.tinker4j.cli;

import io.tinker4j.cli.output.VisibleText;
import io.tinker4j.text.renderer.SupervisedExample;
import io.tinker4j.text.tokenizer.DecodeOptions;
import io.tinker4j.text.tokenizer.TextStream;
import io.tinker4j.text.tokenizer.Tokenizer;
import io.tinker4j.types.EncodedTextChunk;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.ModelInputChunk;
import java.nio.IntBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * An example as text in which one sees what is learned, and which parts are special tokens. On a
 * terminal what is learned is green and the rest is pale, neighbouring tokens differ in shade, and
 * special tokens are inverted. Elsewhere what is learned is between {@code ⟦} and {@code ⟧} and a
 * special token between {@code ⟨} and {@code ⟩}; where text has one of these characters itself, it
 * is written as {@code \\u{27e6}}.
 */
final class ExampleView {
  private static final String[] LEARNED = {"\u001b[1;32m", "\u001b[32m"};
  private static final String[] READ = {"\u001b[2m", "\u001b[37m"};
  private static final String INVERTED = "\u001b[7m";
  private static final String PLAIN = "\u001b[0m";
  private static final String BRACKETS = "⟦⟧⟨⟩";

  private final Tokenizer tokenizer;
  private final boolean colours;
  private final Set<Integer> special;

  ExampleView(Tokenizer tokenizer, boolean colours) {
    this.tokenizer = tokenizer;
    this.colours = colours;
    this.special = new HashSet<>(tokenizer.specialTokens().values());
  }

  String of(SupervisedExample example) {
    return new View().of(example);
  }

  /** One example on its way to text. */
  private final class View {
    private final StringBuilder view = new StringBuilder();
    private TextStream run = tokenizer.stream(DecodeOptions.DEFAULT);
    private boolean learned;
    private int shade;

    String of(SupervisedExample example) {
      int at = 0;
      for (ModelInputChunk chunk : example.modelInput().chunks()) {
        if (chunk instanceof EncodedTextChunk text) {
          IntBuffer tokens = text.tokens();
          while (tokens.hasRemaining()) {
            add(tokens.get(), example.weight(at++) != 0);
          }
        } else {
          int length = ModelInput.of(List.of(chunk)).length();
          turn(example.weight(at) != 0);
          show("[%d tokens of an image]".formatted(length), false);
          at += length;
        }
      }
      turn(false);
      return view.toString();
    }

    private void add(int token, boolean isLearned) {
      if (isLearned != learned) {
        turn(isLearned);
      }
      if (special.contains(token)) {
        flush();
        show(VisibleText.ofLines(tokenizer.decode(token)), true);
      } else {
        show(text(run.add(token)), false);
      }
    }

    /** Ends what is learned, or what is not, and begins the other. */
    private void turn(boolean isLearned) {
      flush();
      if (!colours && learned != isLearned) {
        view.append(isLearned ? '⟦' : '⟧');
      }
      learned = isLearned;
    }

    /** Shows what a decoder still waited with, such as half of a character. */
    private void flush() {
      show(text(run.finish()), false);
      run = tokenizer.stream(DecodeOptions.DEFAULT);
    }

    private void show(String text, boolean isSpecial) {
      if (text.isEmpty()) {
        return;
      }
      if (colours) {
        view.append((learned ? LEARNED : READ)[shade]);
        shade = 1 - shade;
        view.append(isSpecial ? INVERTED : "").append(text).append(PLAIN);
      } else {
        view.append(isSpecial ? "⟨" + text + "⟩" : text);
      }
    }

    private String text(String raw) {
      String text = VisibleText.ofLines(raw);
      return colours ? text : VisibleText.escape(text, BRACKETS);
    }
  }
}
