package io.tinker4j.types;

import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.annotation.JsonDeserialize;
import tools.jackson.databind.annotation.JsonSerialize;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.ser.std.StdSerializer;

/**
 * Where sampling stops: at one of some texts, or of some token ids.
 *
 * <p>Without a stop condition sampling stops at the model's end-of-text token; with {@link #none()}
 * it runs to the token limit. The text or token that stopped it is part of the sample.
 */
@JsonSerialize(using = StopCondition.Writer.class)
@JsonDeserialize(using = StopCondition.Reader.class)
public sealed interface StopCondition {
  /** Returns a stop at this text; sent as a list of one, which all servers take. */
  static StopCondition text(String text) {
    return new Texts(List.of(text));
  }

  /** Returns a stop at whichever of these texts comes first. */
  static StopCondition texts(String... texts) {
    return new Texts(List.of(texts));
  }

  /** Returns a stop at whichever of these token ids comes first. */
  static StopCondition tokens(int... tokens) {
    return new Tokens(tokens.clone());
  }

  /** Returns no stop at all, the end-of-text token included. */
  static StopCondition none() {
    return new Texts(List.of());
  }

  /** Stops at one of some texts; without any, nothing stops. */
  record Texts(List<String> texts) implements StopCondition {
    /** Copies the list. */
    public Texts {
      texts = List.copyOf(texts);
    }
  }

  /** Stops at one of several token ids. */
  final class Tokens implements StopCondition {
    private final int[] tokens;

    private Tokens(int[] tokens) {
      this.tokens = tokens;
    }

    /** Returns a read-only view of the token ids. */
    public IntBuffer tokens() {
      return IntBuffer.wrap(tokens).asReadOnlyBuffer();
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Tokens that && Arrays.equals(tokens, that.tokens);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(tokens);
    }

    @Override
    public String toString() {
      return "Tokens" + Arrays.toString(tokens);
    }
  }

  /** Writes both forms. */
  final class Writer extends StdSerializer<StopCondition> {
    Writer() {
      super(StopCondition.class);
    }

    @Override
    public void serialize(StopCondition stop, JsonGenerator out, SerializationContext context) {
      switch (stop) {
        case Texts texts -> out.writePOJO(texts.texts());
        case Tokens tokens -> out.writeArray(tokens.tokens, 0, tokens.tokens.length);
      }
    }
  }

  /** Reads both forms, and a text by itself. */
  final class Reader extends StdDeserializer<StopCondition> {
    Reader() {
      super(StopCondition.class);
    }

    @Override
    public StopCondition deserialize(JsonParser parser, DeserializationContext context) {
      if (parser.currentToken() == JsonToken.VALUE_STRING) {
        return new Texts(List.of(parser.getString()));
      }
      if (parser.currentToken() != JsonToken.START_ARRAY) {
        context.handleUnexpectedToken(StopCondition.class, parser);
      }
      JsonToken first = parser.nextToken();
      return first == JsonToken.VALUE_NUMBER_INT ? readTokens(parser) : readTexts(parser, context);
    }

    private static Tokens readTokens(JsonParser parser) {
      int[] tokens = new int[16];
      int size = 0;
      do {
        if (size == tokens.length) {
          tokens = Arrays.copyOf(tokens, 2 * size);
        }
        tokens[size++] = parser.getIntValue();
      } while (parser.nextToken() != JsonToken.END_ARRAY);
      return new Tokens(Arrays.copyOf(tokens, size));
    }

    private Texts readTexts(JsonParser parser, DeserializationContext context) {
      List<String> texts = new ArrayList<>();
      for (JsonToken token = parser.currentToken();
          token != JsonToken.END_ARRAY;
          token = parser.nextToken()) {
        if (token != JsonToken.VALUE_STRING) {
          context.reportInputMismatch(this, "stop mixes texts and token ids");
        }
        texts.add(parser.getString());
      }
      return new Texts(texts);
    }
  }
}
