package io.tinker4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code tinker train} with a tokenizer that is not of bytes, on the embedded server. */
@Timeout(300)
class TokenizerTrainTest {
  /** A small one of the form of Qwen3's, with 278 tokens. */
  private static final Path TOKENIZER =
      Path.of("../tinker-text/src/test/resources/io/tinker4j/text/renderer/tokenizers/qwen3");

  @TempDir Path directory;

  private Path out() {
    return directory.resolve("out");
  }

  private CommandRun train(String... more) throws IOException {
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      rows.add(
          """
          {"messages":[{"role":"user","content":"Greet %d"},\
          {"role":"assistant","content":"Hello!"}]}\
          """
              .formatted(i));
    }
    Path chats = Files.write(directory.resolve("chats.jsonl"), rows);
    List<String> arguments =
        new ArrayList<>(List.of("train", chats.toString(), "--out", out().toString()));
    arguments.addAll(List.of(more));
    return CommandRun.of(arguments.toArray(String[]::new));
  }

  private CommandRun trainWithTokenizer(String model, String... more) throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of("--model", model, "--tokenizer", TOKENIZER.toString(), "--renderer", "qwen3"));
    arguments.addAll(List.of(more));
    return train(arguments.toArray(String[]::new));
  }

  @Test
  void model_withAsManyTokens_isTrainedAndSampled() throws Exception {
    CommandRun run = trainWithTokenizer("tinker4j/tiny-278", "--epochs", "10");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("tinker4j/tiny-278", "renderer qwen3, tokenizer " + TOKENIZER)
        .contains("learning rate 0.0200");

    CommandRun sample =
        CommandRun.of(
            "sample", "--run", out().toString(), "--prompt", "Greet 7", "--temperature", "0");

    assertThat(sample.exitCode()).as(sample.err()).isZero();
    assertThat(sample.out().strip()).isEqualTo("Hello!");
  }

  @Test
  void model_withFewerTokens_isRefusedBeforeTraining() throws Exception {
    CommandRun sized = trainWithTokenizer("tinker4j/nano-277");
    CommandRun ofBytes = trainWithTokenizer("Qwen/Qwen3-8B");

    assertThat(sized.exitCode()).isEqualTo(1);
    assertThat(sized.err())
        .contains(
            "Error: the tokenizer has tokens up to 277; tinker4j/nano-277 on this server has 277"
                + " tokens.")
        .contains("tinker4j/nano-278 is a model to try them with");
    assertThat(ofBytes.exitCode()).isEqualTo(1);
    assertThat(ofBytes.err()).contains("Qwen/Qwen3-8B on this server has 257 tokens");
    assertThat(out().resolve("metrics.jsonl")).doesNotExist();
  }

  @Test
  void model_withANumberOfTokens_hasNoTokenizerAndNoRendererOfItsOwn() throws Exception {
    CommandRun neither = train("--model", "tinker4j/nano-1000");
    CommandRun noRenderer =
        train("--model", "tinker4j/nano-1000", "--tokenizer", TOKENIZER.toString());

    assertThat(neither.exitCode()).isEqualTo(1);
    assertThat(neither.err())
        .contains(
            "Error: tinker4j/nano-1000 has no tokenizer of its own; name a directory with"
                + " --tokenizer");
    assertThat(noRenderer.exitCode()).isEqualTo(1);
    assertThat(noRenderer.err())
        .contains("Error: no renderer is known for tinker4j/nano-1000", "--renderer");
  }

  @Test
  void dryRun_withoutAServer_knowsTheModelByItsName() throws Exception {
    CommandRun fits = trainWithTokenizer("tinker4j/nano-151669", "--dry-run");
    CommandRun tooSmall = trainWithTokenizer("tinker4j/nano-258", "--dry-run");

    assertThat(fits.exitCode()).as(fits.err()).isZero();
    assertThat(fits.out()).contains("40 examples", "⟨<|im_start|>⟩assistant");
    assertThat(tooSmall.exitCode()).isEqualTo(1);
    assertThat(tooSmall.err()).contains("tinker4j/nano-258 on this server has 258 tokens");
  }
}
