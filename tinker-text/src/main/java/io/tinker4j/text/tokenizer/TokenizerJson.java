package io.tinker4j.text.tokenizer;

import io.tinker4j.text.json.JsonTrees;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads {@code tokenizer.json} of the Hugging Face library when its model is a byte-pair encoding.
 * The vocabulary and the merges, which are nearly all of it, are read as a stream. Used once.
 */
final class TokenizerJson {
  private final Path file;
  private final ObjectNode root = JsonTrees.MAPPER.createObjectNode();
  private final ObjectNode model = JsonTrees.MAPPER.createObjectNode();
  private final Vocabulary vocabulary = new Vocabulary();
  private final PairTable merges = new PairTable(1 << 16);
  private final BitSet controls = new BitSet();
  private int rank;

  private TokenizerJson(Path file) {
    this.file = file;
  }

  /**
   * Reads a file.
   *
   * @throws UnsupportedTokenizerException when it is of another kind, or has a part of another kind
   * @throws IllegalArgumentException when it is damaged
   */
  static Tokenizer read(Path file, TokenizerConfig config) throws IOException {
    TokenizerJson json = new TokenizerJson(file);
    try {
      json.stream(json::readField);
      JsonPart root = json.part();
      json.checkModel();
      List<AddedToken> added = json.addedTokens(root);
      json.stream(json::readMerges);
      return json.tokenizer(root, added, config);
    } catch (JacksonException e) {
      throw JsonPart.damaged(file, e);
    }
  }

  private JsonPart part() {
    root.set("model", model);
    return new JsonPart(file.toString(), root);
  }

  /** Takes a field of the outermost object, whose value comes next. */
  @FunctionalInterface
  private interface FieldReader {
    void read(String name, JsonParser parser);
  }

  private void stream(FieldReader reader) throws IOException {
    // As characters: of bytes, the parser refuses names with an escaped surrogate pair.
    try (Reader in = Files.newBufferedReader(file);
        JsonParser parser = JsonTrees.MAPPER.createParser(in)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw part().malformed("the file is no JSON object");
      }
      fields(parser, reader);
    }
  }

  private static void fields(JsonParser parser, FieldReader reader) {
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      reader.read(name, parser);
    }
  }

  private void readField(String name, JsonParser parser) {
    if (name.equals("model") && parser.currentToken() == JsonToken.START_OBJECT) {
      fields(parser, this::readModelField);
    } else {
      root.set(name, parser.readValueAsTree());
    }
  }

  private void readModelField(String name, JsonParser parser) {
    if (name.equals("vocab") && parser.currentToken() == JsonToken.START_OBJECT) {
      fields(parser, (token, value) -> vocabulary.put(token, value.getIntValue()));
    } else if (name.equals("vocab") || name.equals("merges")) {
      model.put(name, true);
      parser.skipChildren();
    } else {
      model.set(name, parser.readValueAsTree());
    }
  }

  private void checkModel() {
    JsonPart part = new JsonPart(file + ": model", model);
    String type = model.path("type").stringValue(model.has("merges") ? "BPE" : "unknown");
    if (!type.equals("BPE")) {
      throw part.unsupported("the model type " + type);
    }
    boolean hasAffix =
        !model.path("continuing_subword_prefix").stringValue("").isEmpty()
            || !model.path("end_of_word_suffix").stringValue("").isEmpty();
    if (hasAffix) {
      throw part.unsupported("a prefix or suffix of sub-words");
    }
    if (model.path("dropout").asDouble(0) != 0) {
      throw part.unsupported("dropout");
    }
    if (vocabulary.limit() == 0) {
      throw part.malformed("there is no vocabulary");
    }
  }

  private List<AddedToken> addedTokens(JsonPart root) {
    List<AddedToken> tokens = new ArrayList<>();
    for (JsonPart part : root.elements("added_tokens")) {
      String text = part.text("content");
      int own = vocabulary.id(text);
      boolean special = part.flag("special", false);
      int id = own == Vocabulary.NONE ? part.number("id") : own;
      boolean singleWord = part.flag("single_word", false);
      // Text never merges into what the search for added tokens has left; single words may.
      if (special && own != Vocabulary.NONE && !singleWord) {
        controls.set(own);
      }
      tokens.add(
          new AddedToken(
              id,
              text,
              AddedToken.Trims.of(part.flag("lstrip", false), part.flag("rstrip", false)),
              singleWord,
              part.flag("normalized", true),
              special,
              !special && own != Vocabulary.NONE));
    }
    return tokens;
  }

  private void readMerges(String name, JsonParser parser) {
    if (!name.equals("model") || parser.currentToken() != JsonToken.START_OBJECT) {
      parser.skipChildren();
      return;
    }
    fields(
        parser,
        (field, value) -> {
          if (!field.equals("merges") || value.currentToken() != JsonToken.START_ARRAY) {
            value.skipChildren();
            return;
          }
          while (value.nextToken() != JsonToken.END_ARRAY) {
            readMerge(value);
          }
        });
  }

  private void readMerge(JsonParser parser) {
    String left;
    String right;
    if (parser.currentToken() == JsonToken.START_ARRAY) {
      left = parser.nextStringValue();
      right = parser.nextStringValue();
      if (parser.nextToken() != JsonToken.END_ARRAY) {
        throw badMerge("has more than two parts");
      }
    } else {
      String merge = parser.getString();
      int space = merge.indexOf(' ');
      if (space < 0 || merge.indexOf(' ', space + 1) >= 0) {
        throw badMerge("is \"" + merge + "\", not two parts");
      }
      left = merge.substring(0, space);
      right = merge.substring(space + 1);
    }
    if (left == null || right == null) {
      throw badMerge("has a part that is no text");
    }
    int merged = known(left + right);
    if (!controls.get(merged)) {
      merges.put(known(left), known(right), rank, merged);
    }
    rank++;
  }

  private int known(String text) {
    int id = vocabulary.id(text);
    if (id == Vocabulary.NONE) {
      throw badMerge("needs \"" + text + "\", which is not in the vocabulary");
    }
    return id;
  }

  private IllegalArgumentException badMerge(String what) {
    return new JsonPart(file + ": model.merges[" + rank + "]", model).malformed("it " + what);
  }

  private Tokenizer tokenizer(JsonPart root, List<AddedToken> added, TokenizerConfig config) {
    Normalizer normalizer = PartReaders.normalizer(root.at("normalizer"));
    PreTokenizerReader split = new PreTokenizerReader(root.at("pre_tokenizer"));
    EncodeSteps steps =
        new EncodeSteps(
            new AddedTokens(added, normalizer),
            normalizer,
            split.opening(),
            split.splitter(),
            model(root.at("model"), split.byteLevel()));
    return new BytePairTokenizer(
        steps,
        PartReaders.decoder(root.at("decoder")),
        PartReaders.frame(root.at("post_processor")),
        config);
  }

  private BytePairModel model(JsonPart part, boolean byteLevel) {
    boolean wholeWords = part.flag("ignore_merges", false);
    boolean byteFallback = part.flag("byte_fallback", false);
    String unknownText = model.path("unk_token").stringValue(null);
    int unknown = unknownText == null ? Vocabulary.NONE : vocabulary.id(unknownText);
    if (byteLevel) {
      if (byteFallback) {
        throw part.unsupported("byte_fallback with ByteLevel");
      }
      return new ByteLevelModel(vocabulary, merges, unknown, wholeWords, controls);
    }
    if (unknownText != null && unknown == Vocabulary.NONE) {
      throw part.malformed("unk_token \"" + unknownText + "\" is not in the vocabulary");
    }
    return new CharacterModel(
        vocabulary, merges, unknown, part.flag("fuse_unk", false), byteFallback, wholeWords);
  }
}
