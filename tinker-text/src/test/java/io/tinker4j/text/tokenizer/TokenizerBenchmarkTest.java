package io.tinker4j.text.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * How many bytes of text a tokenizer encodes each second, on one thread. Not part of the ordinary
 * build: {@code -Dtinker.benchmark=true -Dtest=TokenizerBenchmarkTest
 * -Dvectors.tokenizers=DIRECTORY -Dbenchmark.texts=FILE[,FILE]}.
 */
@EnabledIfSystemProperty(named = "tinker.benchmark", matches = "true")
class TokenizerBenchmarkTest {
  private static final int WARM_UP = 8;
  private static final int ROUNDS = 15;

  @Test
  void encode() throws IOException {
    List<Path> texts =
        Stream.of(System.getProperty("benchmark.texts").split(",")).map(Path::of).toList();
    Path directory = Path.of(System.getProperty("vectors.tokenizers"));
    for (String name : List.of("qwen3", "llama3", "gptoss", "deepseek_v3", "gemma3")) {
      long start = System.nanoTime();
      Tokenizer tokenizer = Tokenizers.read(directory.resolve(name));
      report(name + " loading, seconds", (System.nanoTime() - start) / 1e9);
      for (Path file : texts) {
        String text = Files.readString(file);
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        String what = name + " " + file.getFileName();
        report(what + " line by line, MB/s", rate(tokenizer, List.of(text.split("\n")), bytes));
        report(what + " at once, MB/s", rate(tokenizer, List.of(text), bytes));
      }
    }
  }

  @Test
  void encode_longWord() throws IOException {
    Path directory = Path.of(System.getProperty("vectors.tokenizers"));
    StringBuilder word = new StringBuilder();
    for (int i = 0; word.length() < 1_000_000; i++) {
      word.append(Integer.toString(i * 7919, 36).replaceAll("[0-9]", "e"));
    }
    for (String name : List.of("qwen3", "gemma3")) {
      Tokenizer tokenizer = Tokenizers.read(directory.resolve(name));
      long start = System.nanoTime();
      int tokens = tokenizer.encode(word.toString()).length;
      double seconds = (System.nanoTime() - start) / 1e9;
      report(name + " a word of 1 MB, seconds", seconds);
      assertThat(tokens).isPositive();
      assertThat(seconds).isLessThan(5);
    }
  }

  private static double rate(Tokenizer tokenizer, List<String> texts, int bytes) {
    long best = Long.MAX_VALUE;
    for (int round = 0; round < WARM_UP + ROUNDS; round++) {
      long tokens = 0;
      long start = System.nanoTime();
      for (String text : texts) {
        tokens += tokenizer.encode(text, SpecialTokenText.AS_CONTROL).length;
      }
      long taken = System.nanoTime() - start;
      assertThat(tokens).isPositive();
      best = round < WARM_UP ? best : Math.min(best, taken);
    }
    return bytes / (best / 1e9) / 1e6;
  }

  private static void report(String what, double figure) {
    System.out.println(String.format(Locale.ROOT, "BENCHMARK %s: %.2f", what, figure));
  }
}
