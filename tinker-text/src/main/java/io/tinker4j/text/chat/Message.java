package io.tinker4j.text.chat;

import io.tinker4j.text.json.PythonJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One message of a conversation. Immutable.
 *
 * <p>Content is either one text or a list of parts. The two are not the same: renderers write a
 * text as it is, marks such as {@code <think>} included, and frame parts as the model's template
 * does.
 */
public final class Message {
  private final String role;
  private final boolean hasParts;
  private final List<ContentPart> parts;
  private final @Nullable List<ToolCall> toolCalls;
  private final List<UnparsedToolCall> unparsedToolCalls;
  private final @Nullable String toolCallId;
  private final @Nullable String name;
  private final @Nullable Boolean trainable;

  private Message(Builder builder) {
    this.role = Objects.requireNonNull(builder.role, "role");
    this.hasParts = builder.hasParts;
    this.parts = List.copyOf(builder.parts);
    this.toolCalls = builder.toolCalls == null ? null : List.copyOf(builder.toolCalls);
    this.unparsedToolCalls = List.copyOf(builder.unparsedToolCalls);
    this.toolCallId = builder.toolCallId;
    this.name = builder.name;
    this.trainable = builder.trainable;
  }

  /** Returns a message of one text. */
  public static Message of(String role, String text) {
    return builder(role).text(text).build();
  }

  /** Returns a system message of one text. */
  public static Message system(String text) {
    return of("system", text);
  }

  /** Returns a user's message of one text. */
  public static Message user(String text) {
    return of("user", text);
  }

  /** Returns an assistant's message of one text. */
  public static Message assistant(String text) {
    return of("assistant", text);
  }

  /**
   * Returns a builder of a message with empty text.
   *
   * @param role such as {@code system}, {@code user}, {@code assistant} or {@code tool}; renderers
   *     refuse roles that their format has no place for
   */
  public static Builder builder(String role) {
    return new Builder(role);
  }

  /**
   * Reads a message in the form of OpenAI's chat completions.
   *
   * <p>{@code content} is a string, null or absent (no text), or a list of parts of type {@code
   * text}, {@code thinking}, {@code image} or {@code image_url}; others are kept as {@link
   * ContentPart.Unrecognized}. A {@code reasoning_content} becomes a thinking part in front. The
   * arguments of a tool call are JSON text or an object. {@code trainable} and {@code
   * unparsed_tool_calls} are read too; other keys are passed over.
   *
   * @throws IllegalArgumentException when it is no such message; the field is named
   */
  public static Message fromJson(String json) {
    JsonPath path = new JsonPath("message");
    return MessageJson.read(path, path.parseObject(json));
  }

  /**
   * Returns the message that these JSON values describe, as {@link #fromJson} reads it.
   *
   * @throws IllegalArgumentException when they are no such message; the field is named
   */
  public static Message fromMap(Map<String, ? extends @Nullable Object> message) {
    JsonPath path = new JsonPath("message");
    return MessageJson.read(path, path.object(message));
  }

  /**
   * Returns the messages that a list of JSON values describes, each as {@link #fromJson} reads it.
   *
   * @throws IllegalArgumentException when one is no message; its index and field are named
   */
  public static List<Message> fromList(List<? extends @Nullable Object> messages) {
    List<Message> read = new ArrayList<>(messages.size());
    for (int i = 0; i < messages.size(); i++) {
      JsonPath path = new JsonPath("messages").index(i);
      read.add(MessageJson.read(path, path.object(messages.get(i))));
    }
    return List.copyOf(read);
  }

  /** Returns who speaks. */
  public String role() {
    return role;
  }

  /** Returns whether the content is a list of parts, and not one text. */
  public boolean hasParts() {
    return hasParts;
  }

  /** Returns the parts; content that is one text is one text part. */
  public List<ContentPart> parts() {
    return parts;
  }

  /** Returns the text parts joined, without what the model has thought. */
  public String text() {
    if (parts.size() == 1 && parts.get(0) instanceof ContentPart.Text text) {
      return text.text();
    }
    StringBuilder joined = new StringBuilder();
    for (ContentPart part : parts) {
      if (part instanceof ContentPart.Text text) {
        joined.append(text.text());
      }
    }
    return joined.toString();
  }

  /** Returns the thinking parts joined, empty when there are none. */
  public String thinking() {
    StringBuilder joined = new StringBuilder();
    for (ContentPart part : parts) {
      if (part instanceof ContentPart.Thinking thinking) {
        joined.append(thinking.thinking());
      }
    }
    return joined.toString();
  }

  /** Returns whether there is neither a part nor, in a text, a character. */
  public boolean isEmpty() {
    return hasParts ? parts.isEmpty() : text().isEmpty();
  }

  /**
   * Returns the calls of tools if the message has such a list; some formats write a list without
   * calls differently from none.
   */
  public Optional<List<ToolCall>> toolCallList() {
    return Optional.ofNullable(toolCalls);
  }

  /** Returns the calls of tools, empty when there are none. */
  public List<ToolCall> toolCalls() {
    return toolCalls == null ? List.of() : toolCalls;
  }

  /** Returns what looked like calls of tools in a model's answer and could not be read. */
  public List<UnparsedToolCall> unparsedToolCalls() {
    return unparsedToolCalls;
  }

  /** Returns the id of the call whose result this is. */
  public Optional<String> toolCallId() {
    return Optional.ofNullable(toolCallId);
  }

  /** Returns the name of the tool whose result this is, or of who speaks. */
  public Optional<String> name() {
    return Optional.ofNullable(name);
  }

  /** Returns whether the message is to be learned, if that is said. */
  public Optional<Boolean> trainable() {
    return Optional.ofNullable(trainable);
  }

  /** Returns a builder with everything that this message has. */
  public Builder toBuilder() {
    Builder builder = new Builder(role);
    builder.hasParts = hasParts;
    builder.parts = parts;
    builder.toolCalls = toolCalls;
    builder.unparsedToolCalls = unparsedToolCalls;
    builder.toolCallId = toolCallId;
    builder.name = name;
    builder.trainable = trainable;
    return builder;
  }

  /** Returns the message as JSON values that {@link #fromMap} reads; keys are in a fixed order. */
  public Map<String, @Nullable Object> toMap() {
    return MessageJson.write(this);
  }

  /** Returns the message as JSON text that {@link #fromJson} reads. */
  public String toJson() {
    return PythonJson.writeUnicode(toMap());
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Message that
        && role.equals(that.role)
        && hasParts == that.hasParts
        && parts.equals(that.parts)
        && Objects.equals(toolCalls, that.toolCalls)
        && unparsedToolCalls.equals(that.unparsedToolCalls)
        && Objects.equals(toolCallId, that.toolCallId)
        && Objects.equals(name, that.name)
        && Objects.equals(trainable, that.trainable);
  }

  @Override
  public int hashCode() {
    return Objects.hash(role, parts, toolCalls, unparsedToolCalls, toolCallId, name, trainable);
  }

  @Override
  public String toString() {
    return "Message" + toMap();
  }

  /** Builds a message. Used by one thread. */
  public static final class Builder {
    private String role;
    private boolean hasParts;
    private List<ContentPart> parts = List.of(new ContentPart.Text(""));
    private @Nullable List<ToolCall> toolCalls;
    private List<UnparsedToolCall> unparsedToolCalls = List.of();
    private @Nullable String toolCallId;
    private @Nullable String name;
    private @Nullable Boolean trainable;

    private Builder(String role) {
      this.role = Objects.requireNonNull(role, "role");
    }

    /** Sets who speaks. */
    public Builder role(String role) {
      this.role = Objects.requireNonNull(role, "role");
      return this;
    }

    /** Sets the content to one text. Default: empty. */
    public Builder text(String text) {
      this.parts = List.of(new ContentPart.Text(Objects.requireNonNull(text, "text")));
      this.hasParts = false;
      return this;
    }

    /** Sets the content to these parts. */
    public Builder parts(List<? extends ContentPart> parts) {
      this.parts = List.copyOf(parts);
      this.hasParts = true;
      return this;
    }

    /** Sets the content to these parts. */
    public Builder parts(ContentPart... parts) {
      return parts(List.of(parts));
    }

    /** Sets the calls of tools. Default: no list. */
    public Builder toolCalls(List<ToolCall> toolCalls) {
      this.toolCalls = List.copyOf(toolCalls);
      return this;
    }

    /** Sets the calls of tools. */
    public Builder toolCalls(ToolCall... toolCalls) {
      return toolCalls(List.of(toolCalls));
    }

    /** Sets the calls that could not be read. Default: none. */
    public Builder unparsedToolCalls(List<UnparsedToolCall> unparsedToolCalls) {
      this.unparsedToolCalls = List.copyOf(unparsedToolCalls);
      return this;
    }

    /** Sets the id of the call whose result this is. */
    public Builder toolCallId(String toolCallId) {
      this.toolCallId = Objects.requireNonNull(toolCallId, "toolCallId");
      return this;
    }

    /** Sets the name of the tool whose result this is, or of who speaks. */
    public Builder name(String name) {
      this.name = Objects.requireNonNull(name, "name");
      return this;
    }

    /** Sets whether the message is to be learned. Default: not said. */
    public Builder trainable(boolean trainable) {
      this.trainable = trainable;
      return this;
    }

    /** Returns the message. */
    public Message build() {
      return new Message(this);
    }
  }
}
