package io.tinker4j.cli;

import io.tinker4j.text.renderer.SupervisedExample;
import io.tinker4j.text.tokenizer.DecodeOptions;
import io.tinker4j.text.tokenizer.TextStream;
import io.tinker4j.text.tokenizer.Tokenizer;
import io.tinker4j.types.EncodedTextChunk;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.ModelInputChunk;
import java.nio.IntBuffer;
import java.util.List;

/**
 * An example as text in which one sees what is learned: in colour on a terminal, else between
 * {@code ⟦} and {@code ⟧}.
 */
final class ExampleView {
  private static final String LEARNED = "\u001b[1;32m";
  private static final String READ = "\u001b[2m";
  private static final String PLAIN = "\u001b[0m";

  private final Tokenizer tokenizer;
  private final boolean colours;

  ExampleView(Tokenizer tokenizer, boolean colours) {
    this.tokenizer = tokenizer;
    this.colours = colours;
  }

  String of(SupervisedExample example) {
    StringBuilder view = new StringBuilder();
    TextStream run = tokenizer.stream(DecodeOptions.DEFAULT);
    StringBuilder text = new StringBuilder();
    boolean learned = false;
    int at = 0;
    for (ModelInputChunk chunk : example.modelInput().chunks()) {
      if (!(chunk instanceof EncodedTextChunk encoded)) {
        int length = ModelInput.of(List.of(chunk)).length();
        text.append("[%d tokens of an image]".formatted(length));
        at += length;
        continue;
      }
      IntBuffer tokens = encoded.tokens();
      while (tokens.hasRemaining()) {
        boolean isLearned = example.weight(at++) != 0;
        if (isLearned != learned) {
          close(view, text.append(run.finish()), learned);
          run = tokenizer.stream(DecodeOptions.DEFAULT);
          text.setLength(0);
          learned = isLearned;
        }
        text.append(run.add(tokens.get()));
      }
    }
    close(view, text.append(run.finish()), learned);
    return view.toString();
  }

  private void close(StringBuilder view, StringBuilder text, boolean learned) {
    if (text.isEmpty()) {
      return;
    }
    String shown = VisibleText.ofLines(text.toString());
    if (colours) {
      view.append(learned ? LEARNED : READ).append(shown).append(PLAIN);
    } else {
      view.append(learned ? "⟦" + shown + "⟧" : shown);
    }
  }
}
