package io.tinker4j.cli.schema;

import io.tinker4j.cli.output.JsonText;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The schemas of what commands print. A resource describes what {@code -f json} prints, and under
 * {@code line} what a line of {@code -f jsonl} is, when that is something else. What several of
 * them refer to in {@code definitions.json} is put into each, so that it stands alone.
 */
final class Schemas {
  private static final String SHARED = "definitions";
  private static final String DEFS = "$defs";
  private static final String REF = "$ref";
  private static final String TITLE = "title";
  private static final String LINE = "line";
  private static final String TO_SHARED = SHARED + ".json#/$defs/";

  private Schemas() {}

  /** Returns the title of a command's schema; empty when the command prints no JSON. */
  static Optional<String> title(String command) {
    return read(resource(command)).map(schema -> String.valueOf(schema.get(TITLE)));
  }

  /** Returns the schema of what {@code -f json} prints; empty when the command prints no JSON. */
  static Optional<Map<String, @Nullable Object>> document(String command) {
    return read(resource(command)).map(Schemas::complete);
  }

  /** Returns the schema of a line of {@code -f jsonl}; empty when the command prints no JSON. */
  static Optional<Map<String, @Nullable Object>> line(String command) {
    return read(resource(command))
        .map(schema -> {
          Object line = definitions(schema).get(LINE);
          if (line == null) {
            return complete(schema);
          }
          Map<String, @Nullable Object> root = new LinkedHashMap<>();
          root.put("$schema", schema.get("$schema"));
          root.put(TITLE, schema.get(TITLE) + ", a line each");
          map(line).forEach(root::putIfAbsent);
          return complete(root);
        });
  }

  private static String resource(String command) {
    return command.replace(' ', '-');
  }

  private static Optional<Map<String, @Nullable Object>> read(String name) {
    try (InputStream in = Schemas.class.getResourceAsStream(name + ".json")) {
      return in == null
          ? Optional.empty()
          : Optional.of(JsonText.readObject(new String(in.readAllBytes(), StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (JsonText.SyntaxException e) {
      throw new IllegalStateException(name + ".json is broken", e);
    }
  }

  /** Puts in what the schema refers to, and what that refers to. */
  private static Map<String, @Nullable Object> complete(Map<String, @Nullable Object> schema) {
    Deque<String> wanted = new ArrayDeque<>();
    Map<String, @Nullable Object> root = map(inside(schema, wanted));
    Map<String, @Nullable Object> definitions = definitions(root);
    if (!wanted.isEmpty()) {
      Map<String, @Nullable Object> shared = definitions(read(SHARED).orElseThrow());
      while (!wanted.isEmpty()) {
        String name = wanted.remove();
        if (!definitions.containsKey(name)) {
          definitions.put(name, inside(shared.get(name), wanted));
        }
      }
      root.put(DEFS, definitions);
    }
    return root;
  }

  /** Copies a part of a schema; what it refers to of the shared file is expected inside. */
  private static @Nullable Object inside(@Nullable Object part, Deque<String> wanted) {
    if (part instanceof List<?> list) {
      return list.stream().map(each -> inside(each, wanted)).toList();
    }
    if (!(part instanceof Map<?, ?>)) {
      return part;
    }
    Map<String, @Nullable Object> copy = new LinkedHashMap<>();
    map(part)
        .forEach((name, value) -> {
          if (name.equals(REF) && value instanceof String target && target.startsWith(TO_SHARED)) {
            String definition = target.substring(TO_SHARED.length());
            wanted.add(definition);
            copy.put(name, "#/$defs/" + definition);
          } else {
            copy.put(name, inside(value, wanted));
          }
        });
    return copy;
  }

  private static Map<String, @Nullable Object> definitions(Map<String, @Nullable Object> schema) {
    return schema.get(DEFS) instanceof Map<?, ?> definitions
        ? new LinkedHashMap<>(map(definitions))
        : new LinkedHashMap<>();
  }

  @SuppressWarnings("unchecked") // JSON has no other keys.
  private static Map<String, @Nullable Object> map(@Nullable Object value) {
    return (Map<String, @Nullable Object>) Objects.requireNonNull(value);
  }
}
