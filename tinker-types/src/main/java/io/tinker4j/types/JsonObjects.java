package io.tinker4j.types;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.deser.std.StdDeserializer;

/** What the readers of the hand-written types share. */
final class JsonObjects {
  private JsonObjects() {}

  /** Enters an object and returns its first property's name, or null when it has none. */
  static @Nullable String firstName(
      JsonParser parser, DeserializationContext context, Class<?> type) {
    if (parser.currentToken() == JsonToken.START_OBJECT) {
      return parser.nextName();
    }
    if (parser.currentToken() == JsonToken.PROPERTY_NAME) {
      return parser.currentName();
    }
    context.handleUnexpectedToken(type, parser);
    return null;
  }

  static <T> T required(
      @Nullable T value, String name, DeserializationContext context, StdDeserializer<?> reader) {
    if (value == null) {
      return context.reportInputMismatch(
          reader,
          "Missing required property '%s' of %s",
          name,
          reader.handledType().getSimpleName());
    }
    return value;
  }
}
