package io.tinker4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.tinker4j.cli.output.JsonText;
import io.tinker4j.cli.output.Terminal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** The command {@code schema}, and what every schema must be. */
class SchemaCommandTest {
  /** What these do is done in silence, or their output is no JSON. */
  private static final List<String> WITHOUT_JSON =
      List.of(
          "version",
          "checkpoint publish",
          "checkpoint unpublish",
          "checkpoint set-ttl",
          "server",
          "completion");

  private static final Schema OF_SCHEMAS =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
          .getSchema(SchemaLocation.of("https://json-schema.org/draft/2020-12/schema"));

  static List<String> commands() {
    List<String> all = commands(Main.commandLine(new Terminal(0)), "");
    all.removeAll(WITHOUT_JSON);
    return all;
  }

  private static List<String> commands(CommandLine above, String prefix) {
    List<String> all = new ArrayList<>();
    above
        .getSubcommands()
        .forEach((name, command) -> {
          CommandSpec spec = command.getCommandSpec();
          if (spec.subcommands().isEmpty()) {
            all.add(prefix + name);
          } else {
            all.addAll(commands(command, prefix + name + " "));
          }
        });
    return all;
  }

  @Test
  void bare_listsAllThatPrintJson() throws JsonText.SyntaxException {
    CommandRun run = CommandRun.of("-f", "json", "schema");

    List<?> listed = (List<?>) JsonText.readObject(run.out()).get("schemas");
    assertThat(
            listed.stream().map(each -> String.valueOf(((Map<?, ?>) each).get("command"))).toList())
        .containsExactlyElementsOf(commands());
    SchemaCheck.document("schema", run.out());
    assertThat(CommandRun.of("schema").out()).contains("checkpoint list", "Training runs");
  }

  @ParameterizedTest
  @MethodSource("commands")
  void schema_isOfTheDraftCompleteAndStrict(String command) throws JsonText.SyntaxException {
    for (String format : List.of("json", "jsonl")) {
      String schema = SchemaCheck.schema(format, List.of(command.split(" "))).orElseThrow();

      assertThat(OF_SCHEMAS.validate(schema, InputFormat.JSON)).isEmpty();
      Map<String, @Nullable Object> root = JsonText.readObject(schema);
      assertThat(root).containsKeys("$schema", "title");
      checkStrict(root, root);
    }
  }

  /** Every object says whether it may have more; only what a newer server invents may. */
  private static void checkStrict(Map<?, ?> root, @Nullable Object part) {
    if (part instanceof List<?> list) {
      list.forEach(each -> checkStrict(root, each));
      return;
    }
    if (!(part instanceof Map<?, ?> schema)) {
      return;
    }
    if (schema.get("$ref") instanceof String target) {
      assertThat(target).startsWith("#/$defs/");
      assertThat((Map<?, ?>) root.get("$defs"))
          .isNotNull()
          .matches(each -> each.containsKey(target.substring("#/$defs/".length())), target);
    }
    if ("object".equals(schema.get("type"))) {
      assertThat(schema.containsKey("additionalProperties")).as("%s", schema).isTrue();
      if (Boolean.TRUE.equals(schema.get("additionalProperties"))) {
        assertThat(String.valueOf(schema.get("description")))
            .contains("that this version does not know");
      }
    }
    schema.values().forEach(each -> checkStrict(root, each));
  }

  @Test
  void jsonl_listsHaveASchemaOfALine() {
    assertThat(CommandRun.of("-f", "json", "schema", "run", "list").out())
        .contains("\"runs\"", "\"training_run_id\"");
    assertThat(CommandRun.of("-f", "jsonl", "schema", "run", "list").out())
        .contains("Training runs, a line each", "\"training_run_id\"")
        .doesNotContain("\"runs\"");
  }

  @Test
  void unknownCommand_isWrongUsage() {
    CommandRun run = CommandRun.of("schema", "checkpoint", "publish");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .contains("there is no command 'checkpoint publish' that prints JSON; tinker schema lists");
  }
}
