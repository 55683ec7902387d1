package io.tinker4j.text.tokenizer;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns tokens into text. Immutable. */
final class Decoding {
  private final Vocabulary vocabulary;
  private final AddedTokens added;
  private final List<DecodeStage.Factory> stages;

  Decoding(Vocabulary vocabulary, AddedTokens added, List<DecodeStage.Factory> stages) {
    this.vocabulary = vocabulary;
    this.added = added;
    this.stages = List.copyOf(stages);
  }

  String decode(int[] tokens, DecodeOptions options) {
    DecodeStage.Collected collected = new DecodeStage.Collected();
    DecodeStage first = first(collected);
    for (int token : tokens) {
      String text = text(token, options.skipSpecialTokens());
      if (text != null) {
        first.add(text);
      }
    }
    first.end();
    String decoded = collected.take();
    return options.cleanUp() ? CleanUp.clean(decoded) : decoded;
  }

  TextStream stream(DecodeOptions options) {
    DecodeStage.Collected collected = new DecodeStage.Collected();
    TextStream stream = new Streamed(first(collected), collected, options.skipSpecialTokens());
    return options.cleanUp() ? new CleanedStream(stream) : stream;
  }

  private DecodeStage first(DecodeStage last) {
    DecodeStage first = last;
    for (int i = stages.size(); i > 0; i--) {
      first = stages.get(i - 1).before(first);
    }
    return first;
  }

  private @Nullable String text(int token, boolean skipSpecial) {
    String text = added.text(token);
    if (text == null) {
      text = vocabulary.text(token);
    }
    return text != null && skipSpecial && added.isSpecial(text) ? null : text;
  }

  private final class Streamed implements TextStream {
    private final DecodeStage first;
    private final DecodeStage.Collected collected;
    private final boolean skipSpecial;
    private boolean isFinished;

    Streamed(DecodeStage first, DecodeStage.Collected collected, boolean skipSpecial) {
      this.first = first;
      this.collected = collected;
      this.skipSpecial = skipSpecial;
    }

    @Override
    public String add(int token) {
      checkOpen();
      String text = text(token, skipSpecial);
      if (text != null) {
        first.add(text);
      }
      return collected.take();
    }

    @Override
    public String finish() {
      checkOpen();
      isFinished = true;
      first.end();
      return collected.take();
    }

    private void checkOpen() {
      if (isFinished) {
        throw new IllegalStateException("the stream is finished; begin another for other tokens");
      }
    }
  }
}
