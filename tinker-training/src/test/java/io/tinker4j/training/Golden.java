package io.tinker4j.training;

import io.tinker4j.transport.operation.JsonCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The vectors recorded from the reference client. */
@SuppressWarnings("unchecked")
public final class Golden {
  private static final Path FOLDER = Path.of("../openapi/golden");

  private Golden() {}

  public static Map<String, @Nullable Object> json(String name) throws IOException {
    Map<String, @Nullable Object> vector =
        JsonCodec.readMap(Files.readAllBytes(FOLDER.resolve(name + ".json")));
    return map(vector.get("json"));
  }

  static List<Map<String, @Nullable Object>> cases(String name) throws IOException {
    return list(json(name).get("cases"));
  }

  public static <T> List<T> list(@Nullable Object value) {
    return (List<T>) Objects.requireNonNull(value);
  }

  static Map<String, @Nullable Object> map(@Nullable Object value) {
    return (Map<String, @Nullable Object>) Objects.requireNonNull(value);
  }

  public static double number(Map<String, @Nullable Object> map, String name) {
    return ((Number) Objects.requireNonNull(map.get(name))).doubleValue();
  }

  static String text(Map<String, @Nullable Object> map, String name) {
    return Objects.toString(map.get(name), "");
  }
}
