package io.tinker4j.training.download;

import io.tinker4j.training.download.DownloadException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the entries of a tar archive, one after the other: ustar, pax and GNU's long names. What is
 * no such archive, or ends too early, is a {@link DownloadException}. Not thread-safe.
 */
final class TarReader {
  private static final int BLOCK = 512;
  private static final int CHECKSUM = 148;
  private static final int MAX_HEADERS = 200_000;
  private static final int MAX_METADATA = 1 << 20;

  private final InputStream in;
  private final Map<String, String> global = new HashMap<>();
  private Map<String, String> local = new HashMap<>();
  private @Nullable String longName;
  private long left;
  private int padding;
  private int headers;

  TarReader(InputStream in) {
    this.in = in;
  }

  /** What an entry is. */
  enum Kind {
    FILE,
    DIRECTORY,
    LINK,
    DEVICE,
    /** Sparse files and what is not known. */
    OTHER
  }

  /**
   * An entry.
   *
   * @param size the bytes of a file, 0 for anything else
   */
  record Entry(String name, Kind kind, long size) {}

  /** Skips what is left of the entry and returns the next one, null at the end of the archive. */
  @Nullable Entry next() {
    while (true) {
      skip(left);
      skip(padding);
      byte[] header = new byte[BLOCK];
      readFully(header);
      if (isZero(header)) {
        return null;
      }
      if (++headers > MAX_HEADERS) {
        throw new DownloadException(Reason.TOO_LARGE, "the archive has too many entries");
      }
      checkChecksum(header);
      Entry entry = entry(header);
      if (entry != null) {
        local = new HashMap<>();
        longName = null;
        return entry;
      }
    }
  }

  /** Reads some of the entry's content; returns -1 at its end. */
  int read(byte[] into) {
    if (left == 0) {
      return -1;
    }
    int count = read(into, 0, (int) Math.min(into.length, left));
    left -= count;
    return count;
  }

  /** Returns null for a header that describes the next one, which is kept. */
  private @Nullable Entry entry(byte[] header) {
    long size = number(header, 124, 12);
    char type = (char) header[156];
    switch (type) {
      case 'x' -> local.putAll(pax(metadata(size)));
      case 'g' -> global.putAll(pax(metadata(size)));
      case 'L' -> longName = text(metadata(size), 0, Integer.MAX_VALUE);
      case 'K' -> metadata(size);
      default -> {
        return entry(header, type, size);
      }
    }
    return null;
  }

  private Entry entry(byte[] header, char type, long headerSize) {
    String name = property("path");
    if (name == null) {
      name = longName == null ? name(header) : longName;
    }
    String paxSize = property("size");
    long size = paxSize == null ? headerSize : decimal(paxSize);
    Kind kind = kind(type, name);
    boolean hasContent = kind == Kind.FILE || kind == Kind.OTHER;
    take(hasContent ? size : 0);
    return new Entry(name, kind, left);
  }

  private Kind kind(char type, String name) {
    if (local.keySet().stream().anyMatch(key -> key.startsWith("GNU.sparse."))) {
      return Kind.OTHER;
    }
    return switch (type) {
      case '0', '\0', '7' -> name.endsWith("/") ? Kind.DIRECTORY : Kind.FILE;
      case '5' -> Kind.DIRECTORY;
      case '1', '2' -> Kind.LINK;
      case '3', '4', '6' -> Kind.DEVICE;
      default -> Kind.OTHER;
    };
  }

  private @Nullable String property(String key) {
    return local.getOrDefault(key, global.get(key));
  }

  /** Old archives have no prefix there, and GNU's have other things. */
  private static String name(byte[] header) {
    String name = text(header, 0, 100);
    boolean posix = text(header, 257, 6).equals("ustar") && header[262] == 0;
    String prefix = posix ? text(header, 345, 155) : "";
    return prefix.isEmpty() ? name : prefix + "/" + name;
  }

  private void take(long size) {
    left = size;
    padding = (int) ((BLOCK - size % BLOCK) % BLOCK);
  }

  private byte[] metadata(long size) {
    if (size > MAX_METADATA) {
      throw malformed("a header of " + size + " bytes");
    }
    take(size);
    byte[] content = new byte[(int) size];
    readFully(content);
    left = 0;
    return content;
  }

  /** Reads records of the form {@code LENGTH KEY=VALUE\n}. */
  private static Map<String, String> pax(byte[] content) {
    Map<String, String> properties = new HashMap<>();
    int start = 0;
    while (start < content.length) {
      int space = indexOf(content, ' ', start);
      int end = start + (int) Math.min(MAX_METADATA, decimal(text(content, start, space - start)));
      int equals = indexOf(content, '=', space);
      if (end > content.length || equals >= end || content[end - 1] != '\n') {
        throw malformed("a pax header with a wrong length");
      }
      properties.put(
          text(content, space + 1, equals - space - 1),
          text(content, equals + 1, end - equals - 2));
      start = end;
    }
    return properties;
  }

  private static int indexOf(byte[] content, char wanted, int start) {
    for (int i = start; i < content.length; i++) {
      if (content[i] == wanted) {
        return i;
      }
    }
    throw malformed("a pax header without '" + wanted + "'");
  }

  private static long decimal(String text) {
    if (!text.matches("[0-9]{1,18}")) {
      throw malformed("'" + text + "' for a number");
    }
    return Long.parseLong(text);
  }

  /** A number is octal digits, or binary when its highest bit is set. */
  private static long number(byte[] header, int offset, int length) {
    if ((header[offset] & 0x80) == 0) {
      String digits = text(header, offset, length).strip();
      if (!digits.matches("[0-7]{0,12}")) {
        throw malformed("'" + digits + "' for an octal number");
      }
      return digits.isEmpty() ? 0 : Long.parseLong(digits, 8);
    }
    long value = header[offset] & 0x7f;
    for (int i = offset + 1; i < offset + length; i++) {
      if (value >>> 47 != 0) {
        throw malformed("a number beyond all sizes");
      }
      value = (value << 8) | (header[i] & 0xff);
    }
    return value;
  }

  /** Text that ends at a zero byte or after that many bytes. */
  private static String text(byte[] bytes, int offset, int length) {
    int end = (int) Math.min(bytes.length, (long) offset + length);
    int stop = offset;
    while (stop < end && bytes[stop] != 0) {
      stop++;
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes, offset, stop - offset))
          .toString();
    } catch (CharacterCodingException e) {
      throw malformed("a name that is not UTF-8");
    }
  }

  /** Some old programs summed up signed bytes. */
  private static void checkChecksum(byte[] header) {
    long unsigned = 0;
    long signed = 0;
    for (int i = 0; i < BLOCK; i++) {
      byte each = i >= CHECKSUM && i < CHECKSUM + 8 ? (byte) ' ' : header[i];
      unsigned += each & 0xff;
      signed += each;
    }
    long told = number(header, CHECKSUM, 8);
    if (told != unsigned && told != signed) {
      throw malformed("a header with a wrong checksum");
    }
  }

  private static boolean isZero(byte[] block) {
    return Arrays.equals(block, new byte[BLOCK]);
  }

  private void skip(long count) {
    byte[] block = new byte[(int) Math.min(count, 1 << 16)];
    for (long rest = count; rest > 0; ) {
      rest -= read(block, 0, (int) Math.min(block.length, rest));
    }
  }

  private void readFully(byte[] into) {
    for (int done = 0; done < into.length; ) {
      done += read(into, done, into.length - done);
    }
  }

  /** Reads at least one byte. */
  private int read(byte[] into, int offset, int length) {
    try {
      int count = in.read(into, offset, length);
      if (count < 0) {
        throw malformed("an end too early");
      }
      return count;
    } catch (IOException e) {
      throw new DownloadException(
          Reason.MALFORMED, "the archive cannot be unpacked: " + e.getMessage(), e);
    }
  }

  private static DownloadException malformed(String what) {
    return new DownloadException(Reason.MALFORMED, "the archive is no tar archive: it has " + what);
  }
}
