package io.tinker4j.testkit.openai;

import io.tinker4j.testkit.http.JsonBodies;
import io.tinker4j.testkit.http.RefusedException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The fields of a request; those that are null count as absent. */
final class RequestFields {
  /** What both requests may have. */
  private static final Set<String> COMMON =
      Set.of(
          "model",
          "max_tokens",
          "temperature",
          "top_p",
          "n",
          "stop",
          "seed",
          "stream",
          "stream_options",
          "user");

  private final Map<String, @Nullable Object> fields;

  private RequestFields(Map<String, @Nullable Object> fields) {
    this.fields = fields;
  }

  /**
   * Reads a request, which may have the common fields and {@code own}.
   *
   * @throws RefusedException 400 naming a field that is not known here: who sends it wants
   *     something that would not happen; 422 when the body is no object
   */
  static RequestFields read(byte[] body, Set<String> own) {
    Map<String, @Nullable Object> fields = JsonBodies.readAnyObject(body);
    fields.forEach((name, value) -> {
      if (value != null && !COMMON.contains(name) && !own.contains(name)) {
        throw RefusedException.badRequest(name + " is not supported by the embedded server");
      }
    });
    return new RequestFields(fields);
  }

  Optional<Object> find(String name) {
    return Optional.ofNullable(fields.get(name));
  }

  String text(String name) {
    return find(name)
        .filter(String.class::isInstance)
        .map(String.class::cast)
        .orElseThrow(() -> refused(name, "a string"));
  }

  Optional<Integer> integer(String name) {
    return find(name)
        .map(value -> value instanceof Integer number ? number : refuse(name, "an integer"));
  }

  Optional<Double> number(String name) {
    return find(name)
        .map(value ->
            value instanceof Number number ? number.doubleValue() : refuse(name, "a number"));
  }

  boolean flag(String name) {
    return find(name)
        .map(value -> value instanceof Boolean flag ? flag : refuse(name, "true or false"))
        .orElse(false);
  }

  /** A string, or an array of strings; none when the field is absent. */
  List<String> texts(String name) {
    Object value = fields.get(name);
    return switch (value) {
      case null -> List.of();
      case String text -> List.of(text);
      case List<?> list when list.stream().allMatch(String.class::isInstance) ->
          list.stream().map(String.class::cast).toList();
      default -> throw refused(name, "a string or an array of strings");
    };
  }

  private static <T> T refuse(String name, String what) {
    throw refused(name, what);
  }

  static RefusedException refused(String name, String what) {
    return RefusedException.badRequest(name + " must be " + what);
  }
}
