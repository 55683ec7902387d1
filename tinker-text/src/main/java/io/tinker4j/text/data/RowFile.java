package io.tinker4j.text.data;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.GZIPInputStream;

/**
 * The lines of a file, each to be read at any time. A compressed file is unpacked into a temporary
 * one. Holds 12 bytes a line. Safe for use by many threads.
 */
final class RowFile implements AutoCloseable {
  private static final int BUFFER = 1 << 16;

  /** What a line has at most; an array holds no more. */
  private static final int LONGEST = 1 << 30;

  private final String name;
  private final FileChannel channel;
  private final String digest;
  private long[] starts = new long[64];
  private int[] numbers = new int[64];
  private int rows;
  private long end;

  private RowFile(String name, FileChannel channel) throws IOException {
    this.name = name;
    this.channel = channel;
    this.digest = index();
  }

  /**
   * Opens a file; gzip and zstd are known by their first bytes. What can be read only once, such as
   * a pipe, is copied to a temporary file.
   */
  static RowFile open(Path file) throws IOException {
    String name = file.toString();
    if (Files.isDirectory(file)) {
      throw new IOException(name + " is a directory; add each of its files");
    }
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER)) {
      in.mark(4);
      byte[] magic = in.readNBytes(4);
      in.reset();
      if (isGzip(magic)) {
        return unpacked(name, () -> new GZIPInputStream(in, BUFFER));
      }
      if (isZstd(magic)) {
        return unpacked(name, () -> new ZstdInputStream(in));
      }
      if (!Files.isRegularFile(file)) {
        return unpacked(name, () -> in);
      }
    }
    return opened(name, FileChannel.open(file, StandardOpenOption.READ));
  }

  private static RowFile opened(String name, FileChannel channel) throws IOException {
    try {
      return new RowFile(name, channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static boolean isGzip(byte[] magic) {
    return magic.length >= 2 && magic[0] == (byte) 0x1f && magic[1] == (byte) 0x8b;
  }

  private static boolean isZstd(byte[] magic) {
    return Arrays.equals(magic, new byte[] {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd});
  }

  /** Opens what is read out of a file. */
  @FunctionalInterface
  private interface Unpacking {
    InputStream open() throws IOException;
  }

  private static RowFile unpacked(String name, Unpacking unpacking) throws IOException {
    Path temporary = Files.createTempFile("tinker-rows-", ".jsonl");
    try (InputStream in = unpacking.open();
        OutputStream out = Files.newOutputStream(temporary)) {
      in.transferTo(out);
    } catch (IOException e) {
      Files.deleteIfExists(temporary);
      throw new IOException(name + " cannot be unpacked: " + e.getMessage(), e);
    }
    return opened(
        name,
        FileChannel.open(temporary, StandardOpenOption.READ, StandardOpenOption.DELETE_ON_CLOSE));
  }

  /** Finds the lines that are not blank; returns the digest of all bytes. */
  private String index() throws IOException {
    MessageDigest sha256 = sha256();
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    long at = 0;
    long lineStart = 0;
    int lineNumber = 1;
    boolean blank = true;
    for (int read = channel.read(buffer, 0); read >= 0; read = channel.read(buffer, at)) {
      byte[] bytes = buffer.array();
      sha256.update(bytes, 0, read);
      for (int i = 0; i < read; i++) {
        byte b = bytes[i];
        if (b == '\n') {
          if (!blank) {
            add(lineStart, lineNumber);
          }
          lineStart = at + i + 1;
          lineNumber++;
          blank = true;
        } else if (b != ' ' && b != '\r' && b != '\t') {
          blank = false;
        }
      }
      at += read;
      buffer.clear();
    }
    if (!blank) {
      add(lineStart, lineNumber);
    }
    end = at;
    return HexFormat.of().formatHex(sha256.digest());
  }

  private void add(long start, int number) {
    if (rows == starts.length) {
      starts = Arrays.copyOf(starts, rows * 2);
      numbers = Arrays.copyOf(numbers, rows * 2);
    }
    starts[rows] = start;
    numbers[rows] = number;
    rows++;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  String name() {
    return name;
  }

  /** Returns the SHA-256 of the unpacked bytes, in hexadecimal. */
  String digest() {
    return digest;
  }

  /** Returns how many lines are not blank. */
  int rows() {
    return rows;
  }

  /** Returns the number of a row's line, from 1. */
  int line(int row) {
    return numbers[row];
  }

  /**
   * Returns a row's line, with what follows it up to the next row.
   *
   * @throws BadRowException when it is no UTF-8
   */
  String read(int row) throws IOException {
    long start = starts[row];
    long length = (row + 1 < rows ? starts[row + 1] : end) - start;
    if (length > LONGEST) {
      throw new BadRowException(name, line(row), "the line has %d bytes".formatted(length));
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) length);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, start + bytes.position()) < 0) {
        throw new IOException(name + " has become shorter while it was read");
      }
    }
    try {
      CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(bytes.flip());
      String line = text.toString().strip();
      return line.startsWith("\uFEFF") ? line.substring(1) : line;
    } catch (CharacterCodingException e) {
      throw new BadRowException(name, line(row), "the line is not UTF-8: " + e.getMessage());
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
