package io.tinker4j.examples;

import io.tinker4j.text.template.ChatTemplate;
import io.tinker4j.text.template.ChatTemplateOptions;
import java.util.List;
import java.util.Map;

/** Renders a chat by a template in Jinja, as models bring one with their tokenizer. */
public final class ChatTemplateRendering {
  /** What {@code tokenizer.chatTemplate()} returns for a real model. */
  private static final String TEMPLATE =
      """
      {%- if tools %}
      {{- '<|system|>You may call: ' + tools | map(attribute='name') | join(', ') + eos_token }}
      {%- endif %}
      {%- for message in messages %}
      {{- '<|' + message.role + '|>' + message.content | trim + eos_token }}
      {%- endfor %}
      {%- if add_generation_prompt %}{{- '<|assistant|>' }}{%- endif %}
      """;

  private ChatTemplateRendering() {}

  /** Needs no server. */
  public static void main(String[] args) {
    System.out.println(run());
  }

  static String run() {
    ChatTemplate template = ChatTemplate.parse(TEMPLATE);
    ChatTemplateOptions options =
        ChatTemplateOptions.builder()
            .specialTokens(Map.of("eos_token", "<|end|>"))
            .tools(List.of(Map.of("name", "weather")))
            .addGenerationPrompt(true) // ends where the assistant's answer begins
            .build();
    return template.render(
        List.of(
            Map.of("role", "user", "content", " Is it raining? "),
            Map.of("role", "assistant", "content", "Where?"),
            Map.of("role", "user", "content", "In Bergen.")),
        options);
  }
}
