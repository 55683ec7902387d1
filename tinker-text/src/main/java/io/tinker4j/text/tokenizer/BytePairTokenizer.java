package io.tinker4j.text.tokenizer;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** A tokenizer in Java for byte-pair encodings. Immutable but for a bounded cache. */
final class BytePairTokenizer implements Tokenizer {
  private final EncodeSteps steps;
  private final Decoding decoding;
  private final SequenceFrame frame;
  private final TokenizerConfig config;

  BytePairTokenizer(
      EncodeSteps steps,
      List<DecodeStage.Factory> decoder,
      SequenceFrame frame,
      TokenizerConfig config) {
    this.steps = steps;
    this.config = config;
    decoding = new Decoding(steps.model().vocabulary, steps.added(), decoder);
    this.frame = framed(frame, config);
  }

  private SequenceFrame framed(SequenceFrame plain, TokenizerConfig config) {
    SequenceFrame framed = plain;
    OptionalInt begin = beginOfSequence();
    if (begin.isPresent() && config.addBeginOfSequence() != null) {
      framed = framed.beginning(begin.getAsInt(), config.addBeginOfSequence());
    }
    OptionalInt end = endOfSequence();
    if (end.isPresent() && config.addEndOfSequence() != null) {
      framed = framed.ending(end.getAsInt(), config.addEndOfSequence());
    }
    return framed;
  }

  @Override
  public int[] encode(String text, SpecialTokenText specials) {
    return run(text, specials, false).tokens();
  }

  @Override
  public int[] encodeSequence(String text) {
    return frame.around(encode(text, SpecialTokenText.AS_CONTROL));
  }

  @Override
  public Encoding encodeWithOffsets(String text, SpecialTokenText specials) {
    return run(text, specials, true).encoding();
  }

  private EncodeRun run(String text, SpecialTokenText specials, boolean withOffsets) {
    Objects.requireNonNull(specials, "specials");
    char[] chars = Objects.requireNonNull(text, "text").toCharArray();
    WellFormed.check(chars);
    EncodeRun run = new EncodeRun(steps, chars.length, withOffsets);
    run.encode(chars, specials);
    return run;
  }

  @Override
  public String decode(int[] tokens, DecodeOptions options) {
    return decoding.decode(tokens, options);
  }

  @Override
  public TextStream stream(DecodeOptions options) {
    return decoding.stream(Objects.requireNonNull(options, "options"));
  }

  @Override
  public DecodeOptions decodeDefaults() {
    return new DecodeOptions(false, config.cleanUp());
  }

  @Override
  public int vocabularySize() {
    return Math.max(steps.model().vocabulary.limit(), steps.added().limit());
  }

  @Override
  public OptionalInt token(String text) {
    Integer added = steps.added().ids().get(text);
    int id = added == null ? steps.model().vocabulary.id(text) : added;
    return id == Vocabulary.NONE ? OptionalInt.empty() : OptionalInt.of(id);
  }

  @Override
  public Map<String, Integer> specialTokens() {
    return steps.added().ids();
  }

  @Override
  public OptionalInt beginOfSequence() {
    return named(config.beginOfSequence());
  }

  @Override
  public OptionalInt endOfSequence() {
    return named(config.endOfSequence());
  }

  private OptionalInt named(@Nullable String text) {
    return text == null ? OptionalInt.empty() : token(text);
  }

  @Override
  public Optional<String> chatTemplate() {
    return Optional.ofNullable(config.chatTemplate());
  }
}
