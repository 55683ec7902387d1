package io.tinker4j.types;

import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.exc.MismatchedInputException;

/**
 * Reads chunks in one pass: the tag comes behind the tokens, and no token is buffered or boxed
 * until it is seen. Without a tag the fields that are there decide, text before images before
 * audio.
 */
final class ModelInputChunkReader extends StdDeserializer<ModelInputChunk> {
  ModelInputChunkReader() {
    super(ModelInputChunk.class);
  }

  @Override
  public ModelInputChunk deserialize(JsonParser parser, DeserializationContext context) {
    Fields fields = new Fields(context);
    for (String name = JsonObjects.firstName(parser, context, ModelInputChunk.class);
        name != null;
        name = parser.nextName()) {
      fields.read(name, parser.nextToken(), parser);
    }
    fields.requireKnown(this);
    return switch (fields.tag()) {
      case "encoded_text" -> EncodedTextChunk.owning(fields.tokens());
      case "image" ->
          new ImageChunk(
              fields.bytes("data"),
              ImageFormat.of(fields.text("format")),
              fields.integer("expected_tokens"),
              fields.integer("height"),
              fields.integer("width"),
              fields.integer("tokens"));
      case "image_asset_pointer" -> pointer(fields);
      case "dmel" -> new DmelChunk(fields.bytes("dmel"));
      default -> new ModelInputChunk.Unrecognized(fields.all());
    };
  }

  private static ImageAssetPointerChunk pointer(Fields fields) {
    ImageAssetPointerChunk.Builder pointer =
        ImageAssetPointerChunk.builder()
            .format(ImageFormat.of(fields.text("format")))
            .location(fields.text("location"));
    Integer expectedTokens = fields.integer("expected_tokens");
    if (expectedTokens != null) {
      pointer.expectedTokens(expectedTokens);
    }
    return pointer.build();
  }

  /** The properties as they came, the tokens of text apart. */
  private static final class Fields {
    private static final Set<String> TAGS =
        Set.of("encoded_text", "image", "image_asset_pointer", "dmel");

    private static final Map<String, Set<String>> PROPERTIES =
        Map.of(
            "encoded_text", Set.of("tokens", "type"),
            "image",
                Set.of("data", "format", "expected_tokens", "height", "width", "tokens", "type"),
            "image_asset_pointer", Set.of("location", "format", "expected_tokens", "type"),
            "dmel", Set.of("dmel", "type"));

    private final DeserializationContext context;
    private final Map<String, @Nullable Object> others = new LinkedHashMap<>();
    private int @Nullable [] tokens;

    Fields(DeserializationContext context) {
      this.context = context;
    }

    void read(String name, JsonToken value, JsonParser parser) {
      if (name.equals("tokens") && value == JsonToken.START_ARRAY && TAGS.contains(tag())) {
        tokens = JsonArrays.readInts(parser, context);
      } else {
        others.put(name, context.readValue(parser, Object.class));
      }
    }

    /** Where unknown properties are refused, so are those of chunks whose type is known. */
    void requireKnown(ModelInputChunkReader reader) {
      Set<String> known = PROPERTIES.get(tag());
      if (known == null || !context.isEnabled(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)) {
        return;
      }
      for (String name : others.keySet()) {
        if (!known.contains(name)) {
          context.handleUnknownProperty(context.getParser(), reader, ModelInputChunk.class, name);
        }
      }
    }

    /** The tag, or what the fields look like. */
    String tag() {
      Object tag = others.get("type");
      if (tag != null) {
        return tag.toString();
      }
      if (others.containsKey("location")) {
        return "image_asset_pointer";
      }
      return others.containsKey("data")
          ? "image"
          : others.containsKey("dmel") ? "dmel" : "encoded_text";
    }

    Map<String, @Nullable Object> all() {
      if (tokens != null) {
        others.put("tokens", tokens);
      }
      return others;
    }

    int[] tokens() {
      if (tokens == null) {
        throw missing("tokens");
      }
      return tokens;
    }

    String text(String name) {
      Object value = others.get(name);
      if (value == null) {
        throw missing(name);
      }
      if (value instanceof String text) {
        return text;
      }
      throw mismatch(name, value, "a text");
    }

    byte[] bytes(String name) {
      String text = text(name);
      if (text.length() % 4 != 0) {
        throw mismatch(name, "a text of " + text.length() + " characters", "base64 with padding");
      }
      try {
        if (text.length() % 4 == 0) { // The decoder would do without padding.
          return Base64.getDecoder().decode(text);
        }
      } catch (IllegalArgumentException e) {
        throw mismatch(name, "a text of " + text.length() + " characters", "base64");
      }
      throw mismatch(name, "a text of " + text.length() + " characters", "base64 with padding");
    }

    @Nullable Integer integer(String name) {
      Object value = others.get(name);
      if (value == null || value instanceof Integer) {
        return (Integer) value;
      }
      throw mismatch(name, value, "a 32-bit integer");
    }

    private DatabindException missing(String name) {
      return failure("Missing required property '%s' of a chunk of type %s".formatted(name, tag()));
    }

    private DatabindException mismatch(String name, Object value, String expected) {
      return failure("%s is %s; expected is %s".formatted(name, value, expected));
    }

    private DatabindException failure(String message) {
      return MismatchedInputException.from(context.getParser(), ModelInputChunk.class, message);
    }
  }
}
