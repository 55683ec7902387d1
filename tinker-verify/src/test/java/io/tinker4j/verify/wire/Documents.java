package io.tinker4j.verify.wire;

import io.tinker4j.verify.Spec;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Valid JSON documents of the spec's schemas. */
final class Documents {
  static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private Documents() {}

  /** A schema's name and a document of it. */
  record Document(String type, JsonNode json) {
    byte[] bytes() {
      return MAPPER.writeValueAsBytes(json);
    }

    @Override
    public String toString() {
      return type + " " + json;
    }
  }

  static Arbitrary<Document> any() {
    List<String> names =
        Spec.schemas().stream().map(Map.Entry::getKey).filter(Spec::isTyped).toList();
    return Arbitraries.of(names)
        .flatMap(name -> ofSchema(name).map(json -> new Document(name, json)));
  }

  private static Arbitrary<JsonNode> ofSchema(String name) {
    return switch (name) {
      case "TensorData" -> tensor();
      case "PromptAltTokens" -> alternatives();
      case "TopkLogprobs" -> topk();
      default -> of(Spec.schema(name));
    };
  }

  private static Arbitrary<JsonNode> of(JsonNode schema) {
    if (schema.has("$ref")) {
      return Arbitraries.lazy(() -> ofSchema(Spec.referenced(schema)));
    }
    if (schema.has("const")) {
      return Arbitraries.just(schema.get("const"));
    }
    if (schema.has("oneOf") && !schema.has("properties")) {
      List<Arbitrary<JsonNode>> leaves = new ArrayList<>();
      schema.get("oneOf").forEach(leaf -> leaves.add(of(leaf)));
      return Arbitraries.oneOf(leaves);
    }
    return ofType(schema);
  }

  private static Arbitrary<JsonNode> ofType(JsonNode schema) {
    JsonNode type = schema.get("type");
    if (type != null && type.isArray()) { // [number, 'null']
      return Arbitraries.oneOf(floats(), Arbitraries.just(NODES.nullNode()));
    }
    return switch (type == null ? "none" : type.asString()) {
      case "object" -> object(schema);
      case "array" -> array(of(schema.get("items")));
      case "boolean" -> Arbitraries.of(true, false).map(NODES::booleanNode);
      case "integer" -> integer(schema);
      case "number" -> number(schema);
      case "string" -> text(schema);
      default -> throw new AssertionError("no documents for " + schema);
    };
  }

  private static Arbitrary<JsonNode> array(Arbitrary<JsonNode> items) {
    return items
        .list()
        .ofMaxSize(3)
        .map(list -> {
          ArrayNode array = NODES.arrayNode();
          list.forEach(array::add);
          return array;
        });
  }

  private static Arbitrary<JsonNode> object(JsonNode schema) {
    JsonNode additional = schema.path("additionalProperties");
    if (!additional.isMissingNode()) {
      Arbitrary<JsonNode> values = additional.isBoolean() ? anything() : of(additional);
      return Combinators.combine(
              names().list().uniqueElements().ofMaxSize(3), values.list().ofSize(3))
          .as((names, list) -> {
            ObjectNode map = NODES.objectNode();
            for (int i = 0; i < names.size(); i++) {
              map.set(names.get(i), list.get(i));
            }
            return map;
          });
    }
    // Of properties that exclude each other the first one stands for all.
    List<String> alternatives = Spec.alternatives(schema);
    List<Map.Entry<String, JsonNode>> properties =
        new ArrayList<>(schema.path("properties").properties());
    properties.removeIf(property -> alternatives.indexOf(property.getKey()) > 0);
    List<Arbitrary<JsonNode>> values = new ArrayList<>();
    for (Map.Entry<String, JsonNode> property : properties) {
      Arbitrary<JsonNode> value = of(property.getValue());
      values.add(
          Spec.isRequired(schema, property.getKey()) || alternatives.contains(property.getKey())
              ? value
              : Arbitraries.oneOf(value, Arbitraries.just(NODES.missingNode())));
    }
    return Combinators.combine(values)
        .as(list -> {
          ObjectNode object = NODES.objectNode();
          for (int i = 0; i < list.size(); i++) {
            if (!list.get(i).isMissingNode()) {
              object.set(properties.get(i).getKey(), list.get(i));
            }
          }
          return object;
        });
  }

  /** What may stand in free-form maps. */
  private static Arbitrary<JsonNode> anything() {
    return Arbitraries.oneOf(
        strings().map(NODES::stringNode),
        Arbitraries.integers().map(NODES::numberNode),
        Arbitraries.doubles().between(-1e6, 1e6).map(NODES::numberNode),
        Arbitraries.of(true, false).map(NODES::booleanNode),
        Arbitraries.just(NODES.nullNode()),
        strings().map(text -> NODES.objectNode().putArray("list").add(text)));
  }

  private static Arbitrary<JsonNode> integer(JsonNode schema) {
    if (schema.has("x-big")) {
      return Arbitraries.bigIntegers()
          .between(BigInteger.TWO.pow(80).negate(), BigInteger.TWO.pow(80))
          .map(NODES::numberNode);
    }
    boolean small = schema.path("format").asString("").equals("int32");
    long least = schema.path("minimum").asLong(small ? Integer.MIN_VALUE : Long.MIN_VALUE);
    long most = schema.path("maximum").asLong(small ? Integer.MAX_VALUE : Long.MAX_VALUE);
    return Arbitraries.longs().between(least, most).map(NODES::numberNode);
  }

  private static Arbitrary<JsonNode> number(JsonNode schema) {
    double least = schema.path("minimum").asDouble(-1e100);
    double most =
        schema.has("exclusiveMaximum")
            ? schema.get("exclusiveMaximum").asDouble() - 0.01
            : schema.path("maximum").asDouble(1e100);
    return schema.path("format").asString("").equals("double")
        ? Arbitraries.doubles().between(least, most).map(NODES::numberNode)
        : floats();
  }

  /** Numbers that have the same digits as float and as double. */
  private static Arbitrary<JsonNode> floats() {
    return Arbitraries.integers().between(-4000, 4000).map(n -> NODES.numberNode(n / 4.0));
  }

  private static Arbitrary<JsonNode> text(JsonNode schema) {
    if (schema.has("enum")) {
      List<JsonNode> values = new ArrayList<>();
      schema.get("enum").forEach(values::add);
      return Arbitraries.oneOf(Arbitraries.of(values), names().map(NODES::stringNode));
    }
    return switch (schema.path("format").asString("")) {
      case "date-time" -> moments().map(moment -> NODES.stringNode(moment.toString()));
      case "byte" ->
          Arbitraries.bytes()
              .array(byte[].class)
              .ofMaxSize(20)
              .map(bytes -> NODES.stringNode(Base64.getEncoder().encodeToString(bytes)));
      default -> strings().map(NODES::stringNode);
    };
  }

  private static Arbitrary<Instant> moments() {
    return Combinators.combine(
            Arbitraries.longs().between(0, 4_000_000_000L),
            Arbitraries.integers().between(0, 999_999_999))
        .as(Instant::ofEpochSecond);
  }

  private static Arbitrary<String> strings() {
    return Arbitraries.strings()
        .withCharRange(' ', '\u017f')
        .withChars('€', '"', '\\')
        .ofMaxLength(8);
  }

  private static Arbitrary<String> names() {
    return Arbitraries.strings().withCharRange('a', 'z').ofMinLength(1).ofMaxLength(6);
  }

  /** Dense ones whose shape fits, or none, and sparse ones of one value per row. */
  private static Arbitrary<JsonNode> tensor() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 4),
            Arbitraries.of(true, false),
            Arbitraries.integers().between(0, 2))
        .flatAs((size, floats, form) ->
            (floats ? floats() : Arbitraries.longs().<JsonNode>map(NODES::numberNode))
                .list()
                .ofSize(size)
                .map(values -> tensor(values, floats ? "float32" : "int64", form)));
  }

  private static JsonNode tensor(List<JsonNode> values, String dtype, int form) {
    ObjectNode tensor = NODES.objectNode();
    values.forEach(tensor.putArray("data")::add);
    tensor.put("dtype", dtype);
    if (form > 0) {
      ArrayNode shape = tensor.putArray("shape").add(values.size());
      if (form == 2) {
        shape.add(7);
        ArrayNode rows = tensor.putArray("sparse_crow_indices");
        ArrayNode columns = tensor.putArray("sparse_col_indices");
        for (int i = 0; i < values.size(); i++) {
          rows.add(i);
          columns.add(i);
        }
        rows.add(values.size());
      }
    }
    return tensor;
  }

  private static Arbitrary<JsonNode> alternatives() {
    return Arbitraries.integers()
        .between(0, 3)
        .map(size -> {
          List<JsonNode> tokens = new ArrayList<>();
          List<JsonNode> logprobs = new ArrayList<>();
          for (int i = 0; i < size; i++) {
            tokens.add(NODES.numberNode(i));
            logprobs.add(NODES.numberNode(-0.5 * i));
          }
          ObjectNode json = NODES.objectNode();
          json.set("tokens", tensor(tokens, "int64", 1));
          json.set("logprobs", tensor(logprobs, "float32", 1));
          return json;
        });
  }

  private static Arbitrary<JsonNode> topk() {
    Arbitrary<JsonNode> cell =
        Combinators.combine(Arbitraries.integers().between(1, 99), floats())
            .as((token, logprob) -> NODES.arrayNode().add(token).add(logprob));
    Arbitrary<JsonNode> row = cell.list().ofMinSize(1).ofMaxSize(3).map(Documents::list);
    return array(Arbitraries.oneOf(row, Arbitraries.just(NODES.nullNode())));
  }

  private static JsonNode list(List<JsonNode> entries) {
    ArrayNode array = NODES.arrayNode();
    entries.forEach(array::add);
    return array;
  }
}
