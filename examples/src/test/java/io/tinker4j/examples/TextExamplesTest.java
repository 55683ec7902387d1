package io.tinker4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.text.tokenizer.Tokenizer;
import io.tinker4j.text.tokenizer.Tokenizers;
import io.tinker4j.training.ServiceClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

@Timeout(60)
@Isolated("the command makes its log that of the process")
class TextExamplesTest {
  @TempDir private Path directory;
  private final ExampleServer example =
      ExampleServer.start(settings -> settings.baseModels("tinker4j/tiny-bytes"));

  @AfterEach
  void stop() {
    example.close();
  }

  @Test
  void trainOnChats_answersWhatItHasLearned() throws Exception {
    Path chats =
        Files.writeString(
            directory.resolve("chats.jsonl"),
            """
            {"prompt": "Who are you?", "completion": "A tiny model."}
            {"prompt": "What are you?", "completion": "A tiny model."}
            {"prompt": "And what is this?", "completion": "A tiny model."}
            {"prompt": "Are you large?", "completion": "A tiny model."}
            """);
    Path journal = directory.resolve("run");

    assertThat(TrainOnChats.run(example::connect, chats, journal, "Who are you?"))
        .isEqualTo("A tiny model.");
    long steps = example.requests("optim_step");
    assertThat(TrainOnChats.run(example::connect, chats, journal, "Are you large?"))
        .isEqualTo("A tiny model.");
    assertThat(example.requests("optim_step")).isEqualTo(steps).isEqualTo(30);
  }

  @Test
  void tokenizerOverride_findsLlamasTokenizerUnderItsOwnName() throws Exception {
    Path own = directory.resolve("meta-llama-3-instruct-tokenizer");
    Path small =
        Path.of("../tinker-text/src/test/resources/io/tinker4j/text/renderer/tokenizers/llama3_1");
    Files.createDirectories(own);
    for (String name : List.of("tokenizer.json", "tokenizer_config.json")) {
      Files.copy(small.resolve(name), own.resolve(name));
    }

    TokenizerOverride.Found found =
        TokenizerOverride.run(directory, "meta-llama/Llama-3.1-8B", "Hello, llama!");

    assertThat(found.repository())
        .isEqualTo("thinkingmachineslabinc/meta-llama-3-instruct-tokenizer");
    assertThat(found.directory()).isEqualTo(own);
    Tokenizer tokenizer = Tokenizers.read(own);
    assertThat(tokenizer.decode(found.tokens().stream().mapToInt(each -> each).toArray()))
        .endsWith("Hello, llama!");
  }

  @Test
  void kimiK2Tokenization_samplesTextThatBeginsWithThePrompt() throws Exception {
    try (ExampleServer kimi =
            ExampleServer.start(settings -> settings.baseModels("moonshotai/Kimi-K2-Thinking"));
        ServiceClient service = kimi.connect()) {
      assertThat(KimiK2Tokenization.run(service, directory))
          .startsWith("15 tokens: singing in the rain")
          .hasSizeGreaterThan("15 tokens: singing in the rain".length());
      assertThat(kimi.requests("asample")).isOne();
    }
    try (ServiceClient other = example.connect()) {
      assertThat(KimiK2Tokenization.run(other, directory)).startsWith("the server does not offer");
    }
  }

  @Test
  void chatTemplateRendering_isWhatTheTemplateSays() {
    assertThat(ChatTemplateRendering.run())
        .isEqualTo(
            "<|system|>You may call: weather<|end|><|user|>Is it raining?<|end|>"
                + "<|assistant|>Where?<|end|><|user|>In Bergen.<|end|><|assistant|>");
  }

  @Test
  void cliRunText_answersInJson() {
    CliRunText.Outcome outcome =
        CliRunText.run(example.server.baseUrl().toString(), "tml-example", "Who are you?");

    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    assertThat(outcome.out()).startsWith("{\"role\": \"assistant\"").hasLineCount(1);
    assertThat(CliRunText.run("nonsense", "tml-example", "Who are you?"))
        .returns(1, CliRunText.Outcome::exitCode)
        .returns("", CliRunText.Outcome::out);
  }

  @Test
  void cliRunPromptFile_answersEachRowInOrder() throws Exception {
    assertThat(CliRunPromptFile.run(example.server.baseUrl().toString(), "tml-example", directory))
        .satisfiesExactly(
            first -> assertThat(first).contains("a line of text", "\"stop_reason\":"),
            second -> assertThat(second).contains("so is this"),
            third -> assertThat(third).contains("Rhyme."));
  }

  @Test
  void cliDeleteCheckpoints_leavesNone() {
    try (ServiceClient service = example.connect()) {
      String out =
          CliDeleteCheckpoints.run(service, example.server.baseUrl().toString(), "tml-example");

      assertThat(out).contains("Deleted 2 checkpoint(s)");
      assertThat(service.createRestClient().checkpoints().all()).isEmpty();
    }
  }
}
