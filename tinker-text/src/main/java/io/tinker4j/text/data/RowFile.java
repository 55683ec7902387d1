package io.tinker4j.text.data;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.locks.ReentrantLock;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a file, each to be read at any time. A compressed file is unpacked into a temporary
 * one. Holds 12 bytes a line. Safe for use by many threads; one that is interrupted reads on, and
 * leaves the file open for the others, which a {@code FileChannel} would not.
 */
final class RowFile implements AutoCloseable {
  private static final int BUFFER = 1 << 16;

  /** What a line has at most; an array holds no more. */
  private static final int LONGEST = 1 << 30;

  private final String name;
  private final RandomAccessFile file;
  private final @Nullable Path temporary;
  private final String digest;

  /** Guards: the position in the file. */
  private final ReentrantLock lock = new ReentrantLock();

  private long[] starts = new long[64];
  private int[] numbers = new int[64];
  private int rows;
  private long end;

  private RowFile(String name, RandomAccessFile file, @Nullable Path temporary) throws IOException {
    this.name = name;
    this.file = file;
    this.temporary = temporary;
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
      if (!Files.isRegularFile(file) || !file.getFileSystem().equals(FileSystems.getDefault())) {
        return unpacked(name, () -> in);
      }
    }
    return opened(name, file, null);
  }

  private static RowFile opened(String name, Path file, @Nullable Path temporary)
      throws IOException {
    RandomAccessFile open = new RandomAccessFile(file.toFile(), "r");
    try {
      return new RowFile(name, open, unlessDeleted(temporary));
    } catch (IOException | RuntimeException e) {
      open.close();
      throw e;
    }
  }

  /** A file can be deleted while it is open; on Windows not, there {@link #close} does it. */
  private static @Nullable Path unlessDeleted(@Nullable Path temporary) {
    if (temporary == null) {
      return null;
    }
    try {
      Files.delete(temporary);
      return null;
    } catch (IOException e) {
      return temporary;
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
    try {
      return opened(name, temporary, temporary);
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(temporary);
      throw e;
    }
  }

  /** Finds the lines that are not blank; returns the digest of all bytes. */
  private String index() throws IOException {
    MessageDigest sha256 = sha256();
    byte[] bytes = new byte[BUFFER];
    long at = 0;
    long lineStart = 0;
    int lineNumber = 1;
    boolean blank = true;
    for (int read = file.read(bytes); read >= 0; read = file.read(bytes)) {
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedIOException("interrupted while the lines of " + name + " were found");
      }
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
    }
    if (!blank) {
      add(lineStart, lineNumber);
    }
    end = at;
    starts = Arrays.copyOf(starts, rows);
    numbers = Arrays.copyOf(numbers, rows);
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
    byte[] bytes = bytes(start, (int) length);
    try {
      CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      String line = text.toString().strip();
      return line.startsWith("\uFEFF") ? line.substring(1) : line;
    } catch (CharacterCodingException e) {
      throw new BadRowException(name, line(row), "the line is not UTF-8");
    }
  }

  private byte[] bytes(long start, int length) throws IOException {
    byte[] bytes = new byte[length];
    lock.lock();
    try {
      file.seek(start);
      file.readFully(bytes);
    } catch (EOFException e) {
      throw new IOException(name + " has become shorter while it was read", e);
    } finally {
      lock.unlock();
    }
    return bytes;
  }

  @Override
  public void close() throws IOException {
    file.close();
    if (temporary != null) {
      Files.deleteIfExists(temporary);
    }
  }
}
