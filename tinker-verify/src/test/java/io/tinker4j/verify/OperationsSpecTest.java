package io.tinker4j.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.transport.operation.Operation;
import io.tinker4j.transport.operation.Operations;
import io.tinker4j.transport.operation.PassFormat;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The operations in the code are those of {@code openapi/tinker.yaml}, and the other way round. */
class OperationsSpecTest {
  @Test
  void operations_areThoseOfTheSpec() throws Exception {
    Set<String> inCode = new TreeSet<>();
    for (Operation<?, ?> operation : constants()) {
      inCode.add("%s %s %s".formatted(operation.name(), operation.method(), operation.path()));
    }

    assertThat(inCode).isEqualTo(inSpec());
  }

  private static List<Operation<?, ?>> constants() throws Exception {
    List<Operation<?, ?>> constants = new ArrayList<>();
    for (Field field : Operations.class.getFields()) {
      if (Modifier.isStatic(field.getModifiers())) {
        constants.add((Operation<?, ?>) field.get(null));
      }
    }
    constants.add(Operations.forward(PassFormat.JSON));
    constants.add(Operations.forwardBackward(PassFormat.PROTOBUF));
    return constants;
  }

  private static Set<String> inSpec() {
    Set<String> operations = new TreeSet<>();
    for (var path : Spec.root().get("paths").properties()) {
      for (var method : path.getValue().properties()) {
        operations.add(
            "%s %s %s"
                .formatted(
                    method.getValue().get("operationId").asString(),
                    method.getKey().toUpperCase(java.util.Locale.ROOT),
                    path.getKey()));
      }
    }
    return operations;
  }
}
