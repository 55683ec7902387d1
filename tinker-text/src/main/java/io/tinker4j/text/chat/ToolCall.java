package io.tinker4j.text.chat;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A model's call of a tool. Immutable. */
public final class ToolCall {
  private final @Nullable String id;
  private final String name;
  private final String arguments;

  private ToolCall(@Nullable String id, String name, String arguments) {
    this.id = id;
    this.name = Objects.requireNonNull(name, "name");
    this.arguments = Objects.requireNonNull(arguments, "arguments");
  }

  /**
   * Returns a call without an id.
   *
   * @param arguments JSON, not looked at here
   */
  public static ToolCall of(String name, String arguments) {
    return new ToolCall(null, name, arguments);
  }

  /** Returns this call with the id by which a result refers to it. */
  public ToolCall withId(String id) {
    return new ToolCall(Objects.requireNonNull(id, "id"), name, arguments);
  }

  /** Returns the id by which a result refers to the call. */
  public Optional<String> id() {
    return Optional.ofNullable(id);
  }

  /** Returns the tool's name. */
  public String name() {
    return name;
  }

  /** Returns the arguments as JSON text, as they came. */
  public String arguments() {
    return arguments;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ToolCall that
        && Objects.equals(id, that.id)
        && name.equals(that.name)
        && arguments.equals(that.arguments);
  }

  @Override
  public int hashCode() {
    return Objects.hash(id, name, arguments);
  }

  @Override
  public String toString() {
    return "ToolCall{" + name + "(" + arguments + ")" + (id == null ? "" : ", " + id) + "}";
  }
}
