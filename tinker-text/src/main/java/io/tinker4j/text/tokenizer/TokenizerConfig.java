package io.tinker4j.text.tokenizer;

import org.jspecify.annotations.Nullable;

/**
 * What {@code tokenizer_config.json} and files beside it say; null where they are silent.
 *
 * @param addBeginOfSequence whether a sequence begins with that token
 * @param addEndOfSequence whether a sequence ends with that token
 * @param cleanUp whether decoding cleans up spaces
 */
record TokenizerConfig(
    @Nullable String beginOfSequence,
    @Nullable String endOfSequence,
    @Nullable Boolean addBeginOfSequence,
    @Nullable Boolean addEndOfSequence,
    boolean cleanUp,
    @Nullable String chatTemplate) {
  static final TokenizerConfig NONE = new TokenizerConfig(null, null, null, null, false, null);
}
