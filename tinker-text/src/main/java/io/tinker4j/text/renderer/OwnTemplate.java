package io.tinker4j.text.renderer;

import io.tinker4j.text.template.ChatTemplate;
import io.tinker4j.text.template.ChatTemplateOptions;
import io.tinker4j.text.template.TemplateException;
import io.tinker4j.text.tokenizer.Tokenizer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;

/** The chat template that came with a tokenizer, with the texts of the tokens that it names. */
final class OwnTemplate {
  private OwnTemplate() {}

  /**
   * Returns the template.
   *
   * @throws IllegalArgumentException when the tokenizer has none, or it cannot be parsed
   */
  static ChatTemplateFunction of(String renderer, Tokenizer tokenizer) {
    String source =
        tokenizer
            .chatTemplate()
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "renderer "
                        + renderer
                        + " needs a chat template, and the tokenizer came without one: use another"
                        + " renderer, or set RendererOptions.template"));
    ChatTemplate template;
    try {
      template = ChatTemplate.parse(source);
    } catch (TemplateException e) {
      throw new IllegalArgumentException(
          "the tokenizer's chat template cannot be used: " + e.getMessage(), e);
    }
    ChatTemplateOptions plain =
        ChatTemplateOptions.builder().specialTokens(specialTokens(tokenizer)).build();
    ChatTemplateOptions prompting = plain.toBuilder().addGenerationPrompt(true).build();
    return (messages, addGenerationPrompt) -> {
      try {
        return template.render(messages, addGenerationPrompt ? prompting : plain);
      } catch (TemplateException e) {
        throw new IllegalArgumentException(e.getMessage(), e);
      }
    };
  }

  private static Map<String, String> specialTokens(Tokenizer tokenizer) {
    Map<String, String> texts = new LinkedHashMap<>();
    put(texts, "bos_token", tokenizer.beginOfSequence(), tokenizer);
    put(texts, "eos_token", tokenizer.endOfSequence(), tokenizer);
    return texts;
  }

  private static void put(
      Map<String, String> texts, String name, OptionalInt token, Tokenizer tokenizer) {
    if (token.isPresent()) {
      texts.put(name, tokenizer.decode(token.getAsInt()));
    }
  }
}
