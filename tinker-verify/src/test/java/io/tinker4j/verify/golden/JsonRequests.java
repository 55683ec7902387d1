package io.tinker4j.verify.golden;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.transport.TransportRequest;
import io.tinker4j.transport.client.ApiClient;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
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

  static void assertBody(JsonNode expected, TransportRequest sent) {
    byte[] body = new byte[sent.bodyLength()];
    sent.body().get(body);
    if (expected.isNull()) {
      assertThat(body).isEmpty();
    } else {
      JsonValues.assertEqual(withStopList(expected), Vector.MAPPER.readTree(body), "$");
    }
  }

  /** A stop text is sent as a list of one, which servers take that refuse the text alone. */
  private static JsonNode withStopList(JsonNode request) {
    JsonNode stop = request.at("/sampling_params/stop");
    if (!stop.isString()) {
      return request;
    }
    ObjectNode copy = ((ObjectNode) request).deepCopy();
    ((ObjectNode) copy.get("sampling_params")).putArray("stop").add(stop);
    return copy;
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

  static Map<String, String> parameters(@Nullable String query) {
    Map<String, String> parameters = new TreeMap<>();
    if (query != null && !query.isEmpty()) {
      for (String part : query.split("&", -1)) {
        int equals = part.indexOf('=');
        parameters.put(decoded(part.substring(0, equals)), decoded(part.substring(equals + 1)));
      }
    }
    return parameters;
  }

  static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  static @Nullable String text(@Nullable JsonNode node) {
    return node == null || node.isNull() ? null : node.asString();
  }

  /** Requires that values which are no JSON are refused before anything is sent. */
  static void assertRefused(Vector vector) {
    Vector valid =
        Vector.first(other -> other.type().equals(vector.type()) && other.json().has("http"));
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
}
