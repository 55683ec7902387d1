package io.tinker4j.verify.golden;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.transport.TinkerException;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.transport.operation.JsonCodec;
import io.tinker4j.transport.operation.NoContent;
import io.tinker4j.transport.operation.Operation;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** An operation, its input type, and what a path says to it. */
record Endpoint<I>(Operation<I, ?> operation, Class<I> input, Map<String, String> fromPath) {

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
      values.put(
          names.group(1), JsonRequests.decoded(matcher.group(names.group(1).replace("_", ""))));
    }
    return new Endpoint<>(operation, input, values);
  }

  void call(ApiClient client, JsonNode body, JsonNode http) {
    ObjectNode document =
        body instanceof ObjectNode object ? object.deepCopy() : Vector.MAPPER.createObjectNode();
    fromPath.forEach(document::put);
    JsonRequests.parameters(JsonRequests.text(http.get("query"))).forEach(document::put);
    I value =
        input == NoContent.class
            ? input.cast(NoContent.INSTANCE)
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
