package io.tinker4j.testkit.model;

import io.tinker4j.transport.operation.JsonCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;

/**
 * A safetensors file of F64 matrices: the length of a JSON header, the header, the data.
 *
 * <p>The header's metadata holds the SHA-256 of the contents, so that reading notices damage
 * anywhere in the file, not only where it breaks the format. Reading takes what writing makes and
 * nothing more liberal.
 */
final class TensorFile {
  private static final String METADATA = "__metadata__";
  private static final String HASH = "sha256";
  private static final int ALIGNMENT = 8;

  private final Map<String, String> metadata;
  private final List<NamedMatrix> tensors;

  TensorFile(Map<String, String> metadata, List<NamedMatrix> tensors) {
    this.metadata = new TreeMap<>(metadata);
    this.tensors = List.copyOf(tensors);
  }

  /** A metadata entry, empty if there is none. */
  String metadata(String key) {
    return metadata.getOrDefault(key, "");
  }

  /** The tensor of a name that is known to exist. */
  NamedMatrix tensor(String name) {
    for (NamedMatrix tensor : tensors) {
      if (tensor.name().equals(name)) {
        return tensor;
      }
    }
    throw new IllegalStateException("no tensor " + name);
  }

  boolean hasLayoutOf(TensorFile other) {
    return layout().equals(other.layout());
  }

  /** Names and shapes, for messages and comparison. */
  String layout() {
    StringJoiner layout = new StringJoiner(", ");
    layout.setEmptyValue("no tensors");
    for (NamedMatrix tensor : tensors) {
      layout.add(tensor.name() + " " + tensor.shape());
    }
    return layout.toString();
  }

  /** SHA-256 of metadata, names, shapes and bits, in lower-case hex. */
  String contentHash() {
    ContentDigest digest = new ContentDigest();
    digest.put(metadata.size());
    metadata.forEach((key, value) -> digest.put(key).put(value));
    for (NamedMatrix tensor : tensors) {
      digest.put(tensor.name()).put(tensor.rows()).put(tensor.columns()).put(tensor.values());
    }
    return digest.hex();
  }

  /** Writes the file and forces it to disk. */
  void write(Path path) throws IOException {
    byte[] header = JsonCodec.write(header());
    int padded = Math.ceilDiv(header.length, ALIGNMENT) * ALIGNMENT;
    int values = tensors.stream().mapToInt(tensor -> tensor.values().length).sum();
    ByteBuffer file =
        ByteBuffer.allocate(Long.BYTES + padded + values * Double.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(padded)
        .put(header)
        .put(" ".repeat(padded - header.length).getBytes(StandardCharsets.UTF_8));
    for (NamedMatrix tensor : tensors) {
      file.asDoubleBuffer().put(tensor.values());
      file.position(file.position() + tensor.values().length * Double.BYTES);
    }
    DurableFile.write(path, file.flip());
  }

  private Map<String, Object> header() {
    Map<String, Object> fields = new LinkedHashMap<>();
    Map<String, String> entries = new LinkedHashMap<>(metadata);
    entries.put(HASH, contentHash());
    fields.put(METADATA, entries);
    long offset = 0;
    for (NamedMatrix tensor : tensors) {
      long end = offset + (long) tensor.values().length * Double.BYTES;
      Map<String, Object> field = new LinkedHashMap<>();
      field.put("dtype", "F64");
      field.put("shape", List.of(tensor.rows(), tensor.columns()));
      field.put("data_offsets", List.of(offset, end));
      fields.put(tensor.name(), field);
      offset = end;
    }
    return fields;
  }

  /**
   * Reads a file written by {@link #write}.
   *
   * @throws IOException naming the file and what is wrong with it
   */
  static TensorFile read(Path path) throws IOException {
    byte[] bytes = Files.readAllBytes(path);
    ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.length < Long.BYTES) {
      throw new IOException(path + ": truncated, has " + bytes.length + " bytes and no header");
    }
    long headerLength = file.getLong();
    if (headerLength < 0 || headerLength > file.remaining()) {
      throw new IOException(
          path
              + ": truncated or corrupt, has "
              + bytes.length
              + " bytes where the header alone claims "
              + Long.toUnsignedString(headerLength));
    }
    byte[] header = new byte[(int) headerLength];
    file.get(header);
    try {
      return read(Json.parseObject(header), file);
    } catch (Json.FormatException e) {
      throw new IOException(path + ": corrupt: " + e.getMessage(), e);
    }
  }

  private static TensorFile read(Json header, ByteBuffer data) throws Json.FormatException {
    Map<String, String> metadata = new TreeMap<>();
    Json stored = header.get(METADATA);
    for (String key : stored.keys()) {
      metadata.put(key, stored.get(key).text());
    }
    String hash = stored.get(HASH).text();
    metadata.remove(HASH);
    long dataLength = data.remaining();
    long offset = 0;
    List<NamedMatrix> tensors = new ArrayList<>();
    for (String name : header.keys()) {
      if (!name.equals(METADATA)) {
        NamedMatrix tensor = readTensor(name, header.get(name), offset, data);
        offset += (long) tensor.values().length * Double.BYTES;
        tensors.add(tensor);
      }
    }
    if (offset != dataLength) {
      throw new Json.FormatException(
          "the header describes " + offset + " bytes of data, the file has " + dataLength);
    }
    TensorFile file = new TensorFile(metadata, tensors);
    if (!file.contentHash().equals(hash)) {
      throw new Json.FormatException("the contents do not match their SHA-256");
    }
    return file;
  }

  private static NamedMatrix readTensor(String name, Json entry, long offset, ByteBuffer data)
      throws Json.FormatException {
    List<Json> shape = entry.get("shape").items();
    List<Json> offsets = entry.get("data_offsets").items();
    if (!entry.keys().equals(List.of("dtype", "shape", "data_offsets"))
        || !entry.get("dtype").text().equals("F64")
        || shape.size() != 2
        || offsets.size() != 2) {
      throw new Json.FormatException(name + " is not described as a matrix of F64");
    }
    long rows = shape.get(0).number();
    long columns = shape.get(1).number();
    boolean plausible = rows > 0 && rows < 1 << 20 && columns > 0 && columns < 1 << 20;
    long length = plausible ? rows * columns * Double.BYTES : 0;
    if (!plausible
        || offsets.get(0).number() != offset
        || offsets.get(1).number() != offset + length) {
      throw new Json.FormatException(name + " has a shape that does not fit its offsets");
    }
    if (length > data.remaining()) {
      throw new Json.FormatException("truncated in the data of " + name);
    }
    double[] values = new double[(int) (length / Double.BYTES)];
    data.asDoubleBuffer().get(values);
    data.position(data.position() + (int) length);
    return new NamedMatrix(name, (int) rows, (int) columns, values);
  }
}
