package io.tinker4j.text.tokenizer;

/** One encoding of one text. Used by one thread, once. */
final class EncodeRun implements Splitter.Sink {
  private final EncodeSteps steps;
  private final Merger merger;
  private final IntList tokens;
  private final boolean withOffsets;
  private final IntList starts;
  private final IntList ends;
  private NormalText part = NormalText.of("");

  EncodeRun(EncodeSteps steps, int length, boolean withOffsets) {
    this.steps = steps;
    this.withOffsets = withOffsets;
    merger = steps.model().merger();
    tokens = new IntList(length / 3 + 8);
    starts = new IntList(withOffsets ? length / 3 + 8 : 0);
    ends = new IntList(withOffsets ? length / 3 + 8 : 0);
  }

  void encode(char[] text, SpecialTokenText specials) {
    AddedTokens.Tries tries = steps.added().tries(specials);
    int from = 0;
    for (TokenTrie.Match match : tries.plain().find(text, 0, text.length)) {
      encodePart(NormalText.of(text, from, match.start()), tries.normalized());
      add(match.token().id(), match.start(), match.end());
      from = match.end();
    }
    encodePart(NormalText.of(text, from, text.length), tries.normalized());
  }

  private void encodePart(NormalText plain, TokenTrie trie) {
    if (plain.start == plain.end) {
      return;
    }
    NormalText normal = plain.normalized(steps.normalizer());
    int from = normal.start;
    for (TokenTrie.Match match : trie.find(normal.chars, normal.start, normal.end)) {
      cut(normal, from, match.start());
      add(match.token().id(), normal.sourceStart(match.start()), normal.sourceEnd(match.end() - 1));
      from = match.end();
    }
    cut(normal, from, normal.end);
  }

  private void cut(NormalText normal, int from, int end) {
    if (from < end) {
      part = steps.opening().open(normal, from, end);
      int start = part == normal ? from : part.start;
      steps.splitter().split(part.chars, start, part == normal ? end : part.end, this);
    }
  }

  @Override
  public void piece(char[] text, int start, int end) {
    if (!withOffsets) {
      steps.model().encode(text, start, end, merger, tokens);
      return;
    }
    steps.model().encodeWithOffsets(text, start, end, merger);
    for (int i = 0; i < merger.size(); i++) {
      add(merger.token(i), part.sourceStart(merger.start(i)), part.sourceEnd(merger.end(i) - 1));
    }
  }

  private void add(int token, int start, int end) {
    tokens.add(token);
    if (withOffsets) {
      starts.add(start);
      ends.add(end);
    }
  }

  int[] tokens() {
    return tokens.toArray();
  }

  Encoding encoding() {
    return new Encoding(tokens.toArray(), starts.toArray(), ends.toArray());
  }
}
