package io.tinker4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.cli.output.JsonText;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenizeCommandTest {
  private static CommandRun tokenize(String... more) {
    String[] args = new String[more.length + 1];
    args[0] = "tokenize";
    System.arraycopy(more, 0, args, 1, more.length);
    return CommandRun.of(args);
  }

  @Test
  void tokenize_text_isALinePerToken() {
    CommandRun run = tokenize("a\nb");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out().lines())
        .containsExactly(
            "      97       0..1      a",
            "      10       1..2      \\n",
            "      98       2..3      b",
            "3 tokens");
  }

  @Test
  void tokenize_charactersOfSeveralTokens_haveTheSamePlace() {
    assertThat(tokenize("é").out().lines())
        .hasSize(3)
        .filteredOn(line -> line.contains(" 0..1 "))
        .hasSize(2);
  }

  @Test
  void tokenize_noText_readsStdin() {
    CommandRun run = CommandRun.withInput("x", "tokenize");

    assertThat(run.out().lines()).last().isEqualTo("1 token");
    assertThat(CommandRun.withInput("", "tokenize").out().lines()).containsExactly("0 tokens");
  }

  @Test
  void tokenize_json_isOneObject() throws JsonText.SyntaxException {
    CommandRun run = CommandRun.of("-f", "json", "tokenize", "hi");

    assertThat(run.out()).hasLineCount(1);
    assertThat(JsonText.readObject(run.out()))
        .containsOnlyKeys("tokens")
        .containsEntry("tokens", List.of(104, 105));
  }

  @Test
  void tokenize_textOfASpecialToken_isTextUnlessAsked() {
    assertThat(tokenize("<|endoftext|>").out().lines()).last().isEqualTo("13 tokens");
    assertThat(tokenize("--special", "<|endoftext|>").out().lines())
        .containsExactly("     256       0..13     <|endoftext|>", "1 token");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"104 105", "104,105", "[104, 105]", "' 104\n105 '"})
  void decode_ids_areText(String ids) {
    assertThat(tokenize("--decode", ids).out()).isEqualTo("hi" + System.lineSeparator());
  }

  @Test
  void decode_whatJsonSays_isTheTextAgain() {
    String text = "naïve 🙂\n<|endoftext|>";
    CommandRun tokens = CommandRun.of("-f", "json", "tokenize", text);
    String ids = tokens.out().replaceAll("[^0-9,]", "");

    CommandRun run = CommandRun.withInput(ids, "tokenize", "--decode");

    assertThat(run.out()).isEqualTo(text + System.lineSeparator());
  }

  @Test
  void decode_json_isOneObject() throws JsonText.SyntaxException {
    CommandRun run = CommandRun.of("-f", "json", "tokenize", "--decode", "104 10 105");

    assertThat(run.out()).hasLineCount(1);
    assertThat(JsonText.readObject(run.out())).isEqualTo(java.util.Map.of("text", "h\ni"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {"12 x|'x' is none", "1.5|'1.5' is none", "99999999999|'9999"})
  void decode_whatIsNoId_endsWithTwo(String ids, String message) {
    CommandRun run = tokenize("--decode", ids);

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .contains("Error: --decode takes ids of tokens, such as \"12 7 300\"; ")
        .contains(message);
    assertThat(run.out()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"104 257,257", "-1,-1"})
  void decode_idOutsideOfTheVocabulary_isRefused(String ids, String id) {
    CommandRun run = tokenize("--decode", "--", ids);

    assertThat(run.exitCode()).isOne();
    assertThat(run.errLines())
        .containsExactly("Error: the tokenizer has no token " + id + "; its ids are from 0 to 256");
  }

  @ParameterizedTest
  @CsvSource({"a\ud800b,1,D800", "\udc00,0,DC00", "ab\ud83d,2,D83D"})
  void tokenize_halfOfASurrogatePair_isRefusedWithItsPlace(String text, int at, String unit) {
    CommandRun run = tokenize(text);

    assertThat(run.exitCode()).isOne();
    assertThat(run.errLines())
        .singleElement()
        .asString()
        .startsWith(
            "Error: the text has half of a surrogate pair at index %d (\\u%s)".formatted(at, unit));
    assertThat(run.out()).isEmpty();
  }

  @Test
  void tokenize_tokenizerThatIsNotThere_namesTheFile(@TempDir Path directory) {
    CommandRun run = tokenize("--tokenizer", directory.toString(), "hi");

    assertThat(run.exitCode()).isOne();
    assertThat(run.errLines())
        .containsExactly(
            "Error: --tokenizer: " + directory.resolve("tokenizer.json") + " does not exist");
  }

  @Test
  void tokenize_directoryThatIsNotThere_isWrongUsage(@TempDir Path directory) {
    String missing = directory.resolve("qwen").toString();

    CommandRun run = tokenize("--tokenizer", missing, "hi");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .contains(
            "Error: --tokenizer is '%s'; it must be bytes, or a directory with tokenizer.json"
                .formatted(missing.replace("\\", "\\\\")));
  }

  @Test
  void tokenize_damagedTokenizer_namesTheFile(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("tokenizer.json"), "{\"model\": ");

    CommandRun run = tokenize("--tokenizer", directory.toString(), "hi");

    assertThat(run.exitCode()).isOne();
    assertThat(run.errLines()).singleElement().asString().contains(file.toString());
  }

  @Test
  void tokenize_modelWithoutATokenizerHere_saysWhereItLookedAndWhatToDo() {
    CommandRun run = tokenize("--model", "acme/no-such-model", "hi");

    assertThat(run.exitCode()).isOne();
    assertThat(run.errLines())
        .singleElement()
        .asString()
        .startsWith("Error: the tokenizer acme/no-such-model is not in the hub's cache ")
        .endsWith("(--tokenizer DIR, --hub URL)")
        .doesNotContain("builder");
  }

  @Test
  void tokenize_twoTexts_endsWithTwo() {
    CommandRun run = tokenize("one", "two");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .contains("Error: Got unexpected extra argument (two)")
        .contains("tokenize --help");
  }
}
