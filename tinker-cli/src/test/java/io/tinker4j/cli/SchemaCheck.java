package io.tinker4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.tinker4j.cli.output.JsonLayout;
import io.tinker4j.cli.output.JsonText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What a command has printed, against the schema that {@code tinker schema} gives for it. */
final class SchemaCheck {
  private static final SchemaRegistry REGISTRY =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

  /** By format and command: a schema is asked for once. */
  private static final Map<String, Optional<SchemaCheck>> FOUND = new ConcurrentHashMap<>();

  private final String text;
  private final Schema schema;

  private SchemaCheck(String text) {
    this.text = text;
    this.schema = REGISTRY.getSchema(text);
  }

  /**
   * Checks the output of a command line, if it is JSON of a command that has a schema: a document,
   * or lines.
   */
  static void printed(String commandLine, String format, String out) {
    List<String> words = Arrays.asList(commandLine.split(" "));
    Optional<SchemaCheck> check =
        find(format, words.stream().limit(2).toList()).or(() -> find(format, words.subList(0, 1)));
    if (check.isEmpty() || format.equals("table") || out.isBlank()) {
      return;
    }
    boolean isLines = out.lines().allMatch(each -> each.startsWith("{") && each.endsWith("}"));
    if (isLines) {
      out.lines().forEach(check.get()::accepts);
    } else {
      check.get().accepts(out);
    }
  }

  /** Checks a JSON object that a command has printed with {@code -f json}. */
  static void document(String command, String json) {
    find("json", List.of(command.split(" "))).orElseThrow().accepts(json);
  }

  /** Returns the schema of a command; empty when it prints no JSON. */
  static Optional<String> schema(String format, List<String> command) {
    List<String> args = new ArrayList<>(List.of("-f", format, "schema"));
    args.addAll(command);
    CommandRun run = CommandRun.of(args.toArray(String[]::new));
    return run.exitCode() == 0 ? Optional.of(run.out()) : Optional.empty();
  }

  private static Optional<SchemaCheck> find(String format, List<String> command) {
    return FOUND.computeIfAbsent(
        format + " " + String.join(" ", command),
        unused -> schema(format, command).map(SchemaCheck::new));
  }

  /** It has to be taken, and refused without a property that is required, or with another one. */
  private void accepts(String json) {
    assertThat(errors(json)).as(json).isEmpty();
    Map<String, @Nullable Object> object = read(json);
    for (String name : object.keySet()) {
      Map<String, @Nullable Object> less = new LinkedHashMap<>(object);
      less.remove(name);
      assertThat(errors(JsonLayout.line(less)).isEmpty())
          .as("%s without %s", json, name)
          .isEqualTo(mayLack(read(text), name, object));
    }
    Map<String, @Nullable Object> more = new LinkedHashMap<>(object);
    more.put("of_no_schema", 1);
    assertThat(errors(JsonLayout.line(more))).as(json).isNotEmpty();
  }

  private List<String> errors(String json) {
    return schema.validate(json, InputFormat.JSON).stream().map(Object::toString).toList();
  }

  private static Map<String, @Nullable Object> read(String json) {
    try {
      return JsonText.readObject(json);
    } catch (JsonText.SyntaxException e) {
      throw new AssertionError(json, e);
    }
  }

  /** Whether the part of a schema that fits an object leaves a property to the command. */
  private boolean mayLack(Map<?, ?> part, String name, Map<String, @Nullable Object> object) {
    if (part.get("$ref") instanceof String target) {
      Map<?, ?> definitions = (Map<?, ?>) Objects.requireNonNull(read(text).get("$defs"));
      Object definition = definitions.get(target.substring(target.lastIndexOf('/') + 1));
      return mayLack((Map<?, ?>) definition, name, object);
    }
    if (part.get("anyOf") instanceof List<?> all) {
      return all.stream().anyMatch(each -> mayLack((Map<?, ?>) each, name, object));
    }
    return part.get("properties") instanceof Map<?, ?> properties
        && properties.keySet().containsAll(object.keySet())
        && !((List<?>) part.get("required")).contains(name);
  }
}
