package io.tinker4j.text.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.github.luben.zstd.ZstdOutputStream;
import io.tinker4j.recovery.Batches;
import io.tinker4j.recovery.journal.DataPosition;
import io.tinker4j.text.chat.Message;
import io.tinker4j.text.renderer.DatumOptions;
import io.tinker4j.text.renderer.Renderer;
import io.tinker4j.text.renderer.Renderers;
import io.tinker4j.text.renderer.SupervisedExample;
import io.tinker4j.text.renderer.TrainOnWhat;
import io.tinker4j.text.tokenizer.Tokenizer;
import io.tinker4j.text.tokenizer.Tokenizers;
import io.tinker4j.types.Datum;
import io.tinker4j.types.TensorData;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChatDataTest {
  private static final Tokenizer TOKENIZER =
      Tokenizers.read(Path.of("src/test/resources/io/tinker4j/text/tokenizer/tokenizers/small"));
  private static final Renderer RENDERER = Renderers.of("qwen3_instruct", TOKENIZER);

  @TempDir Path directory;

  private static String row(String question, String answer) {
    return """
    {"messages":[{"role":"user","content":"%s"},{"role":"assistant","content":"%s"}]}\
    """
        .formatted(question, answer);
  }

  private static List<String> rows(int count) {
    return IntStream.range(0, count).mapToObj(i -> row("question " + i, "answer " + i)).toList();
  }

  private Path file(List<String> rows) throws IOException {
    return Files.writeString(
        Files.createTempFile(directory, "chat", ".jsonl"), String.join("\n", rows) + "\n");
  }

  private static List<List<Datum>> all(Batches<List<Datum>> batches, DataPosition from) {
    List<List<Datum>> all = new ArrayList<>();
    try (Batches.Reader<List<Datum>> reader = batches.open(from)) {
      while (reader.hasNext()) {
        all.add(reader.next());
      }
    }
    return all;
  }

  private static String text(Datum datum) {
    return TOKENIZER.decode(datum.modelInput().toInts());
  }

  private static List<String> texts(List<List<Datum>> batches) {
    return batches.stream().flatMap(List::stream).map(ChatDataTest::text).toList();
  }

  @Test
  void epochs_haveEveryRowOnce_eachInAnotherOrder() throws Exception {
    try (ChatData data =
        ChatData.builder(RENDERER).file(file(rows(20))).batchSize(8).epochs(2).open()) {
      List<List<Datum>> batches = all(data.batches(), DataPosition.START);

      assertThat(batches).extracting(List::size).containsExactly(8, 8, 4, 8, 8, 4);
      assertThat(data.batchCount()).isEqualTo(6);
      List<String> first = texts(batches.subList(0, 3));
      List<String> second = texts(batches.subList(3, 6));
      assertThat(new TreeSet<>(first)).hasSize(20).isEqualTo(new TreeSet<>(second));
      assertThat(first).isNotEqualTo(second);
    }
  }

  @Test
  void order_isThatOfTheSeed() throws Exception {
    Path file = file(rows(20));
    List<String> first;
    try (ChatData data = ChatData.builder(RENDERER).file(file).seed(7).open()) {
      first = texts(all(data.batches(), DataPosition.START));
    }
    try (ChatData data = ChatData.builder(RENDERER).file(file).seed(7).open()) {
      assertThat(texts(all(data.batches(), DataPosition.START))).isEqualTo(first);
    }
    try (ChatData data = ChatData.builder(RENDERER).file(file).seed(8).open()) {
      assertThat(texts(all(data.batches(), DataPosition.START))).isNotEqualTo(first);
    }
    try (ChatData data = ChatData.builder(RENDERER).file(file).inOrder().open()) {
      assertThat(texts(all(data.batches(), DataPosition.START)).get(3)).contains("question 3");
    }
  }

  /** What a resumed run needs: from every position, in another process, the same batches. */
  @Test
  void reader_openedAtAPosition_goesOnFromThere() throws Exception {
    Path file = file(rows(11));
    List<List<String>> whole = new ArrayList<>();
    List<DataPosition> positions = new ArrayList<>(List.of(DataPosition.START));
    try (ChatData data = ChatData.builder(RENDERER).file(file).batchSize(3).epochs(2).open();
        Batches.Reader<List<Datum>> reader = data.batches().open(DataPosition.START)) {
      while (reader.hasNext()) {
        whole.add(texts(List.of(reader.next())));
        positions.add(reader.position());
      }
    }

    for (int i = 0; i < positions.size(); i++) {
      try (ChatData data = ChatData.builder(RENDERER).file(file).batchSize(3).epochs(2).open()) {
        assertThat(all(data.batches(), positions.get(i)).stream().map(it -> texts(List.of(it))))
            .isEqualTo(whole.subList(i, whole.size()));
      }
    }
    assertThat(positions.get(positions.size() - 1)).isEqualTo(new DataPosition(11, 1, ""));
  }

  @Test
  void identity_changesWithTheFileAndWithEverySetting() throws Exception {
    Path file = file(rows(5));
    TreeSet<String> identities = new TreeSet<>();
    List<ChatData.Builder> others =
        List.of(
            ChatData.builder(RENDERER).file(file),
            ChatData.builder(RENDERER).file(file(rows(6))),
            ChatData.builder(RENDERER).file(file).seed(2),
            ChatData.builder(RENDERER).file(file).batchSize(2),
            ChatData.builder(RENDERER).file(file, 2),
            ChatData.builder(RENDERER).file(file).packTo(200),
            ChatData.builder(RENDERER).file(file).maxLength(500, LongRows.DROP),
            ChatData.builder(RENDERER).file(file).trainOn(TrainOnWhat.ALL_TOKENS),
            ChatData.builder(Renderers.of("role_colon", TOKENIZER)).file(file));
    for (ChatData.Builder other : others) {
      try (ChatData data = other.open()) {
        identities.add(data.batches().identity(DataPosition.START));
      }
    }

    assertThat(identities).hasSize(others.size());
    try (ChatData data = ChatData.builder(RENDERER).file(file).epochs(5).open()) {
      // More epochs go on where fewer ended.
      assertThat(identities).contains(data.batches().identity(DataPosition.START));
    }
  }

  @Test
  void compressedFiles_byteOrderMarkAndCarriageReturns_readAlike() throws Exception {
    String plain = "\uFEFF" + String.join("\r\n", rows(9)) + "\r\n\r\n";
    Path gzip = directory.resolve("a.jsonl.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(gzip))) {
      out.write(plain.getBytes(StandardCharsets.UTF_8));
    }
    Path zstd = directory.resolve("a.jsonl.zst");
    try (OutputStream out = new ZstdOutputStream(Files.newOutputStream(zstd))) {
      out.write(plain.getBytes(StandardCharsets.UTF_8));
    }
    List<List<String>> read = new ArrayList<>();
    for (Path file :
        List.of(
            file(rows(9)), Files.writeString(directory.resolve("crlf.jsonl"), plain), gzip, zstd)) {
      try (ChatData data = ChatData.builder(RENDERER).file(file).open()) {
        read.add(texts(all(data.batches(), DataPosition.START)));
      }
    }

    assertThat(read.get(0)).hasSize(9);
    assertThat(read).containsOnly(read.get(0));
  }

  @Test
  void badRow_isRefusedWithFileLineAndReason_orSkippedAndCounted() throws Exception {
    List<String> rows = new ArrayList<>(rows(3));
    rows.add(1, "");
    rows.add(2, "{\"messages\": [}");
    rows.add("{\"messages\":[{\"role\":\"user\",\"content\":\"no answer\"}]}");
    Path file = file(rows);

    assertThatThrownBy(() -> ChatData.builder(RENDERER).file(file).open())
        .isInstanceOf(BadRowException.class)
        .hasMessageStartingWith(file + " line 3: ");
    try (ChatData data = ChatData.builder(RENDERER).file(file).skipBad(true).open()) {
      assertThat(data.survey().rows()).isEqualTo(5);
      assertThat(data.survey().examples()).isEqualTo(3);
      assertThat(data.survey().bad()).isEqualTo(2);
      assertThat(data.survey().firstBad())
          .extracting(BadRowException::line)
          .containsExactly(3L, 6L);
      assertThat(data.survey().firstBad().get(1).reason()).contains("nothing", "[user]");
    }
  }

  @Test
  void weights_thatLeaveOutEveryMessage_areTheReason() throws Exception {
    Path file = file(List.of(row("a", "b").replace("\"b\"}", "\"b\",\"weight\":0}")));

    assertThatThrownBy(() -> ChatData.builder(RENDERER).file(file).open())
        .isInstanceOf(BadRowException.class)
        .hasMessage(
            file
                + " line 1: nothing in the conversation is learned: weight or trainable leaves out"
                + " every message; its roles are [user, assistant]");
  }

  @Test
  void files_withoutRows_areNamed() throws Exception {
    Path file = file(List.of("", "  "));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> ChatData.builder(RENDERER).file(file).file(file).open())
        .withMessage("there is nothing to train on: %s, %s have no rows".formatted(file, file));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ChatData.builder(RENDERER).file(file).open())
        .withMessage("there is nothing to train on: %s has no rows".formatted(file));
  }

  @Test
  void notUtf8_isABadRow() throws Exception {
    Path file = directory.resolve("latin1.jsonl");
    Files.write(file, row("caf\u00e9", "ol\u00e9").getBytes(StandardCharsets.ISO_8859_1));

    assertThatThrownBy(() -> ChatData.builder(RENDERER).file(file).open())
        .isInstanceOf(BadRowException.class)
        .hasMessage(file + " line 1: the line is not UTF-8");
  }

  @Test
  void longRows_areRefusedTruncatedOrDropped() throws Exception {
    Path file = file(List.of(row("short", "yes"), row("long", "word ".repeat(100))));

    assertThatThrownBy(
            () -> ChatData.builder(RENDERER).file(file).maxLength(40, LongRows.REFUSE).open())
        .isInstanceOf(BadRowException.class)
        .hasMessageContaining("line 2:")
        .hasMessageContaining("more than the 40");
    try (ChatData data =
        ChatData.builder(RENDERER).file(file).maxLength(40, LongRows.TRUNCATE).open()) {
      assertThat(data.survey().truncated()).isEqualTo(1);
      assertThat(data.survey().longest()).isEqualTo(40);
      assertThat(all(data.batches(), DataPosition.START).get(0))
          .extracting(datum -> datum.modelInput().length())
          .contains(39);
    }
    try (ChatData data =
        ChatData.builder(RENDERER).file(file).maxLength(40, LongRows.DROP).open()) {
      assertThat(data.survey().dropped()).isEqualTo(1);
      assertThat(all(data.batches(), DataPosition.START).get(0)).hasSize(1);
    }
  }

  @Test
  void heldOut_isChosenByTheRow_andNotTrainedOn() throws Exception {
    List<String> rows = rows(200);
    List<String> aside;
    try (ChatData data = ChatData.builder(RENDERER).file(file(rows)).heldOut(0.1).open()) {
      aside = texts(all(data.heldOut(), DataPosition.START));
      List<String> trained = texts(all(data.batches(), DataPosition.START));
      assertThat(aside).hasSizeBetween(8, 35).doesNotContainAnyElementsOf(trained);
      assertThat(aside.size() + trained.size()).isEqualTo(200);
    }
    List<String> more = new ArrayList<>(rows(400));
    Collections.reverse(more);
    try (ChatData data = ChatData.builder(RENDERER).file(file(more)).heldOut(0.1).open()) {
      assertThat(texts(all(data.heldOut(), DataPosition.START))).containsAll(aside);
    }
  }

  @Test
  void weights_sayHowOftenAFileComes() throws Exception {
    Path twice = file(rows(10));
    Path half = file(IntStream.range(0, 10).mapToObj(i -> row("other " + i, "x")).toList());
    try (ChatData data =
        ChatData.builder(RENDERER).file(twice, 2).file(half, 0.5).epochs(2).batchSize(25).open()) {
      Map<String, Integer> counts = new HashMap<>();
      List<List<Datum>> batches = all(data.batches(), DataPosition.START);
      texts(batches).forEach(text -> counts.merge(text, 1, Integer::sum));

      assertThat(batches).extracting(List::size).containsExactly(25, 25);
      assertThat(counts.entrySet().stream().filter(it -> it.getKey().contains("question")))
          .hasSize(10)
          .allMatch(it -> it.getValue() == 4);
      assertThat(
              counts.entrySet().stream()
                  .filter(it -> it.getKey().contains("other"))
                  .mapToInt(Map.Entry::getValue)
                  .sum())
          .isEqualTo(10);
    }
  }

  @Test
  void packs_holdTheSameTokensWeightsAndTargets() throws Exception {
    Path file = file(rows(30));
    List<Datum> single;
    List<Datum> packed;
    try (ChatData data = ChatData.builder(RENDERER).file(file).inOrder().open()) {
      single = all(data.batches(), DataPosition.START).stream().flatMap(List::stream).toList();
    }
    try (ChatData data =
        ChatData.builder(RENDERER).file(file).inOrder().packTo(128).batchSize(2).open()) {
      List<List<Datum>> batches = all(data.batches(), DataPosition.START);
      assertThat(data.batchCount()).isEqualTo(batches.size());
      packed = batches.stream().flatMap(List::stream).toList();
    }

    assertThat(packed.size()).isLessThan(single.size() / 2);
    assertThat(packed).allMatch(datum -> datum.modelInput().length() <= 128);
    assertThat(tokens(packed)).isEqualTo(tokens(single));
    assertThat(weights(packed)).isEqualTo(weights(single));
    assertThat(targets(packed)).isEqualTo(targets(single));
  }

  private static List<Integer> tokens(List<Datum> data) {
    return data.stream()
        .flatMapToInt(it -> IntStream.of(it.modelInput().toInts()))
        .boxed()
        .toList();
  }

  private static List<Float> weights(List<Datum> data) {
    List<Float> all = new ArrayList<>();
    for (Datum datum : data) {
      for (float weight : tensor(datum, Datum.WEIGHTS).toFloats()) {
        all.add(weight);
      }
    }
    return all;
  }

  private static List<Long> targets(List<Datum> data) {
    List<Long> all = new ArrayList<>();
    for (Datum datum : data) {
      var targets = tensor(datum, Datum.TARGET_TOKENS).longs();
      while (targets.hasRemaining()) {
        all.add(targets.get());
      }
    }
    return all;
  }

  private static TensorData tensor(Datum datum, String name) {
    return Objects.requireNonNull(datum.lossFnInputs().get(name));
  }

  @Test
  void weightsOfARow_sayWhatIsLearned() throws Exception {
    Path file =
        file(
            List.of(
                "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":\"unlearned\",\"weight\":0},{\"role\":\"user\",\"content\":\"b\"},{\"role\":\"assistant\",\"content\":\"learned\",\"weight\":1}]}"));
    try (ChatData data =
        ChatData.builder(RENDERER).file(file).reduction(DatumOptions.Reduction.NONE).open()) {
      Datum datum = all(data.batches(), DataPosition.START).get(0).get(0);
      float[] weights = tensor(datum, Datum.WEIGHTS).toFloats();
      var targets = tensor(datum, Datum.TARGET_TOKENS).longs();
      int[] learned =
          IntStream.range(0, weights.length)
              .filter(i -> weights[i] == 1)
              .map(i -> (int) targets.get(i))
              .toArray();

      assertThat(TOKENIZER.decode(learned)).isEqualTo("learned<|im_end|>");
    }
  }

  @Test
  void meanReduction_makesExamplesCountTheSame() throws Exception {
    try (ChatData data =
        ChatData.builder(RENDERER).file(file(List.of(row("a", "b"), row("c", "d e f g")))).open()) {
      for (Datum datum : all(data.batches(), DataPosition.START).get(0)) {
        float sum = 0;
        for (float weight : tensor(datum, Datum.WEIGHTS).toFloats()) {
          sum += weight;
        }
        assertThat(sum).isCloseTo(1, within(1e-5f));
      }
    }
  }

  @Test
  void tokenOutsideOfTheVocabulary_isRefused() throws Exception {
    Path file = file(rows(1));

    assertThatThrownBy(() -> ChatData.builder(RENDERER).file(file).vocabularySize(100).open())
        .isInstanceOf(BadRowException.class)
        .hasMessageContaining("outside of the model's vocabulary of 100");
  }

  @Test
  void fileThatChangedAfterwards_isNotTrainedOn() throws Exception {
    Path file = file(rows(10));
    try (ChatData data = ChatData.builder(RENDERER).file(file).open()) {
      Files.writeString(file, "x".repeat((int) Files.size(file)));

      assertThatThrownBy(() -> all(data.batches(), DataPosition.START))
          .hasMessageContaining("a row cannot be read again");
    }
  }

  @Test
  void toolsThatTheFormatHasNoPlaceFor_areABadRow() throws Exception {
    Path file =
        file(
            List.of(
                row("question", "answer"),
                """
                {"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}],\
                "tools":[{"type":"function","function":{"name":"look_up"}}]}\
                """));
    Renderer plain = Renderers.of("role_colon", TOKENIZER);

    assertThatThrownBy(() -> ChatData.builder(plain).file(file).open())
        .isInstanceOf(BadRowException.class)
        .hasMessageStartingWith(file + " line 2: ")
        .hasMessageContaining("tools");
  }

  @Test
  void weightsOfARow_whereEachTurnIsAnExample_chooseTheTurns() throws Exception {
    Renderer thinking = Renderers.of("qwen3", TOKENIZER);
    assertThat(thinking.hasExtensionProperty()).isFalse();
    String turns =
        """
        {"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b","weight":%s},\
        {"role":"user","content":"c","weight":%s},{"role":"assistant","content":"d","weight":%s}]}\
        """;
    List<Message> chat =
        List.of(
            Message.user("a"), Message.assistant("b"), Message.user("c"), Message.assistant("d"));
    List<SupervisedExample> both =
        thinking.supervisedExamples(chat, TrainOnWhat.ALL_ASSISTANT_MESSAGES);

    try (ChatData data =
        ChatData.builder(thinking)
            .file(file(List.of(turns.formatted(0, 0, 1), turns.formatted(1, 0, 1))))
            .open()) {
      assertThat(data.survey().examples()).isEqualTo(3);
      assertThat(List.of(data.example(0), data.example(1), data.example(2)))
          .containsExactly(both.get(1), both.get(0), both.get(1));
    }
    Path users = file(List.of(turns.formatted(0, 1, 1)));
    try (ChatData data = ChatData.builder(thinking).file(users).open()) {
      assertThat(data.survey().examples()).isEqualTo(2);
      assertThat(data.example(1)).isEqualTo(both.get(1));
    }
  }

  @Test
  void onlyBadRows_areRefusedWithTheFirstOfThem() throws Exception {
    Path file = file(List.of("", "{\"prompt\": 1, \"completion\": \"a\"}", "{}"));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> ChatData.builder(RENDERER).file(file).skipBad(true).open())
        .withMessageStartingWith("there is nothing to train on: of 2 rows, 2 are bad")
        .withMessageEndingWith(file + " line 2: prompt is 1; it must be a string");
  }

  @Test
  void emptyFileAndNoFile_areRefused() throws Exception {
    Path empty = Files.createFile(directory.resolve("empty.jsonl"));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> ChatData.builder(RENDERER).file(empty).open())
        .withMessageContaining("nothing to train on");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ChatData.builder(RENDERER).open())
        .withMessageContaining("no file");
  }

  @Test
  void progress_isTold() throws Exception {
    List<Long> told = new ArrayList<>();
    try (ChatData data =
        ChatData.builder(RENDERER)
            .file(file(rows(1500)))
            .progress((done, all) -> told.add(done))
            .open()) {
      assertThat(data.survey().rows()).isEqualTo(1500);
    }

    assertThat(told).isSorted().endsWith(1500L);
  }
}
