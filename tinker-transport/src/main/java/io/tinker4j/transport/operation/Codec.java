package io.tinker4j.transport.operation;

import com.github.luben.zstd.Zstd;
import io.tinker4j.transport.DecodeException;
import io.tinker4j.transport.Headers;
import io.tinker4j.transport.Redaction;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How an operation's input becomes bytes and how its answer becomes a value.
 *
 * @param <I> the input
 * @param <O> the value
 */
public interface Codec<I, O> {
  /**
   * Encodes an input.
   *
   * @throws IllegalArgumentException when it cannot be represented
   */
  Body encode(I input);

  /**
   * Decodes an answer that {@link #accepts} has accepted.
   *
   * @throws DecodeException when it is not what the protocol says
   */
  O decode(Answer answer);

  /** Returns the value without secrets in what it says to people. Default: it says nothing. */
  default O redacted(O value, Redaction redaction) {
    return value;
  }

  /** Returns whether the answer is a success that {@link #decode} understands. Default: 2xx. */
  default boolean accepts(Answer answer) {
    return answer.status() / 100 == 2;
  }

  /** Returns the media types that the decoder understands, for {@code Accept}. */
  default String accept() {
    return "application/json";
  }

  /** An encoded input. The bytes are not copied and must not change. */
  final class Body {
    /** Smaller ones are not worth a compressor's memory. */
    private static final int LARGE = 16 << 10;

    private final byte[] bytes;
    private final String contentType;
    private final @Nullable String contentEncoding;

    private Body(byte[] bytes, String contentType, @Nullable String contentEncoding) {
      this.bytes = bytes;
      this.contentType = contentType;
      this.contentEncoding = contentEncoding;
    }

    /** Returns a body of this content type. */
    public static Body of(byte[] bytes, String contentType) {
      return new Body(bytes, Objects.requireNonNull(contentType, "contentType"), null);
    }

    /** Returns a body that was compressed with this encoding. */
    public static Body of(byte[] bytes, String contentType, String contentEncoding) {
      return new Body(
          bytes, contentType, Objects.requireNonNull(contentEncoding, "contentEncoding"));
    }

    /** Returns the body as one zstd frame, or itself when it is small or compressed already. */
    public Body compressed() {
      return contentEncoding != null || bytes.length < LARGE
          ? this
          : of(Zstd.compress(bytes), contentType, "zstd");
    }

    /** Returns the bytes as they are sent; the array is not copied. */
    public byte[] bytes() {
      return bytes;
    }

    /** Returns the {@code Content-Type}. */
    public String contentType() {
      return contentType;
    }

    /** Returns the {@code Content-Encoding}, if the bytes are compressed. */
    public Optional<String> contentEncoding() {
      return Optional.ofNullable(contentEncoding);
    }
  }

  /** An answer that was read to its end. */
  final class Answer {
    private final int status;
    private final Headers headers;
    private final byte[] body;

    private Answer(int status, Headers headers, byte[] body) {
      this.status = status;
      this.headers = headers;
      this.body = body;
    }

    /** Returns an answer; the body is not copied and must not change. */
    public static Answer of(int status, Headers headers, byte[] body) {
      return new Answer(status, headers, body);
    }

    /** Returns the HTTP status. */
    public int status() {
      return status;
    }

    /** Returns the headers. */
    public Headers headers() {
      return headers;
    }

    /** Returns the body as text. */
    public String text() {
      return new String(body, StandardCharsets.UTF_8);
    }

    /** Returns the body's bytes, decompressed. The array is not copied and must not change. */
    public byte[] body() {
      return body;
    }
  }
}
