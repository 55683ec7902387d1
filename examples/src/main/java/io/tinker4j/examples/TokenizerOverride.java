package io.tinker4j.examples;

import io.tinker4j.text.tokenizer.Tokenizer;
import io.tinker4j.text.tokenizer.TokenizerFinder;
import io.tinker4j.training.TokenizerId;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Finds the tokenizer of Llama 3, which has another name than the model, in a directory of yours.
 */
public final class TokenizerOverride {
  private TokenizerOverride() {}

  /** The name that the tokenizer has, where it was found, and what it makes of a text. */
  record Found(String repository, Path directory, List<Integer> tokens) {}

  /** Takes the directory; it has meta-llama-3-instruct-tokenizer/tokenizer.json. */
  public static void main(String[] args) {
    System.out.println(run(Path.of(args[0]), "meta-llama/Llama-3.1-8B", "Hello, llama!"));
  }

  static Found run(Path directory, String model, String text) {
    TokenizerId id = TokenizerId.ofModel(model); // of a client: training.tokenizerId()
    TokenizerFinder finder =
        TokenizerFinder.builder()
            .directory(directory) // comes before the cache of the hub; holds ORG/NAME or NAME
            .build(); // downloads nothing; .hub(URI.create("https://huggingface.co")) would
    Tokenizer tokenizer = finder.find(id);
    int[] tokens = tokenizer.encodeSequence(text); // with what begins a sequence
    return new Found(id.repository(), finder.locate(id), Arrays.stream(tokens).boxed().toList());
  }
}
