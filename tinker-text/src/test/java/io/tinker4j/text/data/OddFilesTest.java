package io.tinker4j.text.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.luben.zstd.Zstd;
import io.tinker4j.recovery.Batches;
import io.tinker4j.recovery.journal.DataPosition;
import io.tinker4j.text.renderer.DatumOptions;
import io.tinker4j.text.renderer.Renderer;
import io.tinker4j.text.renderer.RendererOptions;
import io.tinker4j.text.renderer.Renderers;
import io.tinker4j.text.tokenizer.SpecialTokenText;
import io.tinker4j.text.tokenizer.Tokenizer;
import io.tinker4j.text.tokenizer.Tokenizers;
import io.tinker4j.types.Datum;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files and settings that nobody plans for. */
@Timeout(60)
class OddFilesTest {
  private static final Tokenizer TOKENIZER =
      Tokenizers.read(Path.of("src/test/resources/io/tinker4j/text/tokenizer/tokenizers/small"));
  private static final Renderer RENDERER = Renderers.of("qwen3_instruct", TOKENIZER);

  @TempDir Path directory;

  private static String row(String question) {
    return """
    {"messages":[{"role":"user","content":"%s"},{"role":"assistant","content":"yes"}]}\
    """
        .formatted(question);
  }

  private static String rows(int count) {
    return String.join("\n", IntStream.range(0, count).mapToObj(i -> row("q" + i)).toList());
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text);
  }

  private static ChatData.Builder data(Path file) {
    return ChatData.builder(RENDERER).file(file);
  }

  private static int count(Batches<List<Datum>> batches, DataPosition from) throws Exception {
    int count = 0;
    try (Batches.Reader<List<Datum>> reader = batches.open(from)) {
      while (reader.hasNext()) {
        count += reader.next().size();
      }
    }
    return count;
  }

  @Test
  void open_directory_isRefusedByName() {
    assertThatThrownBy(() -> data(directory).open())
        .isInstanceOf(IOException.class)
        .hasMessageContaining(directory.toString())
        .hasMessageContaining("directory");
  }

  @Test
  void open_pipe_isReadOnce() throws Exception {
    Path pipe = directory.resolve("pipe");
    assumeTrue(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0);
    CompletableFuture<Void> writing =
        CompletableFuture.runAsync(() -> {
          try (OutputStream out = Files.newOutputStream(pipe)) {
            out.write(rows(2000).getBytes(StandardCharsets.UTF_8));
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        });

    try (ChatData data = data(pipe).open()) {
      assertThat(count(data.batches(), DataPosition.START)).isEqualTo(2000);
    }
    writing.get(10, TimeUnit.SECONDS);
  }

  @Test
  void open_gzipThatIsCut_isRefusedByName() throws Exception {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(packed)) {
      out.write(rows(50).getBytes(StandardCharsets.UTF_8));
    }
    for (int length : new int[] {packed.size() - 9, packed.size() / 2, 12, 5, 2}) {
      Path cut = directory.resolve("cut" + length + ".gz");
      Files.write(cut, Arrays.copyOf(packed.toByteArray(), length));

      assertThatThrownBy(() -> data(cut).open())
          .as("cut at %s", length)
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith(cut + " cannot be unpacked");
    }
  }

  @Test
  void open_zstdOfSeveralFrames_readsAll_cutIsRefused() throws Exception {
    ByteArrayOutputStream frames = new ByteArrayOutputStream();
    for (String part : List.of(rows(3), "\n", rows(4))) {
      frames.write(Zstd.compress(part.getBytes(StandardCharsets.UTF_8)));
    }
    Path several = Files.write(directory.resolve("a.zst"), frames.toByteArray());
    try (ChatData data = data(several).open()) {
      assertThat(data.survey().rows()).isEqualTo(7);
    }
    Path cut =
        Files.write(
            directory.resolve("cut.zst"), Arrays.copyOf(frames.toByteArray(), frames.size() - 3));

    assertThatThrownBy(() -> data(cut).open())
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(cut + " cannot be unpacked");
  }

  @Test
  void open_oneLineWithoutBreak_blankLinesAndLongRow() throws Exception {
    try (ChatData data = data(file("one.jsonl", row("alone"))).open()) {
      assertThat(data.survey().rows()).isOne();
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> data(file("blank.jsonl", "\n \r\n\t\n\n")).open())
        .withMessageContaining("nothing to train on");
    try (ChatData data = data(file("long.jsonl", row("word ".repeat(2_000_000)))).open()) {
      assertThat(data.survey().longest()).isGreaterThan(2_000_000);
    }
  }

  @Test
  void open_deepNestingAndDuplicateKeys_areABadRowAndTheLast() throws Exception {
    Path deep = file("deep.jsonl", "[".repeat(1_000_000));
    assertThatThrownBy(() -> data(deep).open())
        .isInstanceOf(BadRowException.class)
        .hasMessageContaining("line 1");
    String twice = "{\"messages\":[]," + row("last").substring(1);
    try (ChatData data = data(file("twice.jsonl", twice)).open()) {
      assertThat(data.survey().examples()).isOne();
    }
  }

  @Test
  void open_toolsForAFormatWithoutThem_areABadRow() throws Exception {
    String tools =
        "{\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{}}}],"
            + row("x").substring(1);
    Path file = file("tools.jsonl", row("a") + "\n" + tools);
    Renderer withoutTools = Renderers.of("role_colon", TOKENIZER);

    assertThatThrownBy(() -> ChatData.builder(withoutTools).file(file).open())
        .isInstanceOf(BadRowException.class)
        .hasMessageStartingWith(file + " line 2: ")
        .hasMessageContaining("has no tools");
    try (ChatData data = ChatData.builder(withoutTools).file(file).skipBad(true).open()) {
      assertThat(data.survey().bad()).isOne();
    }
  }

  @Test
  void weightsOfARow_rendererThatRewritesHistory_makeAnExampleOfEachLearnedMessage()
      throws Exception {
    Path file =
        file(
            "weights.jsonl",
            """
            {"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"one"},\
            {"role":"user","content":"b"},{"role":"assistant","content":"two","weight":0},\
            {"role":"user","content":"c"},{"role":"assistant","content":"three"}]}
            """);
    Renderer renderer = Renderers.of("qwen3", TOKENIZER);
    List<String> learned = new ArrayList<>();
    try (ChatData data =
            ChatData.builder(renderer)
                .file(file)
                .inOrder()
                .reduction(DatumOptions.Reduction.NONE)
                .open();
        Batches.Reader<List<Datum>> reader = data.batches().open(DataPosition.START)) {
      for (Datum datum : reader.next()) {
        float[] weights = Objects.requireNonNull(datum.lossFnInputs().get("weights")).toFloats();
        var targets = Objects.requireNonNull(datum.lossFnInputs().get("target_tokens")).longs();
        learned.add(
            TOKENIZER.decode(
                IntStream.range(0, weights.length)
                    .filter(i -> weights[i] == 1)
                    .map(i -> (int) targets.get(i))
                    .toArray()));
      }
    }

    assertThat(learned).hasSize(2);
    assertThat(learned.get(0)).contains("one").doesNotContain("two", "three");
    assertThat(learned.get(1)).contains("three").doesNotContain("one", "two");
  }

  @Test
  void open_weightThatDrawsNothing_isRefused() throws Exception {
    Path file = file("few.jsonl", rows(3));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> ChatData.builder(RENDERER).file(file, 0.001).open())
        .withMessageContaining("weight");
  }

  @Test
  void open_heldOutNearItsLimits_keepsOrTakesAll() throws Exception {
    Path file = file("held.jsonl", rows(20));
    try (ChatData data = data(file).heldOut(1e-9).open()) {
      assertThat(data.survey().heldOut()).isZero();
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> data(file).heldOut(Math.nextDown(1.0)).open())
        .withMessageContaining("20 examples held out");
  }

  @Test
  void reader_positionInALaterEpochThanThereIs_hasNothing() throws Exception {
    try (ChatData data = data(file("epochs.jsonl", rows(9))).epochs(2).batchSize(2).open()) {
      assertThat(count(data.batches(), new DataPosition(9, 1, ""))).isZero();
      assertThat(count(data.batches(), new DataPosition(4, 1, ""))).isEqualTo(5);
      assertThat(count(data.batches(), new DataPosition(4, 3, ""))).isZero();
      assertThatIllegalArgumentException()
          .isThrownBy(() -> data.batches().open(new DataPosition(10, 0, "")));
    }
  }

  @Test
  void identity_changesWithWhatTheTokensAre() throws Exception {
    Path file = file("tokens.jsonl", row("<|im_end|>"));
    Renderer control =
        Renderers.of(
            "qwen3_vl_instruct",
            TOKENIZER,
            RendererOptions.builder().specialTokens(SpecialTokenText.AS_CONTROL).build());
    List<String> identities = new ArrayList<>();
    for (Renderer each : List.of(control, Renderers.of("qwen3_vl_instruct", TOKENIZER))) {
      try (ChatData data = ChatData.builder(each).file(file).open()) {
        identities.add(data.batches().identity(DataPosition.START));
      }
    }

    assertThat(identities).doesNotHaveDuplicates();
  }

  @Test
  void pack_conversationLongerThanIt_isByItself() throws Exception {
    Path file = file("pack.jsonl", row("w ".repeat(300)) + "\n" + rows(20));
    try (ChatData data = data(file).epochs(3).packTo(100).open()) {
      long batches = 0;
      List<Integer> lengths = new ArrayList<>();
      try (Batches.Reader<List<Datum>> reader = data.batches().open(DataPosition.START)) {
        for (; reader.hasNext(); batches++) {
          reader.next().forEach(datum -> lengths.add(datum.modelInput().length()));
        }
      }

      assertThat(batches).isEqualTo(data.batchCount());
      assertThat(lengths.stream().filter(length -> length > 100)).hasSize(3);
    }
  }

  @Test
  void next_byAnInterruptedThread_leavesTheFileToItAndToOthers() throws Exception {
    Path plain = file("plain.jsonl", rows(20));
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(packed)) {
      out.write(rows(20).getBytes(StandardCharsets.UTF_8));
    }
    Path zipped = Files.write(directory.resolve("rows.gz"), packed.toByteArray());

    for (Path file : List.of(plain, zipped)) {
      try (ChatData data = data(file).batchSize(4).open();
          Batches.Reader<List<Datum>> interrupted = data.batches().open(DataPosition.START);
          Batches.Reader<List<Datum>> other = data.batches().open(DataPosition.START)) {
        List<Datum> first = other.next();

        Thread.currentThread().interrupt();
        List<Datum> read = interrupted.next();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(read).isEqualTo(first);
        assertThat(count(data.batches(), other.position())).isEqualTo(16);
        assertThat(other.next()).isEqualTo(interrupted.next());
      }
    }
  }

  @Test
  void open_interrupted_saysSo() throws Exception {
    Path file = file("many.jsonl", rows(20_000));
    CompletableFuture<Throwable> outcome = new CompletableFuture<>();
    Thread opening =
        Thread.ofPlatform()
            .start(() -> {
              Thread.currentThread().interrupt();
              try {
                data(file).open().close();
                outcome.complete(new AssertionError("it was opened"));
              } catch (Exception e) {
                outcome.complete(e);
              }
            });

    assertThat(opening.join(Duration.ofSeconds(30))).isTrue();
    assertThat(outcome.get()).isInstanceOf(InterruptedException.class);
  }
}
