package io.tinker4j.text.tokenizer;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;

/** Makes tokenizers whose vocabulary is bytes: a token per byte, or ranks as tiktoken has them. */
final class SpelledBytes {
  private static final Splitter WHOLE = (text, start, end, sink) -> sink.piece(text, start, end);

  private SpelledBytes() {}

  /** Returns a tokenizer with a token per byte, whose id is the byte, and special tokens. */
  static Tokenizer bytes(Map<String, Integer> specials, TokenizerConfig config) {
    Vocabulary vocabulary = new Vocabulary();
    for (int i = 0; i < 256; i++) {
      vocabulary.put(String.valueOf(ByteAlphabet.character(i)), i);
    }
    BytePairModel model =
        new ByteLevelModel(vocabulary, new PairTable(0), Vocabulary.NONE, false, new BitSet());
    return tokenizer(model, WHOLE, specials, config);
  }

  /**
   * Returns a tokenizer of ranks. Two neighbours merge when what they spell has a rank, the lowest
   * first; a piece that has a rank as a whole is a token at once.
   *
   * @param vocabulary tokens spelled with {@link ByteAlphabet}; their ids are their ranks
   */
  static Tokenizer ranks(
      Vocabulary vocabulary,
      Splitter splitter,
      Map<String, Integer> specials,
      TokenizerConfig config) {
    PairTable merges = new PairTable(vocabulary.limit() * 2);
    for (int id = 0; id < vocabulary.limit(); id++) {
      String text = vocabulary.text(id);
      for (int cut = 1; text != null && cut < text.length(); cut++) {
        int left = vocabulary.id(text.substring(0, cut));
        int right = left == Vocabulary.NONE ? left : vocabulary.id(text.substring(cut));
        if (right != Vocabulary.NONE) {
          merges.put(left, right, id, id);
        }
      }
    }
    BytePairModel model =
        new ByteLevelModel(vocabulary, merges, Vocabulary.NONE, true, new BitSet());
    return tokenizer(model, splitter, specials, config);
  }

  private static Tokenizer tokenizer(
      BytePairModel model,
      Splitter splitter,
      Map<String, Integer> specials,
      TokenizerConfig config) {
    List<AddedToken> added = new ArrayList<>();
    specials.forEach((text, id) ->
        added.add(new AddedToken(id, text, AddedToken.Trims.NOTHING, false, false, true, false)));
    EncodeSteps steps =
        new EncodeSteps(
            new AddedTokens(added, Normalizer.NONE),
            Normalizer.NONE,
            EncodeSteps.Opening.NONE,
            splitter,
            model);
    return new BytePairTokenizer(
        steps, List.of(DecodeStage.ByteLevel::new), SequenceFrame.NONE, config);
  }
}
