package io.tinker4j.text.chat;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One piece of a message's content. */
public sealed interface ContentPart {
  /** Returns the tag that tells the parts apart in JSON. */
  String type();

  /**
   * Text that the user sees.
   *
   * @param text may be empty
   */
  record Text(String text) implements ContentPart {
    @Override
    public String type() {
      return "text";
    }
  }

  /**
   * What the model has thought before its answer.
   *
   * @param thinking without the marks that a model puts around it
   */
  record Thinking(String thinking) implements ContentPart {
    @Override
    public String type() {
      return "thinking";
    }
  }

  /**
   * An image.
   *
   * @param location a {@code data:} URI, or whatever else the renderer's {@code ImageEncoder}
   *     understands
   */
  record Image(String location) implements ContentPart {
    @Override
    public String type() {
      return "image";
    }
  }

  /** A part of a type that this version does not know, kept as it came. */
  final class Unrecognized implements ContentPart {
    private final Map<String, @Nullable Object> fields;

    Unrecognized(Map<String, @Nullable Object> fields) {
      this.fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    @Override
    public String type() {
      return String.valueOf(fields.get("type"));
    }

    /** Returns everything that was in the JSON, the tag included, as plain JDK values. */
    public Map<String, @Nullable Object> fields() {
      return fields;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Unrecognized that && fields.equals(that.fields);
    }

    @Override
    public int hashCode() {
      return fields.hashCode();
    }

    @Override
    public String toString() {
      return "Unrecognized" + fields;
    }
  }
}
