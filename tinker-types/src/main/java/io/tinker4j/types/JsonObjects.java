package io.tinker4j.types;

import java.util.List;
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

  /** Returns the entries of a list, none of which may be null. */
  static <T> List<T> requiredEntries(
      T @Nullable [] entries,
      String name,
      DeserializationContext context,
      StdDeserializer<?> reader) {
    T[] present = required(entries, name, context, reader);
    for (int i = 0; i < present.length; i++) {
      if (present[i] == null) {
        return context.reportInputMismatch(
            reader, "%s[%d] of %s is null", name, i, reader.handledType().getSimpleName());
      }
    }
    return List.of(present);
  }
}
