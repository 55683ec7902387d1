package io.tinker4j.testkit.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 in the forms that the server needs. */
public final class ContentHash {
  private ContentHash() {}

  public static byte[] of(byte[] content) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(content);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  public static byte[] of(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  /** What identifies a request: what it asks for and its content. */
  public static String fingerprint(String kind, byte[] content) {
    return kind + ":" + HexFormat.of().formatHex(of(content));
  }

  /** The owner of everything that is made with an API key. The key cannot be told from it. */
  static String owner(String apiKey) {
    return "user-" + HexFormat.of().formatHex(of(apiKey), 0, 6);
  }

  /** A seed that depends on nothing but the text. */
  public static long seed(String text) {
    return ByteBuffer.wrap(of(text)).getLong();
  }
}
