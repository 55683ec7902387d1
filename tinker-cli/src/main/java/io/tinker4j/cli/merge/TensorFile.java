package io.tinker4j.cli.merge;

import io.tinker4j.cli.output.CommandException;
import io.tinker4j.cli.output.FileProblem;
import io.tinker4j.transport.DecodeException;
import io.tinker4j.transport.operation.JsonCodec;
import java.io.EOFException;
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

/** A safetensors file that is read: the length of a JSON header, the header, the data. */
final class TensorFile implements AutoCloseable {
  private static final long LONGEST_HEADER = 100 << 20;

  private final Path path;
  private final FileChannel channel;
  private final long data;
  private final List<Tensor> tensors;

  private TensorFile(Path path, FileChannel channel, long data, List<Tensor> tensors) {
    this.path = path;
    this.channel = channel;
    this.data = data;
    this.tensors = tensors;
  }

  /** A tensor, with where in the data it begins and ends. */
  record Tensor(String name, String type, List<Long> shape, Range range) {
    @Override
    public String toString() {
      return name + " " + shape + " " + type;
    }
  }

  /** A part of the data. */
  record Range(long begin, long end) {
    long length() {
      return end - begin;
    }
  }

  /**
   * Opens a file.
   *
   * @throws CommandException when it is none, or cannot be read
   */
  static TensorFile open(Path path) {
    FileChannel channel;
    try {
      channel = FileChannel.open(path);
    } catch (IOException e) {
      throw new CommandException(FileProblem.of(path, e), e);
    }
    try {
      long length = channel.size() < Long.BYTES ? 0 : read(channel, 0, Long.BYTES).getLong();
      long data = Long.BYTES + length;
      if (length < 2 || length > LONGEST_HEADER || data > channel.size()) {
        throw broken(path, "it has no header");
      }
      byte[] header = read(channel, Long.BYTES, (int) length).array();
      return new TensorFile(path, channel, data, tensors(path, header, channel.size() - data));
    } catch (IOException e) {
      close(channel, path);
      throw new CommandException(FileProblem.of(path, e), e);
    } catch (RuntimeException e) {
      close(channel, path);
      throw e;
    }
  }

  private static void close(FileChannel channel, Path path) {
    try {
      channel.close();
    } catch (IOException e) {
      throw new CommandException(FileProblem.of(path, e), e);
    }
  }

  private static CommandException broken(Path path, String why) {
    return new CommandException("%s is not a safetensors file: %s".formatted(path, why));
  }

  private static List<Tensor> tensors(Path path, byte[] header, long available) {
    Map<String, @Nullable Object> json;
    try {
      json = JsonCodec.readMap(header);
    } catch (DecodeException e) {
      throw broken(path, "its header is not JSON");
    }
    List<Tensor> tensors = new ArrayList<>();
    json.forEach((name, fields) -> {
      if (!name.equals("__metadata__")) {
        tensors.add(tensor(path, name, fields));
      }
    });
    tensors.sort(Comparator.comparingLong(each -> each.range().begin()));
    long end = 0;
    for (Tensor each : tensors) {
      if (each.range().begin() != end || each.range().end() < end) {
        throw broken(path, each.name() + " is not where its neighbours say");
      }
      end = each.range().end();
    }
    if (end != available) {
      throw broken(path, "it has %d bytes of data, not %d".formatted(available, end));
    }
    return List.copyOf(tensors);
  }

  private static Tensor tensor(Path path, String name, @Nullable Object fields) {
    if (fields instanceof Map<?, ?> map
        && map.get("dtype") instanceof String type
        && map.get("shape") instanceof List<?> shape
        && map.get("data_offsets") instanceof List<?> offsets
        && offsets.size() == 2) {
      List<Long> range = longs(path, name, offsets);
      Tensor tensor =
          new Tensor(name, type, longs(path, name, shape), new Range(range.get(0), range.get(1)));
      long length = NumberType.of(type).map(NumberType::size).orElse(0);
      for (long each : tensor.shape()) {
        length = Math.multiplyExact(length, each);
      }
      if (NumberType.of(type).isPresent() && length != tensor.range().length()) {
        throw broken(path, name + " is not as long as its shape says");
      }
      return tensor;
    }
    throw broken(path, name + " has no dtype, shape or data_offsets");
  }

  private static List<Long> longs(Path path, String name, List<?> values) {
    List<Long> longs = new ArrayList<>();
    for (Object value : values) {
      if (!(value instanceof Number number) || number.longValue() < 0) {
        throw broken(path, name + " has a size that is none");
      }
      longs.add(number.longValue());
    }
    return List.copyOf(longs);
  }

  private static ByteBuffer read(FileChannel channel, long position, int length)
      throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, position + bytes.position()) < 0) {
        throw new EOFException("the file became shorter while it was read");
      }
    }
    return bytes.flip();
  }

  Path path() {
    return path;
  }

  /** Returns all tensors in the order of their data. */
  List<Tensor> tensors() {
    return tensors;
  }

  /** Reads a part of a tensor, from a byte of it on. */
  ByteBuffer read(Tensor tensor, long from, int length) throws IOException {
    return read(channel, data + tensor.range().begin() + from, length);
  }

  /** Reads all numbers of a tensor. */
  float[] floats(Tensor tensor) throws IOException {
    NumberType type = NumberType.of(tensor.type()).orElseThrow();
    int count = Math.toIntExact(tensor.range().length() / type.size());
    float[] floats = new float[count];
    int block = 1 << 18;
    for (int at = 0; at < count; at += block) {
      int length = Math.min(block, count - at);
      ByteBuffer bytes = read(tensor, (long) at * type.size(), length * type.size());
      for (int i = 0; i < length; i++) {
        floats[at + i] = type.get(bytes);
      }
    }
    return floats;
  }

  /** Copies the header. */
  void copyHeader(FileChannel to) throws IOException {
    copy(0, data, to);
  }

  /** Copies a tensor. */
  void copy(Tensor tensor, FileChannel to) throws IOException {
    copy(data + tensor.range().begin(), tensor.range().length(), to);
  }

  private void copy(long from, long length, FileChannel to) throws IOException {
    long done = 0;
    while (done < length) {
      long copied = channel.transferTo(from + done, length - done, to);
      if (copied == 0 && from + done >= channel.size()) {
        throw new EOFException(path + " became shorter while it was read");
      }
      done += copied;
    }
  }

  @Override
  public void close() {
    close(channel, path);
  }
}
