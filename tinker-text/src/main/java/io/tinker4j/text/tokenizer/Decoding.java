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
    return new Streamed(first(collected), collected, options);
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
    private final DecodeOptions options;
    private final StringBuilder uncleaned = new StringBuilder();
    private boolean isFinished;

    Streamed(DecodeStage first, DecodeStage.Collected collected, DecodeOptions options) {
      this.first = first;
      this.collected = collected;
      this.options = options;
    }

    @Override
    public String add(int token) {
      checkOpen();
      String text = text(token, options.skipSpecialTokens());
      if (text == null) {
        return "";
      }
      first.add(text);
      return taken(false);
    }

    @Override
    public String finish() {
      checkOpen();
      isFinished = true;
      first.end();
      return taken(true);
    }

    private void checkOpen() {
      if (isFinished) {
        throw new IllegalStateException("the stream is finished; begin another for other tokens");
      }
    }

    private String taken(boolean isLast) {
      if (!options.cleanUp()) {
        return collected.take();
      }
      uncleaned.append(collected.take());
      int certain = isLast ? uncleaned.length() : CleanUp.certain(uncleaned);
      String cleaned = CleanUp.clean(uncleaned.substring(0, certain));
      uncleaned.delete(0, certain);
      return cleaned;
    }
  }
}
