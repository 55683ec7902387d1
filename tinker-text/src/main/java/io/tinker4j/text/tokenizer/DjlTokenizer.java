package io.tinker4j.text.tokenizer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A tokenizer of a kind that is not read in Java, through the native library. That library knows no
 * way to leave special tokens text, so what a user has typed goes to a second tokenizer that has
 * none.
 */
final class DjlTokenizer implements Tokenizer {
  private final DjlNative controls;
  private final DjlNative plain;
  private final Map<String, Integer> added = new LinkedHashMap<>();
  private final BitSet special = new BitSet();
  private final Map<String, Integer> vocabulary = new HashMap<>();
  private final TokenizerConfig config;
  private int limit;

  private DjlTokenizer(DjlNative controls, DjlNative plain, JsonNode json, TokenizerConfig config) {
    this.controls = controls;
    this.plain = plain;
    this.config = config;
    JsonNode words = json.path("model").path("vocab");
    for (Map.Entry<String, JsonNode> each : words.properties()) {
      addWord(each.getKey(), each.getValue().asInt());
    }
    for (int i = 0; i < words.size() && words.isArray(); i++) {
      addWord(words.get(i).path(0).asString(), i);
    }
    String unknown = json.path("model").path("unk_token").stringValue("");
    for (JsonNode each : json.path("added_tokens")) {
      String text = each.path("content").asString();
      int id = vocabulary.getOrDefault(text, each.path("id").asInt());
      added.put(text, id);
      limit = Math.max(limit, id + 1);
      special.set(id, each.path("special").asBoolean(false) && !text.equals(unknown));
    }
    JsonNode unknownId = json.path("model").path("unk_id");
    if (unknownId.isInt()) {
      special.clear(unknownId.asInt());
    }
  }

  private void addWord(String text, int id) {
    vocabulary.put(text, id);
    limit = Math.max(limit, id + 1);
  }

  /**
   * Reads a file.
   *
   * @param reason why it is not read in Java
   * @throws UnsupportedTokenizerException when the library is missing, does not run here, or does
   *     not read the file
   */
  static Tokenizer read(Path file, TokenizerConfig config, UnsupportedTokenizerException reason)
      throws IOException {
    Optional<String> obstacle = NativePlatform.current().obstacle();
    if (obstacle.isPresent()) {
      throw new UnsupportedTokenizerException(
          reason.getMessage() + ", and " + obstacle.get(), reason);
    }
    JsonNode json = ConfigReader.tree(file);
    ObjectNode textOnly = (ObjectNode) json.deepCopy();
    ArrayNode ordinary = textOnly.putArray("added_tokens");
    for (JsonNode each : json.path("added_tokens")) {
      if (!each.path("special").asBoolean(false)) {
        ordinary.add(each);
      }
    }
    try {
      return new DjlTokenizer(
          DjlNative.of(json.toString()), DjlNative.of(textOnly.toString()), json, config);
    } catch (LinkageError e) {
      throw new UnsupportedTokenizerException(
          reason.getMessage()
              + "; for other kinds add ai.djl.huggingface:tokenizers 0.38 to the dependencies (it"
              + " runs on "
              + NativePlatform.SUPPORTED
              + ")",
          e);
    } catch (IllegalStateException e) {
      throw new UnsupportedTokenizerException(
          reason.getMessage() + ", and the native library did not start: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      throw new UnsupportedTokenizerException(
          reason.getMessage() + ", and the native library does not read it: " + e.getMessage(), e);
    }
  }

  @Override
  public int[] encode(String text, SpecialTokenText specials) {
    return encodeWithOffsets(text, specials).tokens();
  }

  @Override
  public Encoding encodeWithOffsets(String text, SpecialTokenText specials) {
    WellFormed.check(Objects.requireNonNull(text, "text").toCharArray());
    if (Objects.requireNonNull(specials, "specials") == SpecialTokenText.AS_CONTROL) {
      return controls.encode(text);
    }
    Encoding encoding = plain.encode(text);
    for (int i = 0; i < encoding.size(); i++) {
      if (special.get(encoding.tokens()[i])) {
        throw new IllegalArgumentException(
            "the text has a special token at index %d that this tokenizer cannot leave text; take it out, or encode with AS_CONTROL"
                .formatted(encoding.start(i)));
      }
    }
    return encoding;
  }

  @Override
  public int[] encodeSequence(String text) {
    WellFormed.check(Objects.requireNonNull(text, "text").toCharArray());
    int[] tokens = controls.encodeSequence(text);
    OptionalInt begin = beginOfSequence();
    boolean addsBegin = Boolean.TRUE.equals(config.addBeginOfSequence());
    boolean isMissing = begin.isPresent() && (tokens.length == 0 || tokens[0] != begin.getAsInt());
    return addsBegin && isMissing
        ? new SequenceFrame(new int[] {begin.getAsInt()}, new int[0]).around(tokens)
        : tokens;
  }

  @Override
  public String decode(int[] tokens, DecodeOptions options) {
    String decoded = controls.decode(tokens, options.skipSpecialTokens());
    return options.cleanUp() ? CleanUp.clean(decoded) : decoded;
  }

  @Override
  public TextStream stream(DecodeOptions options) {
    TextStream stream =
        new WindowedStream(tokens -> controls.decode(tokens, options.skipSpecialTokens()));
    return options.cleanUp() ? new CleanedStream(stream) : stream;
  }

  @Override
  public DecodeOptions decodeDefaults() {
    return new DecodeOptions(false, config.cleanUp());
  }

  @Override
  public int vocabularySize() {
    return limit;
  }

  @Override
  public OptionalInt token(String text) {
    Integer id = added.getOrDefault(text, vocabulary.get(text));
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  @Override
  public Map<String, Integer> specialTokens() {
    return Collections.unmodifiableMap(added);
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
