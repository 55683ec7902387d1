package io.tinker4j.types.internal;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.deser.std.StdDeserializer;

/**
 * Reads one of several types: by its tag, or, where a server leaves the tag out, as the first type
 * whose fields fit. A tag that is not known makes an unrecognized value of all that is there.
 */
public abstract class UnionReader<T> extends StdDeserializer<T> {
  private static final TypeReference<Map<String, Object>> FIELDS = new TypeReference<>() {};

  private final String tagName;
  private final List<Class<? extends T>> leaves;
  private final Map<String, Class<? extends T>> byTag;
  private final Function<Map<String, @Nullable Object>, T> unrecognized;

  /**
   * Creates a reader.
   *
   * @param leaves in the order in which they are tried where the tag is missing
   */
  protected UnionReader(
      Class<T> type,
      String tagName,
      List<Class<? extends T>> leaves,
      Map<String, Class<? extends T>> byTag,
      Function<Map<String, @Nullable Object>, T> unrecognized) {
    super(type);
    this.tagName = tagName;
    this.leaves = leaves;
    this.byTag = byTag;
    this.unrecognized = unrecognized;
  }

  @Override
  public T deserialize(JsonParser parser, DeserializationContext context) {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      context.handleUnexpectedToken(handledType(), parser);
    }
    JsonNode fields = context.readTree(parser);
    JsonNode tag = fields.get(tagName);
    return tag == null ? byShape(fields, context) : byTag(tag, fields, context);
  }

  private T byTag(JsonNode tag, JsonNode fields, DeserializationContext context) {
    Class<? extends T> leaf = tag.isString() ? byTag.get(tag.stringValue()) : null;
    return leaf == null ? unrecognized(fields, context) : context.readTreeAsValue(fields, leaf);
  }

  private T byShape(JsonNode fields, DeserializationContext context) {
    for (Class<? extends T> leaf : leaves) {
      Optional<T> value = tryLeaf(leaf, fields, context);
      if (value.isPresent()) {
        return value.get();
      }
    }
    return unrecognized(fields, context);
  }

  private Optional<T> tryLeaf(
      Class<? extends T> leaf, JsonNode fields, DeserializationContext context) {
    if (!knowsAll(fields, leaf, context)) {
      return Optional.empty();
    }
    try {
      return Optional.of(context.readTreeAsValue(fields, leaf));
    } catch (DatabindException e) {
      return Optional.empty(); // A field is missing or of another type: it is not this leaf.
    }
  }

  private boolean knowsAll(
      JsonNode fields, Class<? extends T> leaf, DeserializationContext context) {
    Collection<Object> known =
        context.findRootValueDeserializer(context.constructType(leaf)).getKnownPropertyNames();
    return known != null && known.containsAll(fields.propertyNames());
  }

  private T unrecognized(JsonNode fields, DeserializationContext context) {
    return unrecognized.apply(
        context.readTreeAsValue(fields, context.getTypeFactory().constructType(FIELDS)));
  }
}
