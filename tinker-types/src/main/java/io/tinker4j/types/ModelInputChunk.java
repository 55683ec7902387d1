package io.tinker4j.types;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.annotation.JsonDeserialize;

/**
 * One piece of a model's input.
 *
 * <p>One of the permitted types; {@link Unrecognized} stands for one that this version does not
 * know.
 */
@JsonDeserialize(using = ModelInputChunkReader.class)
public sealed interface ModelInputChunk
    permits EncodedTextChunk,
        ImageChunk,
        ImageAssetPointerChunk,
        DmelChunk,
        ModelInputChunk.Unrecognized {

  /** Returns the tag that tells the types apart on the wire. */
  String type();

  /** A type that this version does not know, kept as it came. */
  final class Unrecognized implements ModelInputChunk {
    private final Map<String, @Nullable Object> fields;

    Unrecognized(Map<String, @Nullable Object> fields) {
      this.fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    @Override
    public String type() {
      return String.valueOf(fields.get("type"));
    }

    /** Returns everything that was on the wire, the tag included, as plain JDK values. */
    @JsonAnyGetter
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
