package io.tinker4j.cli.hub;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * The page of a model on the hub, with what tools read of it at its head.
 *
 * @param tinkerPath the checkpoint that it was made from
 * @param isMerged whether it is the whole model, and not an adapter
 */
public record ModelCard(String tinkerPath, String baseModel, OptionalInt rank, boolean isMerged) {
  private static final String FILE = "README.md";

  /** Writes the page into a directory, unless there is one. */
  public void write(Path directory) throws IOException {
    Path file = directory.resolve(FILE);
    if (!Files.exists(file)) {
      Files.writeString(file, text(), StandardCharsets.UTF_8);
    }
  }

  private String text() {
    String trained = rank.isPresent() ? " (rank %d)".formatted(rank.getAsInt()) : "";
    return (isMerged ? merged() : adapter()).formatted(baseModel, tinkerPath, trained);
  }

  private static String adapter() {
    return """
    ---
    base_model: %1$s
    library_name: peft
    tags:
    - lora
    - tinker
    ---

    # A LoRA adapter of %1$s

    Trained with the Tinker API%3$s and exported from `%2$s`.

    ```python
    from peft import AutoPeftModelForCausalLM

    model = AutoPeftModelForCausalLM.from_pretrained("path/of/this/repository")
    ```
    """;
  }

  private static String merged() {
    return """
    ---
    base_model: %1$s
    library_name: transformers
    tags:
    - tinker
    ---

    # A fine-tuned %1$s

    A LoRA adapter, trained with the Tinker API%3$s and exported from `%2$s`, merged into %1$s.

    ```python
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained("path/of/this/repository")
    ```
    """;
  }
}
