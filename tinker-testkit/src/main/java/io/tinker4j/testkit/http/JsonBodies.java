package io.tinker4j.testkit.http;

import io.tinker4j.transport.operation.JsonCodec;
import io.tinker4j.types.ModelInputChunk;
import io.tinker4j.types.SamplingParams;
import io.tinker4j.types.wire.CreateModelRequest;
import io.tinker4j.types.wire.CreateSamplingSessionRequest;
import io.tinker4j.types.wire.CreateSessionRequest;
import io.tinker4j.types.wire.GetInfoRequest;
import io.tinker4j.types.wire.LoadWeightsRequest;
import io.tinker4j.types.wire.OptimStepRequest;
import io.tinker4j.types.wire.SampleRequest;
import io.tinker4j.types.wire.SaveWeightsExternalRequest;
import io.tinker4j.types.wire.SaveWeightsForSamplerRequest;
import io.tinker4j.types.wire.SaveWeightsRequest;
import io.tinker4j.types.wire.SessionHeartbeatRequest;
import io.tinker4j.types.wire.UnloadModelRequest;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.core.util.JsonGeneratorDelegate;
import tools.jackson.core.util.JsonParserDelegate;
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
public final class JsonBodies {
  private static final JsonMapper STRICT =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .addHandler(new Leniency())
          .build();

  private static final JsonMapper PATIENT =
      STRICT
          .rebuild()
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .build();

  /** The tags that requests may carry. */
  private static final Map<Class<?>, String> TAGS =
      Map.ofEntries(
          Map.entry(CreateSessionRequest.class, "create_session"),
          Map.entry(SessionHeartbeatRequest.class, "session_heartbeat"),
          Map.entry(CreateSamplingSessionRequest.class, "create_sampling_session"),
          Map.entry(CreateModelRequest.class, "create_model"),
          Map.entry(GetInfoRequest.class, "get_info"),
          Map.entry(UnloadModelRequest.class, "unload_model"),
          Map.entry(OptimStepRequest.class, "optim_step"),
          Map.entry(SaveWeightsRequest.class, "save_weights"),
          Map.entry(SaveWeightsForSamplerRequest.class, "save_weights_for_sampler"),
          Map.entry(SaveWeightsExternalRequest.class, "save_weights_external"),
          Map.entry(LoadWeightsRequest.class, "load_weights"),
          Map.entry(SampleRequest.class, "sample"));

  private JsonBodies() {}

  /**
   * Reads a request.
   *
   * @throws RefusedException 422 with the place of what is wrong
   */
  public static <T> T read(byte[] body, Class<T> type) {
    return read(body, type, STRICT);
  }

  /**
   * Returns a request without the properties that its type does not know, wherever they are.
   *
   * @throws RefusedException 422 with the place of what is wrong
   */
  public static byte[] withoutUnknown(byte[] body, Class<?> type) {
    return write(read(body, type, PATIENT));
  }

  /** Whether a body has a number that JSON has no word for, spelt as Python does. */
  public static boolean hasNaN(byte[] body) {
    try (JsonParser parser = PATIENT.createParser(body)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token == JsonToken.VALUE_NUMBER_FLOAT && !Double.isFinite(parser.getDoubleValue())) {
          return true;
        }
      }
    } catch (JacksonException e) {
      // What is no JSON is refused when it is read.
    }
    return false;
  }

  private static <T> T read(byte[] body, Class<T> type, JsonMapper mapper) {
    @Nullable T value;
    try {
      requireTag(body, type);
      try (JsonParser parser = new WholeNumbers(mapper.createParser(body))) {
        value = mapper.readValue(parser, type);
        requireEnd(parser);
      }
    } catch (StreamReadException e) {
      throw refused(e, "json_invalid");
    } catch (UnrecognizedPropertyException e) {
      throw refused(e, "extra_forbidden");
    } catch (JacksonException e) {
      if (e.getCause() instanceof NullPointerException nullProperty) {
        throw refusedNull(e, nullProperty);
      }
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

  /**
   * Reads a request that is too small for a type: an object that may have these properties only.
   *
   * @throws RefusedException 422 with the place of what is wrong
   */
  public static Map<String, @Nullable Object> readObject(byte[] body, Set<String> properties) {
    Map<String, @Nullable Object> fields = readAnyObject(body);
    for (String name : fields.keySet()) {
      if (!properties.contains(name)) {
        throw RefusedException.unprocessable(
            List.of("body", name), "Extra inputs are not permitted", "extra_forbidden");
      }
    }
    return fields;
  }

  /**
   * Reads a request as an object of whatever properties.
   *
   * @throws RefusedException 422 when it is none
   */
  public static Map<String, @Nullable Object> readAnyObject(byte[] body) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    Map<?, ?> read = read(body, Map.class);
    read.forEach((name, value) -> fields.put(String.valueOf(name), value));
    return fields;
  }

  /** A builder names in camel case the property that must not be null. */
  private static RefusedException refusedNull(JacksonException e, NullPointerException cause) {
    List<Object> loc = loc(e);
    String name = String.valueOf(cause.getMessage());
    if (name.matches("[a-z][a-zA-Z0-9]*")) {
      loc.add(name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT));
    }
    return RefusedException.unprocessable(loc, "must not be null", "value_error");
  }

  /** Refuses a body that says it is another request. */
  private static void requireTag(byte[] body, Class<?> type) {
    String expected = TAGS.get(type);
    if (expected == null) {
      return;
    }
    try (JsonParser parser = STRICT.createParser(body)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return;
      }
      for (String name = parser.nextName(); name != null; name = parser.nextName()) {
        JsonToken value = parser.nextToken();
        if (name.equals("type")
            && value != JsonToken.VALUE_NULL
            && !(value == JsonToken.VALUE_STRING && parser.getString().equals(expected))) {
          throw RefusedException.unprocessable(
              List.of("body", "type"), "Input should be '" + expected + "'", "literal_error");
        }
        parser.skipChildren();
      }
    } catch (JacksonException e) {
      // What is no JSON is refused when it is read.
    }
  }

  private static RefusedException refused(JacksonException e, String type) {
    return RefusedException.unprocessable(loc(e), String.valueOf(e.getOriginalMessage()), type);
  }

  private static List<Object> loc(JacksonException e) {
    List<Object> loc = new ArrayList<>();
    loc.add("body");
    for (JacksonException.Reference step : e.getPath()) {
      if (step.getPropertyName() != null) {
        loc.add(step.getPropertyName());
      } else if (step.getIndex() >= 0) {
        loc.add(step.getIndex());
      }
    }
    return loc;
  }

  /**
   * Writes a wire type or a map.
   *
   * @throws IllegalArgumentException when it holds a number that JSON has no word for
   */
  public static byte[] write(Object value) {
    return JsonCodec.write(value);
  }

  /** Writes a result with null for each number that is not finite. */
  public static byte[] writeWithNulls(Object value) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator out = new NullForNaN(PATIENT.createGenerator(bytes))) {
      PATIENT.writeValue(out, value);
    }
    return bytes.toByteArray();
  }

  /**
   * What identical requests have in common, whatever the order of their properties.
   *
   * @throws RefusedException 422 when it holds a number that JSON has no word for, such as 1e999
   */
  public static String fingerprint(String kind, Object request) {
    try {
      return ContentHash.fingerprint(kind, write(request));
    } catch (IllegalArgumentException e) {
      throw RefusedException.unprocessable(
          List.of("body"), String.valueOf(e.getMessage()), "finite_number");
    }
  }

  public static Answer ok(Object value) {
    return Answer.json(200, write(value));
  }

  /** An answer with a tag that its type does not have. */
  public static Answer tagged(Object value, String tag) {
    Map<String, @Nullable Object> fields = readFields(write(value));
    fields.put("type", tag);
    return ok(fields);
  }

  public static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Replaces halves of surrogate pairs, which JSON can carry in and not out. */
  public static String wellFormed(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }

  /** Reads a file of this server's own. */
  public static Map<String, @Nullable Object> readFields(byte[] content) {
    return JsonCodec.readMap(content);
  }

  private static void requireEnd(JsonParser parser) {
    if (parser.nextToken() != null) {
      throw new StreamReadException(parser, "there is more after the value");
    }
  }

  /** The properties that a reader does not know of are unknown to it for a reason. */
  private static final class Leniency extends DeserializationProblemHandler {
    @Override
    public boolean handleUnknownProperty(
        DeserializationContext context,
        JsonParser parser,
        ValueDeserializer<?> deserializer,
        Object beanOrClass,
        String property) {
      Class<?> type = beanOrClass instanceof Class<?> itself ? itself : beanOrClass.getClass();
      // The tag of a chunk has chosen its type. What sampling parameters do not know they drop.
      boolean isTag = property.equals("type") && ModelInputChunk.class.isAssignableFrom(type);
      if (!isTag && !SamplingParams.class.isAssignableFrom(type)) {
        return false;
      }
      parser.skipChildren();
      return true;
    }
  }

  private static final class NullForNaN extends JsonGeneratorDelegate {
    NullForNaN(JsonGenerator out) {
      super(out, false);
    }

    @Override
    public JsonGenerator writeNumber(double value) {
      return Double.isFinite(value) ? super.writeNumber(value) : writeNull();
    }

    @Override
    public JsonGenerator writeNumber(float value) {
      return Float.isFinite(value) ? super.writeNumber(value) : writeNull();
    }
  }

  /** Refuses numbers with a fraction where integers belong; 8.0 is an integer. */
  private static final class WholeNumbers extends JsonParserDelegate {
    WholeNumbers(JsonParser parser) {
      super(parser);
    }

    @Override
    public int getValueAsInt() {
      requireWhole(int.class);
      return super.getValueAsInt();
    }

    @Override
    public long getValueAsLong() {
      requireWhole(long.class);
      return super.getValueAsLong();
    }

    private void requireWhole(Class<?> type) {
      if (currentToken() == JsonToken.VALUE_NUMBER_FLOAT
          && getDoubleValue() != Math.rint(getDoubleValue())) {
        throw new InputCoercionException(
            this, getString() + " has a fraction; an integer belongs here", currentToken(), type);
      }
    }
  }
}
