package io.tinker4j.transport.operation;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.tinker4j.transport.DecodeException;
import java.nio.charset.StandardCharsets;
import java.security.CodeSource;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.cfg.PackageVersion;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.type.LogicalType;

/**
 * JSON bodies: the one door to the JSON library. Unknown properties are ignored; absent values are
 * not written. A number that is not finite is refused when it is to be written, and read in all its
 * spellings: the operation that a server answers with it has run.
 */
public final class JsonCodec<I, O> implements Codec<I, O> {
  private static final int SHOWN = 500;

  private final Class<O> output;

  private JsonCodec(Class<O> output) {
    this.output = output;
  }

  /** Returns a codec for these types. */
  public static <I, O> JsonCodec<I, O> of(Class<I> input, Class<O> output) {
    Objects.requireNonNull(input, "input");
    return new JsonCodec<>(output);
  }

  /**
   * Checks that Jackson can be used as it is on this class path.
   *
   * @throws IllegalStateException when its parts are of versions that do not fit each other; names
   *     them and what to do
   */
  public static void requireJackson() {
    try {
      Objects.requireNonNull(JsonFormat.Shape.POJO); // From 2.19.2 on.
      Objects.requireNonNull(Mappers.JSON);
    } catch (LinkageError e) {
      throw new IllegalStateException(
          ("jackson-databind %s does not work with the jackson-annotations of this class path, %s;"
                  + " add com.fasterxml.jackson.core:jackson-annotations, with the version that this"
                  + " jackson-databind was released with, to your own dependencies")
              .formatted(PackageVersion.VERSION, place(JsonFormat.class)),
          e);
    }
  }

  private static JsonMapper mapper() {
    requireJackson();
    return Mappers.JSON;
  }

  private static String place(Class<?> type) {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    return source == null ? "of unknown origin" : String.valueOf(source.getLocation());
  }

  @Override
  public Body encode(I input) {
    return Body.of(write(input), "application/json");
  }

  @Override
  public O decode(Answer answer) {
    return decode(answer, output);
  }

  /** Reads the body, unless nothing is expected of it: then it is not looked at. */
  static <O> O decode(Answer answer, Class<O> output) {
    return output == NoContent.class
        ? output.cast(NoContent.INSTANCE)
        : read(answer.body(), output);
  }

  /**
   * Writes a value as JSON in UTF-8.
   *
   * @throws IllegalArgumentException when it holds a number that is not finite; names its place
   */
  public static byte[] write(@Nullable Object value) {
    try {
      return mapper().writeValueAsBytes(value);
    } catch (JacksonException e) {
      throw new IllegalArgumentException(place(e) + e.getOriginalMessage(), e);
    }
  }

  /**
   * Reads a value.
   *
   * @throws DecodeException when the bytes are not JSON, or not of that type
   */
  public static <T> T read(byte[] json, Class<T> type) {
    try {
      T value = mapper().readValue(json, type);
      if (value != null) {
        return value;
      }
    } catch (JacksonException | IllegalArgumentException | ArithmeticException e) {
      throw failure(type.getSimpleName(), json, e);
    }
    throw failure(type.getSimpleName(), json, new IllegalArgumentException("it is null"));
  }

  /**
   * Reads an object as plain maps, lists, strings, numbers and booleans.
   *
   * @throws DecodeException when the bytes are not a JSON object
   */
  public static Map<String, @Nullable Object> readMap(byte[] json) {
    try {
      Map<String, @Nullable Object> map = mapper().readValue(json, Mappers.MAP);
      if (map != null) {
        return map;
      }
    } catch (JacksonException e) {
      throw failure("object", json, e);
    }
    throw failure("object", json, new IllegalArgumentException("it is null"));
  }

  /**
   * Reads some properties of an object and passes over the others without building anything of
   * them.
   *
   * @throws DecodeException when the bytes are not a JSON object
   */
  public static Map<String, @Nullable Object> readOutline(byte[] json, Set<String> names) {
    Map<String, @Nullable Object> outline = new LinkedHashMap<>();
    try (JsonParser parser = mapper().createParser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw failure("object", json, new IllegalArgumentException("it is none"));
      }
      for (String name = parser.nextName(); name != null; name = parser.nextName()) {
        parser.nextToken();
        if (names.contains(name)) {
          outline.put(name, parser.readValueAs(Object.class));
        } else {
          parser.skipChildren();
        }
      }
      if (parser.nextToken() != null) {
        throw failure("object", json, new IllegalArgumentException("something follows it"));
      }
    } catch (JacksonException e) {
      throw failure("object", json, e);
    }
    return outline;
  }

  /** Returns the properties of a value as {@link #write} would write them. */
  public static Map<String, @Nullable Object> toMap(Object value) {
    Map<String, @Nullable Object> properties = new LinkedHashMap<>();
    mapper()
        .<Map<String, @Nullable Object>>convertValue(value, Mappers.MAP)
        .forEach(properties::put);
    return properties;
  }

  /** Returns the properties of a JSON object; empty when the text is none. */
  public static Optional<Map<String, @Nullable Object>> tryReadMap(String text) {
    if (!text.stripLeading().startsWith("{")) {
      return Optional.empty();
    }
    try {
      return Optional.ofNullable(mapper().readValue(text, Mappers.MAP));
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }

  private static DecodeException failure(String type, byte[] json, Exception cause) {
    String text = new String(json, 0, Math.min(json.length, SHOWN), StandardCharsets.UTF_8);
    String problem =
        cause instanceof JacksonException e
            ? place(e) + e.getOriginalMessage()
            : String.valueOf(cause.getMessage());
    return new DecodeException(
        "not a valid %s: %s; the JSON begins with: %s".formatted(type, problem, text), cause);
  }

  private static String place(JacksonException e) {
    if (e.getPath().isEmpty()) {
      return "";
    }
    StringBuilder place = new StringBuilder("$");
    for (JacksonException.Reference step : e.getPath()) {
      if (step.getPropertyName() != null) {
        place.append('.').append(step.getPropertyName());
      } else {
        place.append('[').append(step.getIndex()).append(']');
      }
    }
    return place.append(": ").toString();
  }

  /** Apart, so that {@link #requireJackson} can say why they cannot be made. */
  private static final class Mappers {
    static final JsonMapper JSON =
        JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER) // No text object for each number.
            .withCoercionConfig(
                LogicalType.Textual,
                texts ->
                    texts
                        .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                        .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                        .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
            .changeDefaultPropertyInclusion(
                inclusion -> inclusion.withValueInclusion(JsonInclude.Include.NON_ABSENT))
            .addModule(LenientScalars.module())
            .addModule(
                new SimpleModule("finite numbers and moments")
                    .addSerializer(Double.class, new FiniteDoubles())
                    .addSerializer(double.class, new FiniteDoubles())
                    .addSerializer(Instant.class, new InstantWriter())
                    .addDeserializer(Instant.class, new InstantReader()))
            .build();
    static final JavaType MAP =
        JSON.getTypeFactory().constructMapType(Map.class, String.class, Object.class);
  }

  private static final class FiniteDoubles extends ValueSerializer<Double> {
    @Override
    public void serialize(Double value, JsonGenerator out, SerializationContext context) {
      if (!Double.isFinite(value)) {
        throw new IllegalArgumentException(
            "the number is " + value + "; JSON bodies carry finite numbers only");
      }
      out.writeNumber(value.doubleValue());
    }
  }
}
