package io.tinker4j.verify.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.verify.Spec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Rules of the spec beyond what the generator and the linter check; each names what breaks it. */
class SpecLintTest {
  private static final Set<String> EXTENSIONS =
      Set.of(
          "x-result",
          "x-union",
          "x-always",
          "x-null",
          "x-checked",
          "x-exactly-one",
          "x-big",
          "x-array",
          "x-secret");

  private static final Map<String, String> ERRORS =
      Map.ofEntries(
          Map.entry("400", "BadRequest"),
          Map.entry("401", "Unauthorized"),
          Map.entry("402", "PaymentRequired"),
          Map.entry("403", "Forbidden"),
          Map.entry("404", "NotFound"),
          Map.entry("408", "Timeout"),
          Map.entry("409", "Conflict"),
          Map.entry("410", "Gone"),
          Map.entry("413", "TooLarge"),
          Map.entry("422", "Invalid"),
          Map.entry("425", "TooEarly"),
          Map.entry("429", "TooManyRequests"),
          Map.entry("5XX", "ServerError"));

  private final List<String> problems = new ArrayList<>();

  @Test
  void spec_isOpenApi31() {
    assertThat(Spec.root().get("openapi").asString()).startsWith("3.1.");
  }

  @Test
  void operations_haveIdSummaryTagAndTheirParameters() {
    Set<String> ids = new HashSet<>();
    Set<String> tags = new HashSet<>();
    Spec.root().get("tags").forEach(tag -> tags.add(tag.get("name").asString()));
    for (var path : Spec.root().get("paths").properties()) {
      for (var method : path.getValue().properties()) {
        String place = method.getKey() + " " + path.getKey();
        JsonNode operation = method.getValue();
        require(ids.add(operation.path("operationId").asString("")), place, "its id is not unique");
        require(operation.path("summary").asString("").endsWith("."), place, "no summary");
        require(tags.contains(operation.path("tags").path(0).asString("")), place, "no known tag");
        require(pathParameters(operation).equals(named(path.getKey())), place, "path parameters");
      }
    }
    assertThat(problems).isEmpty();
  }

  private static Set<String> pathParameters(JsonNode operation) {
    Set<String> names = new TreeSet<>();
    for (JsonNode parameter : operation.path("parameters")) {
      if (parameter.get("in").asString().equals("path")) {
        names.add(parameter.get("name").asString());
      }
    }
    return names;
  }

  private static Set<String> named(String path) {
    Set<String> names = new TreeSet<>();
    Matcher matcher = Pattern.compile("\\{(\\w+)}").matcher(path);
    while (matcher.find()) {
      names.add(matcher.group(1));
    }
    return names;
  }

  @Test
  void operations_sayHowTheyAreRefused() {
    for (var operation : Spec.operations().entrySet()) {
      for (var error : ERRORS.entrySet()) {
        require(
            operation
                .getValue()
                .path("responses")
                .path(error.getKey())
                .path("$ref")
                .asString("")
                .equals("#/components/responses/" + error.getValue()),
            operation.getKey(),
            "no response " + error.getKey());
      }
    }
    assertThat(problems).isEmpty();
  }

  /** Without a body the parameters are the properties of one type, and all of them. */
  @Test
  void parameters_areThePropertiesOfOneType() {
    for (var operation : Spec.operations().entrySet()) {
      Set<String> types = new TreeSet<>();
      Set<String> names = new TreeSet<>();
      for (JsonNode parameter : operation.getValue().path("parameters")) {
        String name = parameter.get("name").asString();
        JsonNode schema = parameter.get("schema");
        names.add(name);
        types.add(Spec.referenced(schema));
        require(
            schema.get("$ref").asString().endsWith("/properties/" + name),
            operation.getKey(),
            name + " is another property");
      }
      JsonNode body = operation.getValue().path("requestBody").path("content");
      if (body.isMissingNode() && !types.isEmpty()) {
        JsonNode type = Spec.schema(types.iterator().next());
        require(
            Set.copyOf(type.get("properties").propertyNames()).equals(Set.copyOf(names)),
            operation.getKey(),
            "names");
      } else if (!types.isEmpty()) {
        types.add(Spec.referenced(body.path("application/json").get("schema")));
      }
      require(types.size() < 2, operation.getKey(), "parameters of " + types);
    }
    assertThat(problems).isEmpty();
  }

  @Test
  void promises_nameTheirResults_andThoseAreTheResultsOfFutures() {
    Set<String> results = new TreeSet<>();
    for (var operation : Spec.operations().entrySet()) {
      JsonNode answer = operation.getValue().path("responses").path("200");
      boolean isPromise = answer.path("$ref").asString("").endsWith("/responses/Promise");
      require(
          isPromise == operation.getValue().has("x-result"), operation.getKey(), "promise, result");
      if (isPromise) {
        results.add(operation.getValue().get("x-result").asString());
      }
    }

    assertThat(problems).isEmpty();
    assertThat(Spec.schema("FutureResult").get("anyOf").valueStream().map(Spec::referenced))
        .containsExactlyInAnyOrderElementsOf(results);
  }

  @Test
  void schemas_areDescribedAndTheirRequiredPropertiesExist() {
    for (Map.Entry<String, JsonNode> schema : Spec.schemas()) {
      String name = schema.getKey();
      JsonNode properties = schema.getValue().path("properties");
      require(isSentence(schema.getValue()), name, "no description");
      schema
          .getValue()
          .path("required")
          .forEach(required ->
              require(properties.has(required.asString()), name, "requires " + required));
      properties
          .properties()
          .forEach(property ->
              require(
                  isSentence(property.getValue()),
                  name + "." + property.getKey(),
                  "no description"));
    }
    assertThat(problems).isEmpty();
  }

  private static boolean isSentence(JsonNode schema) {
    return schema.path("description").asString("").matches("(?s)\\S.*\\.");
  }

  /** The generator drops what has {@code required} only, and so the extension says it again. */
  @Test
  void alternatives_areThoseTheTemplatesSee() {
    for (Map.Entry<String, JsonNode> schema : Spec.schemas()) {
      assertThat(
              schema
                  .getValue()
                  .path("x-exactly-one")
                  .valueStream()
                  .map(JsonNode::asString)
                  .toList())
          .as(schema.getKey())
          .isEqualTo(Spec.alternatives(schema.getValue()));
    }
  }

  @Test
  void references_leadToSchemas_andEverySchemaIsReachedFromAnOperation() {
    Set<String> reached = new HashSet<>();
    reach(Spec.root().get("paths"), reached);

    assertThat(Spec.schemas().stream().map(Map.Entry::getKey)).allMatch(reached::contains);
  }

  private static void reach(JsonNode node, Set<String> reached) {
    if (node.has("$ref") && node.get("$ref").asString().contains("/schemas/")) {
      assertThat(Spec.root().at(node.get("$ref").asString().substring(1)).isMissingNode())
          .as(node.get("$ref").asString())
          .isFalse();
      reachSchema(Spec.referenced(node), reached);
    } else if (node.has("$ref")) {
      reach(Spec.root().at(node.get("$ref").asString().substring(1)), reached);
    }
    node.values().forEach(child -> reach(child, reached));
  }

  private static void reachSchema(String name, Set<String> reached) {
    if (reached.add(name)) {
      reach(Spec.schema(name), reached);
    }
  }

  @Test
  void extensions_areThoseTheTemplatesKnow() {
    Set<String> used = new TreeSet<>();
    collectExtensions(Spec.root(), used);
    assertThat(used).isEqualTo(new TreeSet<>(EXTENSIONS));
  }

  private static void collectExtensions(JsonNode node, Set<String> used) {
    node.properties()
        .forEach(property -> {
          if (property.getKey().startsWith("x-")) {
            used.add(property.getKey());
          }
          collectExtensions(property.getValue(), used);
        });
    if (node.isArray()) {
      node.values().forEach(child -> collectExtensions(child, used));
    }
  }

  private void require(boolean holds, String place, String problem) {
    if (!holds) {
      problems.add(place + ": " + problem);
    }
  }
}
