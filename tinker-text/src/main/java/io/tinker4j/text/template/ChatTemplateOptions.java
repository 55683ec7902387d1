package io.tinker4j.text.template;

import java.time.Clock;
import java.time.ZoneId;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a chat template is rendered with, beside the messages. Immutable. */
public final class ChatTemplateOptions {
  private static final Set<String> TAKEN =
      Set.of("messages", "tools", "documents", "add_generation_prompt");

  /** No tools, no generation prompt, no further variables. */
  public static final ChatTemplateOptions DEFAULT = builder().build();

  private final @Nullable List<Map<String, ?>> tools;
  private final @Nullable List<Map<String, ?>> documents;
  private final boolean addGenerationPrompt;
  private final boolean continueFinalMessage;
  private final Map<String, @Nullable Object> specialTokens;
  private final Map<String, @Nullable Object> variables;
  private final Clock clock;
  private final long maxSteps;
  private final int maxLength;

  private ChatTemplateOptions(Builder builder) {
    tools = builder.tools;
    documents = builder.documents;
    addGenerationPrompt = builder.addGenerationPrompt;
    continueFinalMessage = builder.continueFinalMessage;
    specialTokens = Collections.unmodifiableMap(new HashMap<>(builder.specialTokens));
    variables = Collections.unmodifiableMap(new HashMap<>(builder.variables));
    clock = builder.clock;
    maxSteps = builder.maxSteps;
    maxLength = builder.maxLength;
  }

  /** Starts new settings. */
  public static Builder builder() {
    return new Builder();
  }

  /** Starts new settings from these. */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.tools = tools;
    builder.documents = documents;
    return builder
        .addGenerationPrompt(addGenerationPrompt)
        .continueFinalMessage(continueFinalMessage)
        .specialTokens(specialTokens)
        .variables(variables)
        .clock(clock)
        .maxSteps(maxSteps)
        .maxLength(maxLength);
  }

  /**
   * Returns the tools that the model may call, each as the JSON schema that the template expects.
   * Default: none given, which a template can tell from an empty list.
   */
  public Optional<List<Map<String, ?>>> tools() {
    return Optional.ofNullable(tools);
  }

  /** Returns documents for retrieval, for templates that read them. Default: none given. */
  public Optional<List<Map<String, ?>>> documents() {
    return Optional.ofNullable(documents);
  }

  /** Returns whether the text ends with the beginning of an answer. Default: false. */
  public boolean addGenerationPrompt() {
    return addGenerationPrompt;
  }

  /**
   * Returns whether the text ends within the last message, so that a model continues it. Default:
   * false.
   */
  public boolean continueFinalMessage() {
    return continueFinalMessage;
  }

  /**
   * Returns the texts of special tokens by their names. Default: none; templates then see them as
   * undefined.
   */
  public Map<String, @Nullable Object> specialTokens() {
    return specialTokens;
  }

  /** Returns further variables, which win over special tokens of the same name. Default: none. */
  public Map<String, @Nullable Object> variables() {
    return variables;
  }

  /** Returns what {@code strftime_now} reads, with its zone. Default: the system's. */
  public Clock clock() {
    return clock;
  }

  /** Returns how many steps a rendering may take. Default: 20,000,000. */
  public long maxSteps() {
    return maxSteps;
  }

  /** Returns the longest output, in UTF-16 units. Default: 16,777,216. */
  public int maxLength() {
    return maxLength;
  }

  /** Builds settings; not thread-safe. */
  public static final class Builder {
    private @Nullable List<Map<String, ?>> tools;
    private @Nullable List<Map<String, ?>> documents;
    private boolean addGenerationPrompt;
    private boolean continueFinalMessage;
    private final Map<String, @Nullable Object> specialTokens = new HashMap<>();
    private final Map<String, @Nullable Object> variables = new HashMap<>();
    private Clock clock = Clock.system(ZoneId.systemDefault());
    private long maxSteps = 20_000_000;
    private int maxLength = 1 << 24;

    private Builder() {}

    /** The tools that the model may call, each as the JSON schema that the template expects. */
    public Builder tools(List<? extends Map<String, ?>> tools) {
      this.tools = List.copyOf(tools);
      return this;
    }

    /** Documents for retrieval, for templates that read them. */
    public Builder documents(List<? extends Map<String, ?>> documents) {
      this.documents = List.copyOf(documents);
      return this;
    }

    /** Whether the text ends with the beginning of an answer of the assistant. Default: false. */
    public Builder addGenerationPrompt(boolean addGenerationPrompt) {
      this.addGenerationPrompt = addGenerationPrompt;
      return this;
    }

    /**
     * Whether the text ends within the last message, so that a model continues it. Not together
     * with {@link #addGenerationPrompt}. Default: false.
     */
    public Builder continueFinalMessage(boolean continueFinalMessage) {
      this.continueFinalMessage = continueFinalMessage;
      return this;
    }

    /**
     * Adds texts of special tokens by their names, for example {@code bos_token}; a list of texts
     * where a name has several.
     */
    public Builder specialTokens(Map<String, ?> specialTokens) {
      this.specialTokens.putAll(specialTokens);
      return this;
    }

    /**
     * Adds variables, for example {@code enable_thinking}: strings, numbers, booleans, lists, maps,
     * or null for {@code none}.
     */
    public Builder variables(Map<String, ?> variables) {
      this.variables.putAll(variables);
      return this;
    }

    /** Adds one of {@link #variables}. */
    public Builder putVariables(String name, @Nullable Object value) {
      variables.put(Objects.requireNonNull(name, "name"), value);
      return this;
    }

    /** What {@code strftime_now} reads, with its zone. Default: the system's. */
    public Builder clock(Clock clock) {
      this.clock = Objects.requireNonNull(clock, "clock");
      return this;
    }

    /**
     * How many steps a rendering may take: statements, loop rounds and calls, and one for every few
     * characters that are made. Bounds time and memory. Default: 20,000,000.
     */
    public Builder maxSteps(long maxSteps) {
      this.maxSteps = maxSteps;
      return this;
    }

    /**
     * Longest output, and longest text made on the way, in UTF-16 units. Default: 16,777,216. Raise
     * it for conversations of more than that.
     */
    public Builder maxLength(int maxLength) {
      this.maxLength = maxLength;
      return this;
    }

    /**
     * Builds the value.
     *
     * @throws IllegalArgumentException when settings are out of their range or do not go together
     */
    public ChatTemplateOptions build() {
      if (addGenerationPrompt && continueFinalMessage) {
        throw new IllegalArgumentException(
            "addGenerationPrompt begins an answer and continueFinalMessage continues one: set one");
      }
      if (maxSteps < 1 || maxLength < 1) {
        throw new IllegalArgumentException("maxSteps and maxLength must be positive");
      }
      for (String name : TAKEN) {
        if (variables.containsKey(name) || specialTokens.containsKey(name)) {
          throw new IllegalArgumentException(
              "the variable '" + name + "' is taken: use the setting of that name");
        }
      }
      return new ChatTemplateOptions(this);
    }
  }
}
