package io.tinker4j.verify.golden;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.transport.ApiClient;
import io.tinker4j.transport.JsonCodec;
import io.tinker4j.transport.Operation;
import io.tinker4j.transport.Operations;
import io.tinker4j.transport.TinkerException;
import io.tinker4j.transport.TransportRequest;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Sends a recorded JSON request: finds the operation by method and path, makes its input of what
 * the recording has in path, query and body, and compares what leaves with what was recorded.
 */
final class JsonRequests {
  private static final String BASE = "https://tinker.example/base";

  private JsonRequests() {}

  static void assertSent(Vector vector) {
    JsonNode http = vector.json().get("http");
    Endpoint<?> endpoint = Endpoint.of(http);
    CannedTransport transport = CannedTransport.emptyObject();

    try (ApiClient client = transport.client(BASE)) {
      endpoint.call(client, vector.json().get("json"), http);
    }

    assertThat(transport.requests).hasSize(1);
    TransportRequest sent = transport.requests.get(0);
    assertThat(sent.method()).isEqualTo(http.get("method").asString());
    assertThat(sent.uri().getRawPath()).isEqualTo("/base" + http.get("path").asString());
    assertQuery(text(http.get("query")), sent.uri().getRawQuery());
    http.get("headers")
        .properties()
        .forEach(header ->
            assertThat(sent.headers().first(header.getKey()))
                .as(header.getKey())
                .hasValue(header.getValue().asString()));
    assertBody(vector.json().get("json"), sent);
  }

  private static void assertBody(JsonNode expected, TransportRequest sent) {
    byte[] body = new byte[sent.bodyLength()];
    sent.body().get(body);
    if (expected.isNull()) {
      assertThat(body).isEmpty();
    } else {
      JsonValues.assertEqual(expected, Vector.MAPPER.readTree(body), "$");
    }
  }

  private static void assertQuery(@Nullable String expected, @Nullable String actual) {
    Map<String, String> ours = parameters(actual);
    Map<String, String> theirs = parameters(expected);
    assertThat(ours.keySet()).isEqualTo(theirs.keySet());
    theirs.forEach((name, value) ->
        JsonValues.assertEqual(
            Vector.MAPPER.getNodeFactory().stringNode(value),
            Vector.MAPPER.getNodeFactory().stringNode(ours.get(name)),
            name));
  }

  private static Map<String, String> parameters(@Nullable String query) {
    Map<String, String> parameters = new TreeMap<>();
    if (query != null && !query.isEmpty()) {
      for (String part : query.split("&", -1)) {
        int equals = part.indexOf('=');
        parameters.put(decoded(part.substring(0, equals)), decoded(part.substring(equals + 1)));
      }
    }
    return parameters;
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  private static @Nullable String text(@Nullable JsonNode node) {
    return node == null || node.isNull() ? null : node.asString();
  }

  /** Requires that values which are no JSON are refused before anything is sent. */
  static void assertRefused(Vector vector) {
    Vector valid =
        Vector.where(other -> other.type().equals(vector.type()) && other.json().has("http"))
            .get(0);
    ObjectNode body = (ObjectNode) valid.json().get("json").deepCopy();
    vector
        .json()
        .get("input")
        .properties()
        .forEach(property ->
            assertThat(replace(body, property.getKey(), property.getValue()))
                .as(property.getKey() + " has a place")
                .isTrue());
    Endpoint<?> endpoint = Endpoint.of(valid.json().get("http"));
    CannedTransport transport = CannedTransport.emptyObject();

    try (ApiClient client = transport.client(BASE)) {
      assertThat(endpoint.refuses(client, body)).isTrue();
    }

    assertThat(transport.requests).isEmpty();
  }

  private static boolean replace(ObjectNode object, String name, JsonNode value) {
    if (object.has(name)) {
      object.set(name, value);
      return true;
    }
    for (JsonNode child : object.values()) {
      if (child instanceof ObjectNode inner && replace(inner, name, value)) {
        return true;
      }
    }
    return false;
  }

  /** An operation, its input type, and what a path says to it. */
  private record Endpoint<I>(
      Operation<I, ?> operation, Class<I> input, Map<String, String> fromPath) {

    static Endpoint<?> of(JsonNode http) {
      return all().stream()
          .filter(field -> field.matches(http))
          .max(Comparator.comparingInt(endpoint -> endpoint.operation.path().length()))
          .orElseThrow(() -> new AssertionError("no operation for " + http))
          .bound(http.get("path").asString());
    }

    private static List<Endpoint<?>> all() {
      List<Endpoint<?>> endpoints = new ArrayList<>();
      for (Field field : Operations.class.getFields()) {
        if (Modifier.isStatic(field.getModifiers())) {
          endpoints.add(of(field));
        }
      }
      return endpoints;
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // The field's own type arguments say so.
    private static Endpoint<?> of(Field field) {
      ParameterizedType type = (ParameterizedType) field.getGenericType();
      try {
        return new Endpoint(
            (Operation) field.get(null), (Class) type.getActualTypeArguments()[0], Map.of());
      } catch (IllegalAccessException e) {
        throw new AssertionError(field + " is not public", e);
      }
    }

    private boolean matches(JsonNode http) {
      return operation.method().equals(http.get("method").asString())
          && pattern().matcher(http.get("path").asString()).matches();
    }

    private Pattern pattern() {
      return Pattern.compile(
          operation
              .path()
              .replace("{checkpoint_id}", "(?<checkpointid>[^/]+/[^/]+)")
              .replaceAll("\\{(\\w+)_id}", "(?<$1id>[^/]+)")
              .replace("<training_runid>", "<trainingrunid>"));
    }

    private Endpoint<I> bound(String path) {
      Matcher matcher = pattern().matcher(path);
      assertThat(matcher.matches()).isTrue();
      Map<String, String> values = new TreeMap<>();
      Matcher names = Pattern.compile("\\{(\\w+)}").matcher(operation.path());
      while (names.find()) {
        values.put(names.group(1), decoded(matcher.group(names.group(1).replace("_", ""))));
      }
      return new Endpoint<>(operation, input, values);
    }

    void call(ApiClient client, JsonNode body, JsonNode http) {
      ObjectNode document =
          body instanceof ObjectNode object ? object.deepCopy() : Vector.MAPPER.createObjectNode();
      fromPath.forEach(document::put);
      parameters(text(http.get("query"))).forEach(document::put);
      I value =
          input == Operation.None.class
              ? input.cast(Operation.None.NONE)
              : JsonCodec.read(Vector.MAPPER.writeValueAsBytes(document), input);
      try {
        client.call(operation, value);
      } catch (TinkerException e) {
        // Only what is sent matters; the canned answer may lack what the operation expects.
        assertThat(e).hasMessageContaining("not a valid");
      }
    }

    boolean refuses(ApiClient client, JsonNode body) {
      try {
        client.call(operation, JsonCodec.read(Vector.MAPPER.writeValueAsBytes(body), input));
        return false;
      } catch (IllegalArgumentException | TinkerException e) {
        return true;
      }
    }
  }
}
