package io.tinker4j.testkit.checkpoint;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Writes POSIX tar archives of a few plain files. The same files give the same bytes. */
public final class TarArchive {
  private static final int BLOCK = 512;
  private static final int NAME_LENGTH = 100;
  private static final int CHECKSUM = 148;

  private TarArchive() {}

  /** Returns the archive of files by name; {@code time} is when they changed, in Unix seconds. */
  public static byte[] of(Map<String, byte[]> files, long time) {
    ByteArrayOutputStream archive = new ByteArrayOutputStream();
    files.forEach((name, content) -> {
      archive.writeBytes(header(name, content.length, time));
      archive.writeBytes(content);
      archive.writeBytes(new byte[(BLOCK - content.length % BLOCK) % BLOCK]);
    });
    archive.writeBytes(new byte[2 * BLOCK]);
    return archive.toByteArray();
  }

  private static byte[] header(String name, long size, long time) {
    byte[] header = new byte[BLOCK];
    if (name.length() > NAME_LENGTH) {
      throw new IllegalArgumentException(name + " is too long a name for a tar archive");
    }
    put(header, 0, name);
    put(header, 100, "0000644\0" + "0000000\0" + "0000000\0");
    put(header, 124, octal(size, 11) + "\0" + octal(time, 11) + "\0");
    put(header, CHECKSUM, " ".repeat(8) + "0");
    put(header, 257, "ustar\0" + "00");
    int sum = 0;
    for (byte each : header) {
      sum += each & 0xFF;
    }
    put(header, CHECKSUM, octal(sum, 6) + "\0 ");
    return header;
  }

  private static String octal(long value, int digits) {
    String octal = Long.toOctalString(value);
    return "0".repeat(digits - octal.length()) + octal;
  }

  private static void put(byte[] header, int offset, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(bytes, 0, header, offset, bytes.length);
  }
}
