package io.tinker4j.testkit;

import io.tinker4j.transport.JsonCodec;
import io.tinker4j.types.ModelInputChunk;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.deser.DeserializationProblemHandler;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads request bodies strictly and writes answers. The one place of the server that knows Jackson:
 * the SDK's codec is lenient when it reads, as a client has to be, and a server that shared its
 * leniency would hide a client's misspelt field.
 */
final class JsonBodies {
  private static final JsonMapper STRICT =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .addHandler(new ChunkTags())
          .build();

  private JsonBodies() {}

  /**
   * Reads a request.
   *
   * @throws RefusedException 422 with the place of what is wrong
   */
  static <T> T read(byte[] body, Class<T> type) {
    @Nullable T value;
    try {
      value = STRICT.readValue(body, type);
    } catch (StreamReadException e) {
      throw refused(e, "json_invalid");
    } catch (UnrecognizedPropertyException e) {
      throw refused(e, "extra_forbidden");
    } catch (JacksonException e) {
      String message = String.valueOf(e.getOriginalMessage());
      throw refused(e, message.startsWith("Missing required") ? "missing" : "value_error");
    } catch (RuntimeException e) {
      // A reader of a wire type that did not foresee this input; the input is at fault all the
      // same.
      throw RefusedException.unprocessable(List.of("body"), String.valueOf(e), "value_error");
    }
    if (value == null) {
      throw RefusedException.unprocessable(List.of("body"), "Field required", "missing");
    }
    return value;
  }

  private static RefusedException refused(JacksonException e, String type) {
    List<Object> loc = new ArrayList<>();
    loc.add("body");
    for (JacksonException.Reference step : e.getPath()) {
      if (step.getPropertyName() != null) {
        loc.add(step.getPropertyName());
      } else if (step.getIndex() >= 0) {
        loc.add(step.getIndex());
      }
    }
    return RefusedException.unprocessable(loc, String.valueOf(e.getOriginalMessage()), type);
  }

  /**
   * Writes a wire type or a map.
   *
   * @throws IllegalArgumentException when it holds a number that JSON has no word for
   */
  static byte[] write(Object value) {
    return JsonCodec.write(value);
  }

  /**
   * What identical requests have in common, whatever the order of their properties.
   *
   * @throws RefusedException 422 when it holds a number that JSON has no word for, such as 1e999
   */
  static String fingerprint(String kind, Object request) {
    try {
      return ContentHash.fingerprint(kind, write(request));
    } catch (IllegalArgumentException e) {
      throw RefusedException.unprocessable(
          List.of("body"), String.valueOf(e.getMessage()), "finite_number");
    }
  }

  static Answer ok(Object value) {
    return Answer.json(200, write(value));
  }

  /** Replaces halves of surrogate pairs, which JSON can carry in and not out. */
  static String wellFormed(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }

  /** Reads a file of this server's own. */
  static Map<String, @Nullable Object> readFields(byte[] content) {
    return JsonCodec.readMap(content);
  }

  /** The tag of a chunk has chosen its type; to the type itself it is an unknown property. */
  private static final class ChunkTags extends DeserializationProblemHandler {
    @Override
    public boolean handleUnknownProperty(
        DeserializationContext context,
        JsonParser parser,
        ValueDeserializer<?> deserializer,
        Object beanOrClass,
        String property) {
      Class<?> type = beanOrClass instanceof Class<?> itself ? itself : beanOrClass.getClass();
      if (!property.equals("type") || !ModelInputChunk.class.isAssignableFrom(type)) {
        return false;
      }
      parser.skipChildren();
      return true;
    }
  }
}
