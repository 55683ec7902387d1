package io.tinker4j.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.transport.endpoint.BodyFormat;
import io.tinker4j.transport.endpoint.FutureOutcome;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.transport.operation.NoContent;
import io.tinker4j.transport.operation.Operation;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The operations in the code are those of {@code openapi/tinker.yaml}, and the other way round. */
class OperationsSpecTest {
  /** By the name of the spec, where it is not that of the constant after {@code RETRIEVE_}. */
  private static final Map<String, String> RETRIEVED_BY =
      Map.of("forward", "FORWARD_BACKWARD", "asample", "SAMPLE");

  /** An operation with its type arguments as the source has them. */
  private record Declared(String constant, Operation<?, ?> operation, Type input, Type output) {
    static Declared of(String constant, Object operation, Type type) {
      Type[] arguments = ((ParameterizedType) type).getActualTypeArguments();
      return new Declared(constant, (Operation<?, ?>) operation, arguments[0], arguments[1]);
    }

    boolean isRetrieval() {
      return output instanceof ParameterizedType outcome
          && outcome.getRawType().equals(FutureOutcome.class);
    }
  }

  @Test
  void operations_areThoseOfTheSpec() throws Exception {
    Set<String> inCode = new TreeSet<>();
    for (Declared each : declared()) {
      Operation<?, ?> operation = each.operation();
      inCode.add("%s %s %s".formatted(operation.name(), operation.method(), operation.path()));
    }

    assertThat(inCode).isEqualTo(inSpec());
  }

  @Test
  void operations_takeAndGiveTheTypesOfTheSpec() throws Exception {
    for (Declared each : declared()) {
      JsonNode spec = Objects.requireNonNull(Spec.operations().get(each.operation().name()));
      assertThat(name(each.input())).as(each.constant()).isEqualTo(input(spec));
      if (!each.isRetrieval() && !each.output().equals(Operations.Settings.class)) {
        assertThat(name(each.output())).as(each.constant()).isEqualTo(output(spec));
      }
    }
  }

  @Test
  void promises_areRetrievedAsTheResultsOfTheSpec() throws Exception {
    List<Declared> retrievals = declared().stream().filter(Declared::isRetrieval).toList();
    Set<String> used = new TreeSet<>();
    for (var spec : Spec.operations().entrySet()) {
      if (spec.getValue().has("x-result")) {
        String constant =
            "RETRIEVE_"
                + RETRIEVED_BY.getOrDefault(spec.getKey(), spec.getKey().toUpperCase(Locale.ROOT));
        used.add(constant);
        assertThat(retrievals)
            .as(spec.getKey())
            .filteredOn(each -> each.constant().equals(constant))
            .extracting(
                each -> name(((ParameterizedType) each.output()).getActualTypeArguments()[0]))
            .containsExactly(spec.getValue().get("x-result").asString());
      }
    }

    assertThat(retrievals).extracting(Declared::constant).hasSameElementsAs(used);
  }

  private static List<Declared> declared() throws Exception {
    List<Declared> declared = new ArrayList<>();
    for (Field field : Operations.class.getFields()) {
      if (Modifier.isStatic(field.getModifiers())) {
        declared.add(Declared.of(field.getName(), field.get(null), field.getGenericType()));
      }
    }
    declared.add(pass("forward", Operations.forward(BodyFormat.JSON)));
    declared.add(pass("forwardBackward", Operations.forwardBackward(BodyFormat.PROTOBUF)));
    return declared;
  }

  private static Declared pass(String method, Operation<?, ?> operation) throws Exception {
    return Declared.of(
        method,
        operation,
        Operations.class.getMethod(method, BodyFormat.class).getGenericReturnType());
  }

  private static String name(Type type) {
    return type.equals(NoContent.class) ? "nothing" : ((Class<?>) type).getSimpleName();
  }

  private static String input(JsonNode operation) {
    JsonNode body = operation.at("/requestBody/content/application~1json/schema");
    if (body.has("$ref")) {
      return Spec.referenced(body);
    }
    JsonNode parameter = operation.path("parameters").path(0);
    return parameter.isMissingNode() ? "nothing" : Spec.referenced(parameter.get("schema"));
  }

  private static String output(JsonNode operation) {
    JsonNode answer = operation.at("/responses/200");
    if (answer.has("$ref")) {
      answer = Spec.root().at(answer.get("$ref").asString().substring(1));
    }
    JsonNode schema = answer.at("/content/application~1json/schema");
    return schema.has("$ref") ? Spec.referenced(schema) : "nothing";
  }

  private static Set<String> inSpec() {
    Set<String> operations = new TreeSet<>();
    for (var path : Spec.root().get("paths").properties()) {
      for (var method : path.getValue().properties()) {
        operations.add(
            "%s %s %s"
                .formatted(
                    method.getValue().get("operationId").asString(),
                    method.getKey().toUpperCase(Locale.ROOT),
                    path.getKey()));
      }
    }
    return operations;
  }
}
