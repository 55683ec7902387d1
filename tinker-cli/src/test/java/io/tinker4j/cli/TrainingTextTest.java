package io.tinker4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.cli.output.CommandException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainingTextTest {
  private static final int END = 256;
  private static final String LONG = "The quick brown fox jumps over the lazy dog. ";

  @TempDir private Path directory = Path.of(".");

  @Test
  void bundled_isPlainEnglishOfTheRightSize() {
    TrainingText text = TrainingText.bundled();

    assertThat(text.documents()).isEqualTo(1);
    assertThat(text.size()).isBetween(14_000, 18_000);
    assertThat(text.opening()).isEqualTo("Alice was beginning to");
    assertThat(IntStream.of(text.tokens(0, text.size() - 1, END)))
        .allMatch(token -> token == '\n' || (token >= ' ' && token <= '~'));
  }

  @Test
  void read_text_givesItsBytesAndAnEnd() throws IOException {
    String content = LONG + "naïve 🙂";
    TrainingText text = TrainingText.read(file("a.txt", content));

    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    int[] tokens = text.tokens(0, text.size(), END);
    assertThat(tokens).hasSize(bytes.length + 1).endsWith(0xf0, 0x9f, 0x99, 0x82, END);
    assertThat(text.note()).isEmpty();
  }

  @Test
  void read_byteOrderMark_isNotTrainedOn() throws IOException {
    TrainingText text = TrainingText.read(file("a.txt", "\ufeff" + LONG));

    assertThat(text.tokens(0, 3, END)).containsExactly('T', 'h', 'e');
  }

  @Test
  void read_jsonLines_endsEachDocument() throws IOException {
    Path file =
        file(
            "a.jsonl", "{\"text\": \"" + LONG + "\"}\r\n\n{\"text\": \"caf\\u00e9\", \"id\": 7}\n");

    TrainingText text = TrainingText.read(file);

    assertThat(text.documents()).isEqualTo(2);
    assertThat(text.tokens(LONG.length(), text.size(), END))
        .containsExactly(END, 'c', 'a', 'f', 0xc3, 0xa9, END);
  }

  @Test
  void read_messages_areRenderedWithTheirRoles() throws IOException {
    String messages =
        """
        {"messages": [{"role": "user", "content": "Who is there?"}, \
        {"role": "assistant", "content": "Nobody but me."}]}
        """;
    TrainingText text = TrainingText.read(file("chat.txt", messages));

    String rendered = "user: Who is there?\nassistant: Nobody but me.\n";
    assertThat(text.tokens(0, text.size() - 1, END)).containsExactly(rendered.chars().toArray());
    assertThat(text.opening()).isEqualTo("user: Who is there?");
  }

  @Test
  void read_linesThatAreAllObjects_areJsonLinesWhateverTheName() throws IOException {
    Path file = file("a.txt", "{\"text\": \"" + LONG + "\"}\n{\"other\": 1}\n");

    assertRefused(
        file, " line 2: the object has neither a \"text\" string nor a \"messages\" array");
  }

  @Test
  void read_linesThatAreMostlyObjects_areTextWithANote() throws IOException {
    TrainingText text = TrainingText.read(file("a.txt", "{\"text\": \"" + LONG + "\"}\nend\n"));

    assertThat(text.documents()).isEqualTo(1);
    assertThat(text.tokens(0, 2, END)).containsExactly('{', '"');
    assertThat(text.note().orElseThrow()).contains("is read as plain text", "line 2:");
  }

  @Test
  void read_textThatBeginsWithABrace_isTextWithoutANote() throws IOException {
    assertThat(TrainingText.read(file("a.txt", "{ " + LONG)).note()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"text\": \"cut|malformed JSON: ",
        "[1, 2]|not a JSON object",
        "plain words|not a JSON object",
        "{\"text\": \"a\"} trailing|malformed JSON: ",
        "{\"text\": 7}|text is a number; it must be a string",
        "{\"text\": null}|text is missing or null; it must be a string",
        "{\"messages\": {}}|messages is an object; it must be an array",
        "{\"messages\": []}|messages is empty",
        "{\"messages\": [\"hi\"]}|messages[0] is a string; it must be an object with role and"
            + " content",
        "{\"messages\": [{\"content\": \"hi\"}]}|messages[0].role is missing or null; it must be a"
            + " string",
        "{\"messages\": [{\"role\": \"a\", \"content\": [1]}]}|messages[0].content is an array; it"
            + " must be a string",
        "{\"messages\": [{\"role\": true, \"content\": \"a\"}]}|messages[0].role is a boolean; it"
            + " must be a string",
      })
  void read_malformedJsonLine_namesLineAndReason(String line, String reason) throws IOException {
    Path file = file("a.jsonl", "{\"text\": \"" + LONG + "\"}\n\n" + line + "\n");

    assertRefused(file, " line 3: " + reason);
  }

  @Test
  void read_invalidUtf8_namesTheByte() throws IOException {
    byte[] bytes = LONG.repeat(300).getBytes(StandardCharsets.UTF_8);
    bytes[10_000] = (byte) 0xc0;

    assertRefused(
        Files.write(directory.resolve("a.txt"), bytes), " is not UTF-8 at byte 10000 (0xc0)");
  }

  @Test
  void read_truncatedUtf8_namesTheByteWhereItBegins() throws IOException {
    byte[] bytes = {'a', 'b', (byte) 0xe2, (byte) 0x82};

    assertRefused(Files.write(directory.resolve("a.txt"), bytes), " is not UTF-8 at byte 2 (0xe2)");
  }

  @Test
  void read_nothing_isRefused() throws IOException {
    assertRefused(directory.resolve("absent.txt"), " does not exist");
    assertRefused(directory, " is a directory");
    assertRefused(file("empty.txt", ""), " is empty");
    assertRefused(file("blank.txt", " \n\n\t"), " is empty");
    assertRefused(file("empty.jsonl", "\n"), " is empty");
  }

  @Test
  void read_tooLittle_saysHowMuchIsNeeded() throws IOException {
    assertRefused(file("a.txt", "Hello"), " has 5 bytes of text; training needs at least 32");
    assertRefused(
        file("a.jsonl", "{\"text\": \"Hello\"}\n{\"text\": \"\"}"),
        " has 5 bytes of text; training needs at least 32");
  }

  private static void assertRefused(Path file, String reason) {
    assertThatThrownBy(() -> TrainingText.read(file))
        .isInstanceOf(CommandException.class)
        .hasMessageStartingWith("--data: " + file + reason)
        .message()
        .hasLineCount(1);
  }

  private Path file(String name, String content) throws IOException {
    return Files.writeString(directory.resolve(name), content);
  }
}
