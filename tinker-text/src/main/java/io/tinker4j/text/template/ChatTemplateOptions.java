package io.tinker4j.text.template;

import io.tinker4j.types.internal.TinkerStyle;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.immutables.value.Value;

/** What a chat template is rendered with, beside the messages. */
@TinkerStyle
@Value.Immutable
public interface ChatTemplateOptions {
  /** No tools, no generation prompt, no further variables. */
  ChatTemplateOptions DEFAULT = builder().build();

  /**
   * The tools that the model may call, each as the JSON schema that the template expects. Default:
   * none given, which a template can tell from an empty list.
   */
  Optional<List<Map<String, ?>>> tools();

  /** Documents for retrieval, for templates that read them. Default: none given. */
  Optional<List<Map<String, ?>>> documents();

  /** Whether the text ends with the beginning of an answer of the assistant. Default: false. */
  @Value.Default
  default boolean addGenerationPrompt() {
    return false;
  }

  /**
   * Whether the text ends within the last message, so that a model continues it. Not together with
   * {@link #addGenerationPrompt}. Default: false.
   */
  @Value.Default
  default boolean continueFinalMessage() {
    return false;
  }

  /**
   * Texts of special tokens by their names, for example {@code bos_token}; lists of texts where a
   * name has several. Default: none; templates then see them as undefined.
   */
  Map<String, Object> specialTokens();

  /**
   * Further variables, for example {@code enable_thinking}: strings, numbers, booleans, lists and
   * maps. They win over {@link #specialTokens} of the same name. Default: none.
   */
  Map<String, Object> variables();

  /** What {@code strftime_now} reads, with its zone. Default: the system's. */
  @Value.Default
  default Clock clock() {
    return Clock.systemDefaultZone();
  }

  /**
   * How many steps a rendering may take: statements, loop rounds and calls, and one for every few
   * characters that are made. Bounds time and memory. Default: 20,000,000.
   */
  @Value.Default
  default long maxSteps() {
    return 20_000_000;
  }

  /**
   * Longest output, and longest text made on the way, in UTF-16 units. Default: 16,777,216. Raise
   * it for conversations of more than that.
   */
  @Value.Default
  default int maxLength() {
    return 1 << 24;
  }

  /** Refuses settings that do not go together. */
  private void check() {
    if (addGenerationPrompt() && continueFinalMessage()) {
      throw new IllegalArgumentException(
          "addGenerationPrompt begins an answer and continueFinalMessage continues one: set one");
    }
    if (maxSteps() < 1 || maxLength() < 1) {
      throw new IllegalArgumentException("maxSteps and maxLength must be positive");
    }
    for (String name : Set.of("messages", "tools", "documents", "add_generation_prompt")) {
      if (variables().containsKey(name) || specialTokens().containsKey(name)) {
        throw new IllegalArgumentException(
            "the variable '" + name + "' is taken: use the setting of that name");
      }
    }
  }

  /** Starts new settings. */
  static Builder builder() {
    return new Builder();
  }

  /** Builds settings; not thread-safe. */
  final class Builder {
    private final ImmutableChatTemplateOptions.Builder fields =
        ImmutableChatTemplateOptions.builder();

    private Builder() {}

    /** Takes all settings over from a value. */
    public Builder from(ChatTemplateOptions value) {
      fields.from(value);
      return this;
    }

    /** The tools that the model may call, each as the JSON schema that the template expects. */
    public Builder tools(List<? extends Map<String, ?>> tools) {
      fields.tools(List.copyOf(tools));
      return this;
    }

    /** Documents for retrieval, for templates that read them. */
    public Builder documents(List<? extends Map<String, ?>> documents) {
      fields.documents(List.copyOf(documents));
      return this;
    }

    /** Whether the text ends with the beginning of an answer of the assistant. Default: false. */
    public Builder addGenerationPrompt(boolean addGenerationPrompt) {
      fields.addGenerationPrompt(addGenerationPrompt);
      return this;
    }

    /** Whether the text ends within the last message. Default: false. */
    public Builder continueFinalMessage(boolean continueFinalMessage) {
      fields.continueFinalMessage(continueFinalMessage);
      return this;
    }

    /** Texts of special tokens by their names, for example {@code bos_token}. */
    public Builder specialTokens(Map<String, ?> specialTokens) {
      fields.specialTokens(specialTokens);
      return this;
    }

    /** Further variables, for example {@code enable_thinking}. */
    public Builder variables(Map<String, ?> variables) {
      fields.variables(variables);
      return this;
    }

    /** Adds one to {@link #variables}. */
    public Builder putVariables(String name, Object value) {
      fields.putVariables(name, value);
      return this;
    }

    /** What {@code strftime_now} reads, with its zone. Default: the system's. */
    public Builder clock(Clock clock) {
      fields.clock(clock);
      return this;
    }

    /** How many steps a rendering may take. Default: 20,000,000. */
    public Builder maxSteps(long maxSteps) {
      fields.maxSteps(maxSteps);
      return this;
    }

    /** Longest output, in UTF-16 units. Default: 16,777,216. */
    public Builder maxLength(int maxLength) {
      fields.maxLength(maxLength);
      return this;
    }

    /**
     * Builds the value.
     *
     * @throws IllegalArgumentException when settings are out of their range or do not go together
     */
    public ChatTemplateOptions build() {
      ChatTemplateOptions value = fields.build();
      value.check();
      return value;
    }
  }
}
