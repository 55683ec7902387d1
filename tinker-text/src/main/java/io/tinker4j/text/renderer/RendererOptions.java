package io.tinker4j.text.renderer;

import io.tinker4j.text.tokenizer.SpecialTokenText;
import java.time.LocalDate;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How renderers differ from what they do by default. Immutable. */
public final class RendererOptions {
  /** What renderers do by default. */
  public static final RendererOptions DEFAULT = builder().build();

  private final SpecialTokenText specialTokens;
  private final boolean cleanUpSpaces;
  private final @Nullable Boolean thinkingInHistory;
  private final boolean laterSystemAsUser;
  private final @Nullable LocalDate currentDate;
  private final @Nullable ImageEncoder images;
  private final @Nullable ChatTemplateFunction template;

  private RendererOptions(Builder builder) {
    this.specialTokens = builder.specialTokens;
    this.cleanUpSpaces = builder.cleanUpSpaces;
    this.thinkingInHistory = builder.thinkingInHistory;
    this.laterSystemAsUser = builder.laterSystemAsUser;
    this.currentDate = builder.currentDate;
    this.images = builder.images;
    this.template = builder.template;
  }

  /** Returns a builder of the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns what becomes of text in a message that looks like one of the model's control tokens.
   * Default: it stays text, so that what a user has typed, or a tool has returned, cannot end a
   * turn; only the assistant's own {@code <think>} and {@code <tool_call>} are tokens, and in
   * system messages the marks that tell a model how to call tools. {@code AS_CONTROL} is what the
   * Python cookbook does; only to repeat its tokens.
   */
  public SpecialTokenText specialTokens() {
    return specialTokens;
  }

  /**
   * Returns whether an answer loses the spaces in front of punctuation, as Transformers does for
   * tokenizers with {@code clean_up_tokenization_spaces} (Llama 3). Default: false; what the model
   * has written stays.
   */
  public boolean cleanUpSpaces() {
    return cleanUpSpaces;
  }

  /**
   * Returns whether thinking in earlier messages of the assistant is kept. Default: as the model's
   * own template does. True makes examples that extend each other, for training on many turns.
   */
  public Optional<Boolean> thinkingInHistory() {
    return Optional.ofNullable(thinkingInHistory);
  }

  /**
   * Returns whether DeepSeek's renderers write a system message behind the first message as a
   * user's. Default: false, such a message is refused.
   */
  public boolean laterSystemAsUser() {
    return laterSystemAsUser;
  }

  /** Returns the date in the system prompt of gpt-oss. Default: today where the program runs. */
  public Optional<LocalDate> currentDate() {
    return Optional.ofNullable(currentDate);
  }

  /** Returns what reads images. Default: nothing does, and images are refused. */
  public Optional<ImageEncoder> images() {
    return Optional.ofNullable(images);
  }

  /** Returns the chat template of the renderer {@code template}. Default: the tokenizer's own. */
  public Optional<ChatTemplateFunction> template() {
    return Optional.ofNullable(template);
  }

  /** Returns a builder with these settings. */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.specialTokens = specialTokens;
    builder.cleanUpSpaces = cleanUpSpaces;
    builder.thinkingInHistory = thinkingInHistory;
    builder.laterSystemAsUser = laterSystemAsUser;
    builder.currentDate = currentDate;
    builder.images = images;
    builder.template = template;
    return builder;
  }

  /** Builds options. Used by one thread. */
  public static final class Builder {
    private SpecialTokenText specialTokens = SpecialTokenText.AS_TEXT;
    private boolean cleanUpSpaces;
    private @Nullable Boolean thinkingInHistory;
    private boolean laterSystemAsUser;
    private @Nullable LocalDate currentDate;
    private @Nullable ImageEncoder images;
    private @Nullable ChatTemplateFunction template;

    private Builder() {}

    /** Sets {@link RendererOptions#specialTokens}. */
    public Builder specialTokens(SpecialTokenText specialTokens) {
      this.specialTokens = Objects.requireNonNull(specialTokens, "specialTokens");
      return this;
    }

    /** Sets {@link RendererOptions#cleanUpSpaces}. */
    public Builder cleanUpSpaces(boolean cleanUpSpaces) {
      this.cleanUpSpaces = cleanUpSpaces;
      return this;
    }

    /** Sets {@link RendererOptions#thinkingInHistory}. */
    public Builder thinkingInHistory(boolean thinkingInHistory) {
      this.thinkingInHistory = thinkingInHistory;
      return this;
    }

    /** Sets {@link RendererOptions#laterSystemAsUser}. */
    public Builder laterSystemAsUser(boolean laterSystemAsUser) {
      this.laterSystemAsUser = laterSystemAsUser;
      return this;
    }

    /** Sets {@link RendererOptions#currentDate}. */
    public Builder currentDate(LocalDate currentDate) {
      this.currentDate = Objects.requireNonNull(currentDate, "currentDate");
      return this;
    }

    /** Sets {@link RendererOptions#images}. */
    public Builder images(ImageEncoder images) {
      this.images = Objects.requireNonNull(images, "images");
      return this;
    }

    /** Sets {@link RendererOptions#template}. */
    public Builder template(ChatTemplateFunction template) {
      this.template = Objects.requireNonNull(template, "template");
      return this;
    }

    /** Returns the options. */
    public RendererOptions build() {
      return new RendererOptions(this);
    }
  }
}
