package io.tinker4j.transport;

import com.github.luben.zstd.ZstdInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.Locale;
import java.util.zip.GZIPInputStream;

/** Reads answers' bodies: counts what arrives, undoes gzip and zstd, and bounds the result. */
final class BodyEncodings {
  /** For {@code Accept-Encoding}. */
  static final String ACCEPTED = "gzip, zstd";

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
   * Reads a body to its end.
   *
   * @param limit how many bytes it may have when decoded
   * @throws IOException when it is larger, or its encoding is broken or unknown
   */
  static byte[] readFully(InputStream body, Headers headers, int limit) throws IOException {
    InputStream decoded = decoded(body, headers.first("content-encoding").orElse("identity"));
    byte[] bytes = decoded.readNBytes(limit);
    if (bytes.length == limit && decoded.read() >= 0) {
      throw new IOException("the answer is larger than " + limit + " bytes");
    }
    return bytes;
  }

  /** An empty body has no encoding, whatever the header says. */
  private static InputStream decoded(InputStream body, String encoding) throws IOException {
    String name = encoding.strip().toLowerCase(Locale.ROOT);
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
      default -> throw new IOException("the answer has the unknown encoding '" + name + "'");
    };
  }
}
