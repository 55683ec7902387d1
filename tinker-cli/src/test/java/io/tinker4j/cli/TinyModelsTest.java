package io.tinker4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tinker4j.text.tokenizer.TokenizerFinder;
import io.tinker4j.text.tokenizer.TokenizerNotFoundException;
import io.tinker4j.training.TokenizerId;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TinyModelsTest {
  @TempDir private Path directory = Path.of(".");

  /** The finder of tokenizers cannot ask the embedded server, so that its rule is a second one. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "tinker4j/tiny-bytes",
        "tinker4j/nano-bytes",
        "tinker4j/other",
        "tinker4j/tiny-257",
        "tinker4j/tiny-258",
        "tinker4j/nano-0300",
        "tinker4j/nano-1000000",
        "tinker4j/nano-1000001",
        "tinker4j/mini-300"
      })
  void isOfBytes_asTheFinderOfTokenizersSays(String model) {
    TokenizerFinder finder =
        TokenizerFinder.builder().hubCache(directory).downloads(directory).build();
    TokenizerId id = TokenizerId.ofModel(model);

    if (TinyModels.isOfBytes(model)) {
      assertThat(finder.find(id).vocabularySize()).isEqualTo(257);
    } else {
      assertThatExceptionOfType(TokenizerNotFoundException.class).isThrownBy(() -> finder.find(id));
    }
  }
}
