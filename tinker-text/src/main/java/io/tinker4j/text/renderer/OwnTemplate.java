package io.tinker4j.text.renderer;

import io.tinker4j.text.template.ChatTemplate;
import io.tinker4j.text.template.ChatTemplateOptions;
import io.tinker4j.text.template.TemplateException;
import io.tinker4j.text.tokenizer.Tokenizer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** The chat template that came with a tokenizer, with the texts of the tokens that it names. */
final class OwnTemplate implements ChatTemplateFunction {
  private final ChatTemplate template;
  private final ChatTemplateOptions plain;

  private OwnTemplate(ChatTemplate template, ChatTemplateOptions plain) {
    this.template = template;
    this.plain = plain;
  }

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
    return new OwnTemplate(
        template, ChatTemplateOptions.builder().specialTokens(specialTokens(tokenizer)).build());
  }

  @Override
  public String render(List<Map<String, @Nullable Object>> messages, boolean addGenerationPrompt) {
    return render(messages, List.of(), addGenerationPrompt);
  }

  @Override
  public String render(
      List<Map<String, @Nullable Object>> messages,
      List<Map<String, @Nullable Object>> tools,
      boolean addGenerationPrompt) {
    ChatTemplateOptions.Builder options =
        plain.toBuilder().addGenerationPrompt(addGenerationPrompt);
    if (!tools.isEmpty()) {
      options.tools(tools);
    }
    try {
      return template.render(messages, options.build());
    } catch (TemplateException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
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
