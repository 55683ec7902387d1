package io.tinker4j.verify;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.tinker4j.transport.Headers;
import io.tinker4j.transport.TinkerException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Exceptions travel between processes, for example to a scheduler, and say there what they did. */
class ExceptionSerializationTest {
  static Stream<Class<?>> exceptions() {
    return new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.tinker4j.transport", "io.tinker4j.training", "io.tinker4j.recovery")
            .stream()
            .filter(type -> type.isAssignableTo(TinkerException.class))
            .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
            .filter(type -> !type.getModifiers().contains(JavaModifier.ABSTRACT))
            .map(JavaClass::reflect);
  }

  @ParameterizedTest
  @MethodSource("exceptions")
  void exception_serializedAndBack_answersAllItsAccessorsAsBefore(Class<?> type) throws Exception {
    for (Constructor<?> constructor : type.getDeclaredConstructors()) {
      Object before = made(constructor);
      Object after = copy(before);

      assertThat(answers(after)).as(constructor.toString()).isEqualTo(answers(before));
    }
  }

  private static Object copy(Object original) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(original);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return in.readObject();
    }
  }

  private static Map<String, String> answers(Object exception) throws Exception {
    Map<String, String> answers = new TreeMap<>();
    for (Method method : exception.getClass().getMethods()) {
      boolean isAccessor =
          method.getParameterCount() == 0
              && !Modifier.isStatic(method.getModifiers())
              && method.getDeclaringClass().getName().startsWith("io.tinker4j.")
              && method.getReturnType() != void.class;
      if (isAccessor) {
        Object answer = method.invoke(exception);
        answers.put(
            method.getName(), answer instanceof Headers all ? all.asMap().toString() : "" + answer);
      }
    }
    answers.put("getMessage", "" + ((Throwable) exception).getMessage());
    return answers;
  }

  private static Object made(Constructor<?> constructor) throws Exception {
    constructor.setAccessible(true);
    Type[] types = constructor.getGenericParameterTypes();
    Object[] arguments = new Object[types.length];
    for (int i = 0; i < types.length; i++) {
      arguments[i] = value(types[i]);
    }
    return constructor.newInstance(arguments);
  }

  private static Object value(Type type) throws Exception {
    if (type instanceof ParameterizedType generic) {
      Object element = value(generic.getActualTypeArguments()[0]);
      return generic.getRawType() == Optional.class ? Optional.of(element) : List.of(element);
    }
    Class<?> wanted = (Class<?>) type;
    if (wanted.isEnum()) {
      return wanted.getEnumConstants()[0];
    }
    return switch (wanted.getName()) {
      case "int" -> 404;
      case "long" -> 7L;
      case "boolean" -> true;
      case "java.lang.String" -> "{\"detail\":\"text\"}";
      case "java.time.Duration" -> Duration.ofSeconds(3);
      case "java.lang.Throwable", "java.lang.Exception", "java.io.IOException" ->
          new IOException("cause");
      case "io.tinker4j.transport.Headers" ->
          Headers.builder().set("X-Request-Id", "id-1").add("Retry-After", "3").build();
      default -> built(wanted);
    };
  }

  /** Of our own: by its longest constructor. */
  private static Object built(Class<?> type) throws Exception {
    Constructor<?> longest =
        Arrays.stream(type.getDeclaredConstructors())
            .max((one, other) -> one.getParameterCount() - other.getParameterCount())
            .orElseThrow();
    return made(longest);
  }
}
