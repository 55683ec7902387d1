package io.tinker4j.transport.client;

import com.github.luben.zstd.ZstdInputStream;
import io.tinker4j.transport.DecodeException;
import io.tinker4j.transport.Headers;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** Reads answers' bodies: counts what arrives, undoes gzip and zstd, and bounds the result. */
final class BodyEncodings {
  /** For {@code Accept-Encoding}. */
  static final String ACCEPTED = "gzip, zstd";

  private static final int CHUNK = 8 << 10;

  private BodyEncodings() {}

  /** A body as it arrives; knows how much has. */
  static final class Counted extends FilterInputStream {
    private long count;

    Counted(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int unit = in.read();
      count += unit < 0 ? 0 : 1;
      return unit;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int read = in.read(into, offset, length);
      count += Math.max(0, read);
      return read;
    }

    long count() {
      return count;
    }
  }

  /**
   * Reads a body to its end. Memory is taken for what has arrived, not for what is announced.
   *
   * @param limit how many bytes it may have when decoded
   * @throws DecodeException when it is larger, or in an encoding that is not known
   * @throws IOException when the encoding is broken
   */
  static byte[] readFully(InputStream body, Headers headers, int limit) throws IOException {
    if (announced(headers) > limit) {
      throw tooLarge(limit, " (it has " + announced(headers) + ")");
    }
    InputStream decoded = decoded(body, headers);
    if (decoded == null) {
      throw new DecodeException("the answer is in " + unknown(headers));
    }
    byte[] bytes = decoded.readNBytes(limit);
    if (bytes.length == limit && decoded.read() >= 0) {
      throw tooLarge(limit, "");
    }
    return bytes;
  }

  /**
   * Reads the beginning of an error's body. What cannot be decoded is left out: the status counts
   * more than the words.
   *
   * @param limit how many bytes are read, decoded
   * @throws IOException when the connection breaks
   */
  static byte[] readStart(InputStream body, Headers headers, int limit) throws IOException {
    ByteArrayOutputStream start = new ByteArrayOutputStream();
    try {
      InputStream decoded = decoded(body, headers);
      if (decoded == null) {
        return ("(the body is in " + unknown(headers) + ")").getBytes(StandardCharsets.UTF_8);
      }
      byte[] chunk = new byte[CHUNK];
      while (start.size() < limit) {
        int read = decoded.read(chunk, 0, Math.min(CHUNK, limit - start.size()));
        if (read < 0) {
          return start.toByteArray();
        }
        start.write(chunk, 0, read);
      }
      start.writeBytes("…".getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      if (AttemptFailure.of(e) != AttemptFailure.MALFORMED) {
        throw e;
      }
      start.writeBytes(
          "(the rest is not in the encoding that the answer says)"
              .getBytes(StandardCharsets.UTF_8));
    }
    return start.toByteArray();
  }

  private static DecodeException tooLarge(int limit, String detail) {
    return new DecodeException(
        "the answer is larger than the " + limit + " bytes that are read of its kind" + detail);
  }

  private static long announced(Headers headers) {
    try {
      return Long.parseLong(headers.first("content-length").orElse("0").strip());
    } catch (NumberFormatException e) {
      return 0; // what arrives is counted
    }
  }

  private static String unknown(Headers headers) {
    return "the encoding '" + encoding(headers) + "', which cannot be read";
  }

  private static String encoding(Headers headers) {
    return headers.first("content-encoding").orElse("identity").strip().toLowerCase(Locale.ROOT);
  }

  /** An empty body has no encoding, whatever the header says; null when it is not known. */
  private static @Nullable InputStream decoded(InputStream body, Headers headers)
      throws IOException {
    String name = encoding(headers);
    if (name.isEmpty() || name.equals("identity")) {
      return body;
    }
    PushbackInputStream ahead = new PushbackInputStream(body);
    int first = ahead.read();
    if (first < 0) {
      return InputStream.nullInputStream();
    }
    ahead.unread(first);
    return switch (name) {
      case "gzip", "x-gzip" -> new GZIPInputStream(ahead);
      case "zstd" -> new ZstdInputStream(ahead);
      default -> null;
    };
  }
}
