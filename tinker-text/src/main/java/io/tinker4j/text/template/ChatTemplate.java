package io.tinker4j.text.template;

import io.tinker4j.text.jinja.JinjaException;
import io.tinker4j.text.jinja.JinjaLimits;
import io.tinker4j.text.jinja.JinjaTemplate;
import java.time.ZonedDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A chat template: the Jinja text that a model's tokenizer ships, which turns messages into the
 * model's text as {@code apply_chat_template} of Python's transformers does.
 *
 * <p>Immutable; one template serves many threads. Messages are plain data: maps, lists, strings,
 * numbers, booleans and null, as a JSON parser gives them; a template cannot reach anything else,
 * and what it may do is bounded by {@link ChatTemplateOptions#maxSteps} and {@link
 * ChatTemplateOptions#maxLength}.
 *
 * {@snippet :
 * ChatTemplate template = ChatTemplate.parse(tokenizer.chatTemplate().orElseThrow());
 * String text =
 *     template.render(
 *         List.of(Map.of("role", "user", "content", "Hello")),
 *         ChatTemplateOptions.builder().addGenerationPrompt(true).build());
 * }
 */
public final class ChatTemplate {
  private static final String DEFAULT = "default";
  private static final String TOOL_USE = "tool_use";

  private final JinjaTemplate template;

  private ChatTemplate(JinjaTemplate template) {
    this.template = template;
  }

  /**
   * Parses a template.
   *
   * @throws TemplateException when it is not in the language; with the place
   */
  public static ChatTemplate parse(String template) {
    Objects.requireNonNull(template, "template");
    try {
      return new ChatTemplate(JinjaTemplate.parse(template));
    } catch (JinjaException e) {
      throw TemplateException.of(e);
    }
  }

  /**
   * Returns the templates by name that {@code chat_template} of a tokenizer's configuration holds.
   *
   * @param json the value's JSON: a string, which is named {@code default}, or a list of objects
   *     with {@code name} and {@code template}, or an object of templates by name
   * @throws IllegalArgumentException when it is none of these
   */
  public static Map<String, String> named(String json) {
    Objects.requireNonNull(json, "json");
    return NamedTemplates.read(json);
  }

  /**
   * Returns the text of the template to use: {@code tool_use} with tools, where there is one, else
   * {@code default}.
   *
   * @param json as for {@link #named}
   * @throws IllegalArgumentException when the JSON holds no such template
   */
  public static String choose(String json, boolean withTools) {
    Map<String, String> named = named(json);
    String chosen = withTools ? named.get(TOOL_USE) : null;
    chosen = chosen == null ? named.get(DEFAULT) : chosen;
    if (chosen == null) {
      throw new IllegalArgumentException(
          "chat_template has the templates "
              + named.keySet()
              + " and none is named default: take one of named(json)");
    }
    return chosen;
  }

  /**
   * Renders messages.
   *
   * @throws TemplateException when the template fails on them, refuses them, or reaches a limit
   * @throws IllegalArgumentException when there are no messages, or the last one cannot be
   *     continued
   */
  public String render(List<? extends Map<String, ?>> messages, ChatTemplateOptions options) {
    String text = run(messages, options).text();
    return options.continueFinalMessage() ? ContinuedMessage.cut(text, messages) : text;
  }

  /**
   * Renders messages and tells which parts the assistant generated.
   *
   * @throws TemplateException when the template fails on them, refuses them, or reaches a limit
   * @throws IllegalArgumentException when there are no messages, or the options ask to continue the
   *     last one
   */
  public RenderedChat renderWithSpans(
      List<? extends Map<String, ?>> messages, ChatTemplateOptions options) {
    if (options.continueFinalMessage()) {
      throw new IllegalArgumentException(
          "spans of what was generated do not go with continueFinalMessage: use render");
    }
    JinjaTemplate.Rendered rendered = run(messages, options);
    return new RenderedChat(
        rendered.text(),
        rendered.generated().stream().map(s -> new TextSpan(s.start(), s.end())).toList());
  }

  private JinjaTemplate.Rendered run(
      List<? extends Map<String, ?>> messages, ChatTemplateOptions options) {
    if (messages.isEmpty()) {
      throw new IllegalArgumentException("messages is empty: a conversation has at least one");
    }
    Map<String, @Nullable Object> variables = new HashMap<>(options.specialTokens());
    variables.putAll(options.variables());
    variables.put("messages", messages);
    variables.put("tools", options.tools().orElse(null));
    variables.put("documents", options.documents().orElse(null));
    variables.put("add_generation_prompt", options.addGenerationPrompt());
    JinjaLimits limits = new JinjaLimits(options.maxSteps(), options.maxLength());
    try {
      return template.render(variables, limits, () -> ZonedDateTime.now(options.clock()));
    } catch (JinjaException e) {
      throw TemplateException.of(e);
    }
  }
}
