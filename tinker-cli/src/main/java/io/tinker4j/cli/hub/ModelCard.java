package io.tinker4j.cli.hub;

import java.util.OptionalInt;

/**
 * The page of an adapter on the hub, with what tools read of it at its head.
 *
 * @param tinkerPath the checkpoint that it was made from
 */
public record ModelCard(String tinkerPath, String baseModel, OptionalInt rank) {
  /** Returns the text, in Markdown. */
  String text() {
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
    """
        .formatted(
            baseModel, tinkerPath, rank.isPresent() ? " (rank %d)".formatted(rank.getAsInt()) : "");
  }
}
