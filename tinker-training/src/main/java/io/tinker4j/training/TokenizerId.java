package io.tinker4j.training;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where the tokenizer of a model is found on the Hugging Face hub, resolved as the Python client
 * does it.
 *
 * @param repository such as {@code Qwen/Qwen3-8B}; ids that begin with {@code TML/} or {@code
 *     thinkingmachines/} are not public
 * @param revisionText the commit that must be loaded; empty for the newest
 */
public record TokenizerId(String repository, String revisionText) {
  private static final String LLAMA_3 = "thinkingmachineslabinc/meta-llama-3-instruct-tokenizer";
  private static final String KIMI_2_5 = "4d01dfe0332d63057c186e0b262165819efb6611";
  private static final Map<String, TokenizerId> PINNED =
      Map.of(
          "moonshotai/Kimi-K2-Thinking",
          new TokenizerId(
              "moonshotai/Kimi-K2-Thinking", "612681931a8c906ddb349f8ad0f582cb552189cd"),
          "moonshotai/Kimi-K2.5",
          new TokenizerId("moonshotai/Kimi-K2.5", KIMI_2_5),
          "moonshotai/Kimi-K2.5-Text-Only",
          new TokenizerId("moonshotai/Kimi-K2.5", KIMI_2_5),
          "moonshotai/Kimi-K2.6",
          new TokenizerId("moonshotai/Kimi-K2.6", "b5aabbfb20227ed42becbf5541dbffd213942c58"));

  /** Returns the commit that must be loaded. */
  public Optional<String> revision() {
    return Optional.of(revisionText).filter(text -> !text.isEmpty());
  }

  /**
   * Returns the tokenizer of a base model by its name alone, for work without a server.
   *
   * @param modelName such as {@code Qwen/Qwen3-8B}, with or without a suffix behind a colon
   */
  public static TokenizerId ofModel(String modelName) {
    return resolve(modelName, null);
  }

  /**
   * Resolves the tokenizer of a model.
   *
   * @param modelName with or without a suffix behind a colon
   * @param tokenizerId what the server says; null when it says nothing
   */
  static TokenizerId resolve(String modelName, @Nullable String tokenizerId) {
    String id = tokenizerId == null ? repositoryOf(modelName.split(":", 2)[0]) : tokenizerId;
    TokenizerId pinned = PINNED.get(id);
    return pinned == null ? new TokenizerId(id, "") : pinned;
  }

  private static String repositoryOf(String model) {
    if (model.startsWith("meta-llama/Llama-3")) {
      return LLAMA_3;
    }
    String[] parts = model.split("/", -1);
    return parts.length == 3 ? parts[0] + "/" + parts[1] : model;
  }
}
