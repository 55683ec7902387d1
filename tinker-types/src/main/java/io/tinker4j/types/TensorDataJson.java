package io.tinker4j.types;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.ser.std.StdSerializer;

/** The JSON form of {@link TensorData}. */
final class TensorDataJson {
  private TensorDataJson() {}

  static final class Writer extends StdSerializer<TensorData> {
    Writer() {
      super(TensorData.class);
    }

    @Override
    public void serialize(TensorData tensor, JsonGenerator out, SerializationContext context) {
      out.writeStartObject();
      if (tensor.floats != null) {
        JsonArrays.writeFloats(out, "data", tensor.floats);
      } else if (tensor.longs != null) {
        JsonArrays.writeLongs(out, "data", tensor.longs);
      }
      out.writeStringProperty("dtype", tensor.dtype().value());
      if (tensor.shape.length > 0) {
        JsonArrays.writeLongs(out, "shape", tensor.shape);
      }
      if (tensor.rowPointers != null) {
        JsonArrays.writeLongs(out, "sparse_crow_indices", tensor.rowPointers);
      }
      if (tensor.columns != null) {
        JsonArrays.writeLongs(out, "sparse_col_indices", tensor.columns);
      }
      out.writeEndObject();
    }
  }

  static final class Reader extends StdDeserializer<TensorData> {
    Reader() {
      super(TensorData.class);
    }

    @Override
    public TensorData deserialize(JsonParser parser, DeserializationContext context) {
      Fields fields = new Fields();
      for (String name = JsonObjects.firstName(parser, context, TensorData.class);
          name != null;
          name = parser.nextName()) {
        fields.read(name, parser.nextToken(), parser, context);
      }
      return fields.toTensor(context, this);
    }
  }

  /** The properties as they come: the element type follows the data. */
  private static final class Fields {
    private @Nullable Numbers data;
    private @Nullable TensorDtype dtype;
    private long @Nullable [] shape;
    private long @Nullable [] rows;
    private long @Nullable [] columns;

    void read(String name, JsonToken value, JsonParser parser, DeserializationContext context) {
      if (value == JsonToken.VALUE_NULL) {
        return;
      }
      switch (name) {
        case "data" -> data = Numbers.read(parser, context);
        case "dtype" -> dtype = context.readValue(parser, TensorDtype.class);
        case "shape" -> shape = JsonArrays.readLongs(parser, context);
        case "sparse_crow_indices" -> rows = JsonArrays.readLongs(parser, context);
        case "sparse_col_indices" -> columns = JsonArrays.readLongs(parser, context);
        default -> parser.skipChildren();
      }
    }

    TensorData toTensor(DeserializationContext context, StdDeserializer<?> reader) {
      TensorDtype type = JsonObjects.required(dtype, "dtype", context, reader);
      Numbers numbers = JsonObjects.required(data, "data", context, reader);
      long[] dimensions = shape == null ? new long[0] : shape;
      try {
        return switch (type) {
          case FLOAT32 -> new TensorData(numbers.toFloats(), null, dimensions, rows, columns);
          case INT64 -> new TensorData(null, numbers.requireLongs(), dimensions, rows, columns);
        };
      } catch (IllegalArgumentException e) {
        return context.reportInputMismatch(reader, "%s", e.getMessage());
      }
    }
  }

  /** Integers as long as all are; floats from the first number that is not. */
  private static final class Numbers {
    private static final int ALL_INTEGERS = -1;

    private final float @Nullable [] floats;
    private final long[] longs;
    private final int firstFloat;

    private Numbers(float @Nullable [] floats, long[] longs, int firstFloat) {
      this.floats = floats;
      this.longs = longs;
      this.firstFloat = firstFloat;
    }

    static Numbers read(JsonParser parser, DeserializationContext context) {
      if (parser.currentToken() != JsonToken.START_ARRAY) {
        context.handleUnexpectedToken(TensorData.class, parser);
      }
      JsonScratch scratch = JsonScratch.of(context);
      int firstFloat = ALL_INTEGERS;
      int size = 0;
      for (JsonToken token = parser.nextToken();
          token != JsonToken.END_ARRAY;
          token = parser.nextToken()) {
        if (firstFloat == ALL_INTEGERS && token != JsonToken.VALUE_NUMBER_INT) {
          firstFloat = size;
          for (int i = 0; i < size; i++) {
            scratch.put(i, (float) scratch.longs[i]);
          }
        }
        if (firstFloat == ALL_INTEGERS) {
          scratch.put(size++, parser.getLongValue());
        } else {
          scratch.put(size++, JsonArrays.readFloat(token, parser, context));
        }
      }
      return firstFloat == ALL_INTEGERS
          ? new Numbers(null, Arrays.copyOf(scratch.longs, size), firstFloat)
          : new Numbers(Arrays.copyOf(scratch.floats, size), new long[0], firstFloat);
    }

    float[] toFloats() {
      if (floats != null) {
        return floats;
      }
      float[] converted = new float[longs.length];
      for (int i = 0; i < longs.length; i++) {
        converted[i] = longs[i];
      }
      return converted;
    }

    long[] requireLongs() {
      if (firstFloat != ALL_INTEGERS) {
        throw new IllegalArgumentException(
            "data[%d] is no 64-bit integer, but the dtype is int64".formatted(firstFloat));
      }
      return longs;
    }
  }
}
