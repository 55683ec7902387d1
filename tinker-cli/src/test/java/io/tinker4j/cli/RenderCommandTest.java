package io.tinker4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.cli.output.JsonText;
import io.tinker4j.cli.output.Terminal;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RenderCommandTest {
  private static final String TWO_TURNS =
      """
      {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yes?"}, \
      {"role": "user", "content": "Bye"}, {"role": "assistant", "content": "See you"}]}
      """;

  /** The user writes the text of the special token. */
  private static final String ENDS =
      """
      {"messages": [{"role": "user", "content": "<end>"}, {"role": "assistant", "content": "Y"}]}
      """;

  private static final String TEMPLATE =
      "{% for m in messages %}{{ m.role[0] }}:{{ m.content }}{{ eos_token }}{% endfor %}"
          + "{% if add_generation_prompt %}a:{% endif %}";

  @TempDir private Path directory = Path.of(".");

  private String file(String content) throws IOException {
    return Files.writeString(directory.resolve("chats.jsonl"), content).toString();
  }

  private static CommandRun render(String... more) {
    String[] args = new String[more.length + 1];
    args[0] = "render";
    System.arraycopy(more, 0, args, 1, more.length);
    return CommandRun.of(args);
  }

  @Test
  void render_marksWhatIsLearned() throws IOException {
    CommandRun run = render(file(TWO_TURNS));

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .isEqualToNormalizingNewlines(
            """
            User: Hi

            Assistant:⟦ Yes?

            ⟧User: Bye

            Assistant:⟦ See you

            User:⟧
            """);
    assertThat(run.err()).isEmpty();
  }

  @Test
  void render_lastMessageOnly_marksThatAlone() throws IOException {
    CommandRun run = render(file(TWO_TURNS), "--train-on", "last_assistant_message");

    assertThat(run.out()).contains("Assistant: Yes?").containsOnlyOnce("⟦");
    assertThat(run.out()).contains("⟦ See you");
  }

  @Test
  void render_weightsOfTheRow_winOverTheOption() throws IOException {
    String row =
        """
        {"messages": [{"role": "user", "content": "Hi"}, \
        {"role": "assistant", "content": "bad", "weight": 0}, {"role": "user", "content": "So"}, \
        {"role": "assistant", "content": "good", "weight": 1}]}
        """;

    assertThat(render(file(row)).out()).contains("Assistant: bad").contains("⟦ good");
  }

  @Test
  void render_onATerminal_marksByColour() throws IOException {
    StringWriter out = new StringWriter();
    int exitCode =
        Main.commandLine(new Terminal(80), new StringReader(""))
            .setOut(new PrintWriter(out, true))
            .execute("render", file(TWO_TURNS));

    assertThat(exitCode).isZero();
    String one = "\u001b[1;32m%s\u001b[0m";
    String other = "\u001b[32m%s\u001b[0m";
    String neighbours = other.formatted("Y") + one.formatted("e") + other.formatted("s");
    assertThat(out.toString()).contains(neighbours).doesNotContain("⟦");
  }

  @Test
  void render_onATerminal_aSpecialTokenIsOneInvertedPiece() throws IOException {
    StringWriter out = new StringWriter();
    int exitCode =
        Main.commandLine(new Terminal(80), new StringReader(""))
            .setOut(new PrintWriter(out, true))
            .execute(
                "render",
                file(ENDS),
                "--renderer=template",
                "--tokenizer=" + AsciiTokenizer.write(directory.resolve("tokenizer"), TEMPLATE));

    assertThat(exitCode).isZero();
    String end = "\u001b[7m<end>\u001b[0m";
    assertThat(out.toString()).contains("m>\u001b[0m\u001b[37m" + end, "\u001b[32m" + end);
    assertThat(out.toString().split("<end>", -1)).as("text is none").hasSize(3);
  }

  @Test
  void render_tokens_isALineForEach() throws IOException {
    Path tokenizer = AsciiTokenizer.write(directory.resolve("tokenizer"), TEMPLATE);

    CommandRun run =
        render(file(ENDS), "--tokens", "--renderer=template", "--tokenizer=" + tokenizer);

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .isEqualToNormalizingNewlines(
            """
                 0       84      0  u
                 1       25      0  :
                 2       27      0  <
                 3       68      0  e
                 4       77      0  n
                 5       67      0  d
                 6       29      0  >
                 7       94      0  <end>
                 8       64      0  a
                 9       25      0  :
                10       56      1  Y
                11       94      1  <end>
            12 tokens, 2 of them learned
            """);
  }

  @Test
  void render_tokensOfBytes_areEscapedToTheirLines() throws IOException {
    CommandRun run = render(file("{\"prompt\": \"é\\\\\", \"completion\": \"c\"}"), "--tokens");

    assertThat(run.out().lines())
        .contains(
            "     6      195      0  \ufffd",
            "     7      169      0  \ufffd",
            "     8       92      0  \\\\",
            "     9       10      0  \\n");
  }

  @Test
  void render_bracketsOfTheText_areNoMarks() throws IOException {
    CommandRun run = render(file("{\"prompt\": \"a⟦b⟧⟨c⟩\", \"completion\": \"⟧d\"}"));

    assertThat(run.out())
        .startsWith("User: a\\u{27e6}b\\u{27e7}\\u{27e8}c\\u{27e9}\n\nAssistant:⟦ \\u{27e7}d");
  }

  @Test
  void render_controlCharacters_areShownAndNotSent() throws IOException {
    CommandRun run =
        render(file("{\"prompt\": \"a\\u001b[31m\\u202eb\\t👩‍🔬\", \"completion\": \"c\"}"));

    assertThat(run.out()).contains("a\\u{1b}[31m\\u{202e}b\t👩‍🔬");
  }

  @Test
  void render_json_isOneObjectPerExampleWithAWeightPerToken() throws Exception {
    CommandRun run =
        CommandRun.of(
            "-f",
            "json",
            "render",
            "--count=2",
            file(TWO_TURNS + "{\"prompt\": \"1+1\", \"completion\": \"2\"}\n"));

    assertThat(run.out()).hasLineCount(2);
    Map<String, @Nullable Object> second = JsonText.readObject(run.out().lines().toList().get(1));
    assertThat(second).containsOnlyKeys("tokens", "weights");
    String text = "User: 1+1\n\nAssistant: 2\n\nUser:";
    assertThat(second.get("tokens")).isEqualTo(text.chars().boxed().toList());
    assertThat((List<?>) second.get("weights"))
        .hasSize(text.length())
        .filteredOn(weight -> ((Number) weight).doubleValue() != 0)
        .hasSize(" 2\n\nUser:".length())
        .allSatisfy(weight -> assertThat(((Number) weight).doubleValue()).isOne());
  }

  @Test
  void render_count_isAtMostTheExamplesThereAre() throws IOException {
    assertThat(render(file(TWO_TURNS), "--count", "9").out()).containsOnlyOnce("See you");
  }

  @Test
  void render_packedFile_isRead() throws IOException {
    Path packed = directory.resolve("chats.jsonl.gz");
    try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
      out.write(TWO_TURNS.getBytes(StandardCharsets.UTF_8));
    }

    assertThat(render(packed.toString()).out()).contains("⟦ See you");
  }

  @Test
  void render_badRows_areNamedAndLeftOut() throws IOException {
    CommandRun run = render(file("{\"messages\": 7}\n\n{broken\n" + TWO_TURNS));

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("⟦ See you");
    assertThat(run.errLines())
        .hasSize(2)
        .satisfiesExactly(
            first -> assertThat(first).startsWith("Note: ").contains("line 1: messages is 7"),
            second -> assertThat(second).startsWith("Note: ").contains("line 3: "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"question\": 1}|the row has the keys [question] and none of messages,",
        "{\"prompt\": \"a\", \"completion\": 2}|completion is 2; it must be a string",
        "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}]}|nothing in the conversation is",
        "{\"messages\": [{\"role\": \"critic\", \"content\": \"a\"}]}|critic",
        "{\"messages\": [{\"role\": \"user\", \"content\": \"\\ud800\"}]}|half of a surrogate pair",
        "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}, {\"role\": \"assistant\","
            + " \"content\": \"b\"}], \"tools\": [{\"type\": \"function\", \"function\":"
            + " {\"name\": \"f\"}}]}|tool",
      })
  void render_onlyBadRows_isAnErrorWithFileLineAndReason(String row, String reason)
      throws IOException {
    String file = file("\n" + row + "\n");

    CommandRun run = render(file);

    assertThat(run.exitCode()).isOne();
    assertThat(run.errLines()).singleElement().asString().startsWith("Error: there is nothing to");
    assertThat(run.err()).contains("the first bad one is " + file + " line 2: ", reason);
    assertThat(run.out()).isEmpty();
  }

  @Test
  void render_missingFile_saysSo() {
    String missing = directory.resolve("no.jsonl").toString();

    CommandRun run = render(missing);

    assertThat(run.exitCode()).isOne();
    assertThat(run.errLines()).containsExactly("Error: " + missing + " does not exist");
  }

  @Test
  void render_brokenArchive_saysSo() throws IOException {
    Path packed = directory.resolve("chats.gz");
    Files.write(packed, new byte[] {0x1f, (byte) 0x8b, 1, 2, 3});

    CommandRun run = render(packed.toString());

    assertThat(run.exitCode()).isOne();
    assertThat(run.errLines())
        .singleElement()
        .asString()
        .startsWith("Error: " + packed)
        .doesNotContain("Exception");
  }

  @Test
  void render_unknownRenderer_listsThem() throws IOException {
    CommandRun run = render(file(TWO_TURNS), "--renderer", "qwen9");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .contains("Error: --renderer is 'qwen9'; it must be one of deepseekv3, ", "role_colon");
  }

  @Test
  void render_unknownPart_listsThemAsTheyAreTyped() throws IOException {
    CommandRun run = render(file(TWO_TURNS), "--train-on", "everything");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .contains(
            "Error: --train-on is 'everything'; it must be one of last_assistant_message,"
                + " last_assistant_turn, all_assistant_messages, all_messages, all_tokens,"
                + " all_user_and_system_messages\n");
  }

  @Test
  void render_rendererThatDoesNotFitTheTokenizer_namesTheMissingToken() throws IOException {
    CommandRun run = render(file(TWO_TURNS), "--renderer", "qwen3");

    assertThat(run.exitCode()).isOne();
    assertThat(run.err()).startsWith("Error: --renderer: ").contains("<|im_");
  }

  @Test
  void render_templateOfATokenizerWithoutOne_saysWhatToDo() throws IOException {
    CommandRun run = render(file(TWO_TURNS), "--renderer", "template");

    assertThat(run.exitCode()).isOne();
    assertThat(run.err()).contains("the tokenizer came without one: use another renderer");
  }

  @Test
  void render_template_isTheTokenizersOwn() throws IOException {
    String template =
        "{% for m in messages %}<{{ m.role }}>{{ m.content }}{{ eos_token }}{% endfor %}"
            + "{% if add_generation_prompt %}<assistant>{% endif %}";
    Path tokenizer = AsciiTokenizer.write(directory.resolve("tokenizer"), template);
    String chats =
        file(
            """
            {"messages": [{"role": "user", "content": "Hi<end>"}, \
            {"role": "assistant", "content": "Yes"}]}
            """);

    CommandRun run = render(chats, "--renderer", "template", "--tokenizer", tokenizer.toString());

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).startsWith("<user>Hi<end>⟨<end>⟩<assistant>⟦Yes⟨<end>⟩⟧");
  }

  @Test
  void render_templateThatRefusesARow_isABadRow() throws IOException {
    Path tokenizer =
        AsciiTokenizer.write(
            directory.resolve("tokenizer"), "{{ raise_exception('no systems here') }}");

    CommandRun run =
        render(file(TWO_TURNS), "--renderer", "template", "--tokenizer", tokenizer.toString());

    assertThat(run.exitCode()).isOne();
    assertThat(run.err()).contains("chats.jsonl line 1: ", "no systems here");
  }

  @Test
  void render_unknownModel_asksForARenderer() throws IOException {
    CommandRun run = render(file(TWO_TURNS), "--model=acme/own", "--tokenizer=bytes");

    assertThat(run.exitCode()).isOne();
    assertThat(run.err())
        .startsWith("Error: no renderer is known for acme/own; choose one of ")
        .endsWith(" with --renderer" + System.lineSeparator());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--count=0|--count is 0; it must be at least 1",
        "--count=x|Invalid value for option '--count': 'x' is not an int",
        "--train-on=customized|--train-on: rows say themselves what is customized",
        "--train-on=nothing|--train-on is 'nothing'; it must be one of last_assistant_message, ",
        "--colour|No such option: --colour",
      })
  void render_wrongArgument_endsWithTwo(String argument, String message) throws IOException {
    CommandRun run = render(file(TWO_TURNS), argument);

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .contains("Error: " + message)
        .contains("Try 'tinker render --help' for help.");
    assertThat(run.out()).isEmpty();
  }

  @Test
  void render_noFile_endsWithTwo() {
    CommandRun run = render();

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("Error: Missing argument 'FILE'.");
  }
}
