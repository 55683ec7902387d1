package io.tinker4j.recovery.validation;

import io.tinker4j.transport.DecodeException;
import io.tinker4j.transport.operation.JsonCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a safetensors file: the length of a JSON header, the header, the data. */
final class Safetensors implements AutoCloseable {
  private static final Map<String, Integer> SIZES = Map.of("F64", 8, "F32", 4, "F16", 2, "BF16", 2);
  private static final long LONGEST_HEADER = 100 << 20;
  private static final int CHUNK = 1 << 20;

  private final FileChannel channel;
  private final long data;
  private final List<Tensor> tensors;

  private Safetensors(FileChannel channel, long data, List<Tensor> tensors) {
    this.channel = channel;
    this.data = data;
    this.tensors = tensors;
  }

  /** What the header says of a tensor; its data is from begin to end, behind the header. */
  record Tensor(String name, String type, List<Long> shape, Range range) {}

  /** A part of the data. */
  record Range(long begin, long end) {}

  /** The file is not what it should be. */
  static final class FormatException extends Exception {
    private static final long serialVersionUID = 1;

    private final String what;
    private final boolean isTruncated;

    FormatException(String what, boolean isTruncated) {
      super(what);
      this.what = what;
      this.isTruncated = isTruncated;
    }

    String what() {
      return what;
    }

    boolean isTruncated() {
      return isTruncated;
    }
  }

  static Safetensors open(Path file) throws IOException, FormatException {
    FileChannel channel = FileChannel.open(file);
    try {
      if (channel.size() < Long.BYTES) {
        throw new FormatException("there is no header", true);
      }
      long length = read(channel, 0, Long.BYTES).getLong();
      if (length < 2 || length > LONGEST_HEADER) {
        throw new FormatException("the header has a length of " + length, false);
      }
      long data = Long.BYTES + length;
      if (channel.size() < data) {
        throw new FormatException("the file ends within its header", true);
      }
      List<Tensor> tensors = tensors(read(channel, Long.BYTES, (int) length).array());
      check(tensors, channel.size() - data);
      return new Safetensors(channel, data, tensors);
    } catch (IOException | FormatException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static ByteBuffer read(FileChannel channel, long position, int length)
      throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, position + bytes.position()) < 0) {
        throw new IOException("the file became shorter while it was read");
      }
    }
    return bytes.flip();
  }

  private static List<Tensor> tensors(byte[] header) throws FormatException {
    Map<String, @Nullable Object> json;
    try {
      json = JsonCodec.readMap(header);
    } catch (DecodeException e) {
      throw new FormatException("the header is not JSON", false);
    }
    List<Tensor> tensors = new ArrayList<>();
    for (Map.Entry<String, @Nullable Object> each : json.entrySet()) {
      if (!each.getKey().equals("__metadata__")) {
        tensors.add(tensor(each.getKey(), each.getValue()));
      }
    }
    tensors.sort(Comparator.comparingLong(tensor -> tensor.range().begin()));
    return List.copyOf(tensors);
  }

  private static Tensor tensor(String name, @Nullable Object fields) throws FormatException {
    if (fields instanceof Map<?, ?> map
        && map.get("dtype") instanceof String type
        && map.get("shape") instanceof List<?> shape
        && map.get("data_offsets") instanceof List<?> offsets
        && offsets.size() == 2) {
      List<Long> sizes = longs(name, shape);
      List<Long> range = longs(name, offsets);
      return new Tensor(name, type, sizes, new Range(range.get(0), range.get(1)));
    }
    throw new FormatException(name + " has no dtype, shape or data_offsets", false);
  }

  private static List<Long> longs(String name, List<?> values) throws FormatException {
    List<Long> longs = new ArrayList<>();
    for (Object value : values) {
      if (!(value instanceof Number number) || number.longValue() < 0) {
        throw new FormatException(name + " has a size that is none", false);
      }
      longs.add(number.longValue());
    }
    return List.copyOf(longs);
  }

  /** The tensors must cover the data, one behind the other. */
  private static void check(List<Tensor> tensors, long available) throws FormatException {
    long end = 0;
    for (Tensor tensor : tensors) {
      Integer size = SIZES.get(tensor.type());
      if (size == null) {
        throw new FormatException(tensor.name() + " is of type " + tensor.type(), false);
      }
      long length = size;
      for (long each : tensor.shape()) {
        length *= each;
      }
      if (tensor.range().begin() != end || tensor.range().end() != end + length) {
        throw new FormatException(
            tensor.name() + " is not where its shape and its neighbours say", false);
      }
      end += length;
    }
    if (end != available) {
      throw new FormatException(
          "there are %d bytes of data, not %d".formatted(available, end), available < end);
    }
  }

  /** Returns all tensors in the order of their data. */
  List<Tensor> tensors() {
    return tensors;
  }

  /** Returns whether all numbers of a tensor are finite. */
  boolean isFinite(Tensor tensor) throws IOException {
    for (long at = tensor.range().begin(); at < tensor.range().end(); at += CHUNK) {
      int length = (int) Math.min(CHUNK, tensor.range().end() - at);
      ByteBuffer numbers = read(channel, data + at, length);
      while (numbers.hasRemaining()) {
        if (!isFinite(tensor.type(), numbers)) {
          return false;
        }
      }
    }
    return true;
  }

  /** A number is not finite when all bits of its exponent are set. */
  private static boolean isFinite(String type, ByteBuffer numbers) {
    return switch (type) {
      case "F64" -> Double.isFinite(numbers.getDouble());
      case "F32" -> Float.isFinite(numbers.getFloat());
      case "F16" -> (numbers.getShort() & 0x7C00) != 0x7C00;
      default -> (numbers.getShort() & 0x7F80) != 0x7F80;
    };
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
