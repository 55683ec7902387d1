package io.tinker4j.text.renderer;

import io.tinker4j.text.template.ChatTemplate;
import io.tinker4j.text.template.ChatTemplateOptions;
import io.tinker4j.text.template.TemplateException;
import io.tinker4j.text.tokenizer.Tokenizer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The chat template that came with a tokenizer. */
final class TokenizerTemplate implements ChatTemplateFunction {
  private final ChatTemplate template;
  private final ChatTemplateOptions answer;
  private final ChatTemplateOptions whole;

  private TokenizerTemplate(ChatTemplate template, Map<String, String> specialTokens) {
    this.template = template;
    this.answer =
        ChatTemplateOptions.builder()
            .specialTokens(specialTokens)
            .addGenerationPrompt(true)
            .build();
    this.whole = ChatTemplateOptions.builder().specialTokens(specialTokens).build();
  }

  /**
   * Returns the template of a tokenizer.
   *
   * @throws IllegalArgumentException when it has none, or one that cannot be parsed
   */
  static TokenizerTemplate of(Tokenizer tokenizer) {
    String source =
        tokenizer
            .chatTemplate()
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "the tokenizer came without a chat template; set RendererOptions.template, or"
                        + " take another renderer"));
    Map<String, String> specialTokens = new HashMap<>();
    tokenizer
        .beginOfSequence()
        .ifPresent(token -> specialTokens.put("bos_token", tokenizer.decode(token)));
    tokenizer
        .endOfSequence()
        .ifPresent(token -> specialTokens.put("eos_token", tokenizer.decode(token)));
    try {
      return new TokenizerTemplate(ChatTemplate.parse(source), specialTokens);
    } catch (TemplateException e) {
      throw new IllegalArgumentException("the tokenizer's chat template: " + e.getMessage(), e);
    }
  }

  @Override
  public String render(List<Map<String, @Nullable Object>> messages, boolean addGenerationPrompt) {
    try {
      return template.render(messages, addGenerationPrompt ? answer : whole);
    } catch (TemplateException e) {
      throw new IllegalArgumentException("the chat template: " + e.getMessage(), e);
    }
  }
}
