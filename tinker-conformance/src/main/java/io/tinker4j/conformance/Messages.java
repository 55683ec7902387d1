package io.tinker4j.conformance;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Protobuf messages, by the table in {@code messages.json}. In data files a message is an object, a
 * repeated field is a list, a map is an object, an enum is a text, and bytes that hold numbers are
 * a list of them. Bytes whose numbers have the type that another field names are an object, such as
 * {@code {"int64": [1, 2]}}; other bytes are a text in Base64. What is given is written, be it the
 * default or not; what is absent when reading stays so.
 */
final class Messages {
  private static final int VARINT = 0;
  private static final int FIXED_64 = 1;
  private static final int DELIMITED = 2;
  private static final int FIXED_32 = 5;

  private final Map<String, List<Field>> messages = new LinkedHashMap<>();
  private final Map<String, List<Object>> enums = new LinkedHashMap<>();

  /** A field; {@code kind} is {@code one}, {@code repeated} or {@code map}. */
  private record Field(String name, int number, String kind, String type) {
    /** Reads {@code 3 bool}, {@code 1 repeated Chunk} or {@code 2 map Tensor}. */
    static Field of(String name, String definition) {
      String[] words = definition.split(" ", -1);
      String kind = words.length == 3 ? words[1] : "one";
      return new Field(name, Integer.parseInt(words[0]), kind, words[words.length - 1]);
    }

    /** The fields of a map's entry. */
    List<Field> ofEntry() {
      return List.of(new Field("key", 1, "one", "string"), new Field("value", 2, "one", type));
    }
  }

  Messages(Spec table) {
    table
        .specs("messages")
        .forEach((message, fields) ->
            messages.put(
                message,
                fields.properties().keySet().stream()
                    .map(name -> Field.of(name, fields.text(name)))
                    .toList()));
    Spec names = Spec.of("enums", table.value("enums"));
    names.properties().keySet().forEach(name -> enums.put(name, names.list(name)));
    table.end();
  }

  private List<Field> fields(String message) {
    return Objects.requireNonNull(messages.get(message), message);
  }

  byte[] write(String message, @Nullable Object value) {
    return write(fields(message), Spec.properties(message, value));
  }

  private byte[] write(List<Field> fields, Map<String, @Nullable Object> values) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    values.forEach((name, value) -> {
      Field field =
          fields.stream().filter(each -> each.name().equals(name)).findAny().orElseThrow();
      switch (field.kind()) {
        case "repeated" -> list(value).forEach(each -> write(field, each, out));
        case "map" ->
            Spec.properties(name, value)
                .forEach((key, each) ->
                    delimited(
                        field.number(),
                        write(
                            field.ofEntry(),
                            Spec.properties(
                                name, Map.of("key", key, "value", Objects.requireNonNull(each)))),
                        out));
        default -> write(field, value, out);
      }
    });
    return out.toByteArray();
  }

  private void write(Field field, @Nullable Object value, ByteArrayOutputStream out) {
    switch (field.type()) {
      case "bool" -> number(field.number(), Boolean.TRUE.equals(value) ? 1 : 0, out);
      case "int32", "int64", "uint32" -> number(field.number(), (Number) value, out);
      case "double" -> {
        varint((long) field.number() << 3 | FIXED_64, out);
        out.writeBytes(Packed.FLOAT64.write(List.of(Objects.requireNonNull(value))));
      }
      default -> {
        List<Object> names = enums.get(field.type());
        if (names == null) {
          delimited(field.number(), bytes(field.type(), value), out);
        } else {
          number(field.number(), names.indexOf(value), out);
        }
      }
    }
  }

  private byte[] bytes(String type, @Nullable Object value) {
    Packed packed = Packed.of(type);
    if (packed != null) {
      return packed.write(list(value));
    }
    return switch (type) {
      case "string" -> String.valueOf(value).getBytes(StandardCharsets.UTF_8);
      case "varints" -> {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        list(value).forEach(each -> varint(((Number) each).longValue(), out));
        yield out.toByteArray();
      }
      case "bytes" -> {
        if (value instanceof Map<?, ?> typed) {
          Map.Entry<?, ?> only = typed.entrySet().iterator().next();
          yield bytes(only.getKey() + "s", only.getValue());
        }
        yield Base64.getDecoder().decode(String.valueOf(value));
      }
      default -> write(type, value);
    };
  }

  private static List<?> list(@Nullable Object value) {
    return (List<?>) Objects.requireNonNull(value);
  }

  private static void number(int field, @Nullable Number value, ByteArrayOutputStream out) {
    varint((long) field << 3 | VARINT, out);
    varint(Objects.requireNonNull(value).longValue(), out);
  }

  private static void delimited(int field, byte[] content, ByteArrayOutputStream out) {
    varint((long) field << 3 | DELIMITED, out);
    varint(content.length, out);
    out.writeBytes(content);
  }

  private static void varint(long value, ByteArrayOutputStream out) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      out.write((int) (0x80 | (rest & 0x7F)));
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  /**
   * Reads a message; fields that are not in the table are skipped.
   *
   * @throws IllegalArgumentException when the bytes are not such a message
   */
  Map<String, @Nullable Object> read(String message, byte[] bytes) {
    try {
      return read(fields(message), bytes);
    } catch (BufferUnderflowException
        | IndexOutOfBoundsException
        | ArithmeticException
        | ClassCastException
        | IllegalArgumentException
        | CharacterCodingException e) {
      throw new IllegalArgumentException("not a " + message + ": " + e, e);
    }
  }

  private Map<String, @Nullable Object> read(List<Field> fields, byte[] bytes)
      throws CharacterCodingException {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    while (in.hasRemaining()) {
      long tag = varint(in);
      Object raw = raw((int) (tag & 7), in);
      for (Field field : fields) {
        if (field.number() == tag >>> 3) {
          add(field, raw, values);
        }
      }
    }
    return values;
  }

  private void add(Field field, Object raw, Map<String, @Nullable Object> values)
      throws CharacterCodingException {
    switch (field.kind()) {
      case "repeated" -> {
        List<Object> list = new ArrayList<>();
        if (values.get(field.name()) instanceof List<?> before) {
          list.addAll(before);
        }
        list.add(value(field.type(), raw));
        values.put(field.name(), list);
      }
      case "map" -> {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        if (values.get(field.name()) != null) {
          map.putAll(Spec.properties(field.name(), values.get(field.name())));
        }
        Map<String, @Nullable Object> entry = read(field.ofEntry(), (byte[]) raw);
        map.put(String.valueOf(entry.get("key")), entry.get("value"));
        values.put(field.name(), map);
      }
      default -> values.put(field.name(), value(field.type(), raw));
    }
  }

  private Object value(String type, Object raw) throws CharacterCodingException {
    Packed packed = Packed.of(type);
    List<Object> names = enums.get(type);
    if (packed != null) {
      return packed.read((byte[]) raw);
    }
    if (names != null) {
      return names.get(Math.toIntExact((Long) raw));
    }
    return switch (type) {
      case "bool" -> (Long) raw != 0;
      case "int32", "int64", "uint32" -> raw;
      case "double" -> Double.longBitsToDouble((Long) raw);
      case "string" ->
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap((byte[]) raw)).toString();
      case "bytes" -> Base64.getEncoder().encodeToString((byte[]) raw);
      case "varints" -> {
        ByteBuffer in = ByteBuffer.wrap((byte[]) raw);
        List<Object> numbers = new ArrayList<>();
        while (in.hasRemaining()) {
          numbers.add(varint(in));
        }
        yield numbers;
      }
      default -> read(fields(type), (byte[]) raw);
    };
  }

  /** What a field holds: a Long, of doubles the bits, or bytes. */
  private static Object raw(int wire, ByteBuffer in) {
    return switch (wire) {
      case VARINT -> varint(in);
      case FIXED_64 -> in.getLong();
      case FIXED_32 -> (long) in.getInt();
      case DELIMITED -> {
        long length = varint(in);
        if (length < 0 || length > in.remaining()) {
          throw new BufferUnderflowException();
        }
        byte[] content = new byte[(int) length];
        in.get(content);
        yield content;
      }
      default -> throw new IllegalArgumentException("the wire type " + wire);
    };
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      byte next = in.get();
      value |= (next & 0x7FL) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("a number of more than ten bytes");
  }
}
