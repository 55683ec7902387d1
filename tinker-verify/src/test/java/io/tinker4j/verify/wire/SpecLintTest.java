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

/** Rules of the spec beyond what the generator checks; each names the place that breaks it. */
class SpecLintTest {
  private static final Set<String> EXTENSIONS =
      Set.of(
          "x-literal",
          "x-union",
          "x-tag",
          "x-free-form",
          "x-always",
          "x-null",
          "x-checked",
          "x-exactly-one",
          "x-alternatives",
          "x-below",
          "x-big",
          "x-array",
          "x-leaves",
          "x-secret");

  /** Read by rules, from answers that have no schema of their own in a path, or not routed yet. */
  private static final Set<String> ROOTS =
      Set.of(
          "CreateModelResponse",
          "UnloadModelResponse",
          "ForwardBackwardOutput",
          "OptimStepResponse",
          "SaveWeightsResponse",
          "LoadWeightsResponse",
          "SaveWeightsForSamplerResponse",
          "SaveWeightsExternalResponse",
          "SampleResponse",
          "TryAgainResponse",
          "RequestFailedResponse",
          "FutureMetadataResponse",
          "CheckpointSearchRequest",
          "CheckpointSearchResponse");

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
                  property.getValue().has("$ref")
                      || property.getValue().has("x-literal")
                      || isSentence(property.getValue()),
                  name + "." + property.getKey(),
                  "no description"));
    }
    assertThat(problems).isEmpty();
  }

  private static boolean isSentence(JsonNode schema) {
    return schema.path("description").asString("").matches("(?s)\\S.*\\.");
  }

  @Test
  void references_leadToSchemas_andEverySchemaIsReached() {
    Set<String> reached = new HashSet<>();
    reach(Spec.root().get("paths"), reached);
    ROOTS.forEach(root -> reachSchema(root, reached));
    Spec.schemas().stream()
        .map(Map.Entry::getKey)
        .filter(name -> name.endsWith("Request"))
        .forEach(name -> reachSchema(name, reached)); // Inputs of GETs are queries, not bodies.

    assertThat(Spec.schemas().stream().map(Map.Entry::getKey)).allMatch(reached::contains);
  }

  private static void reach(JsonNode node, Set<String> reached) {
    if (node.has("$ref") && node.get("$ref").asString().contains("/schemas/")) {
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
    assertThat(EXTENSIONS).containsAll(used);
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
