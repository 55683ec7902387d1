package io.tinker4j.testkit.model;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 over a sequence of texts, numbers and arrays, each with its length. */
final class ContentDigest {
  private final MessageDigest digest;

  ContentDigest() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  ContentDigest put(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    put(bytes.length);
    digest.update(bytes);
    return this;
  }

  ContentDigest put(int number) {
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(number).array());
    return this;
  }

  /** Adds the values' bits; other than by {@code ==}, 0.0 differs from -0.0. */
  ContentDigest put(double[] values) {
    put(values.length);
    ByteBuffer bytes = ByteBuffer.allocate(values.length * Double.BYTES);
    bytes.asDoubleBuffer().put(values);
    digest.update(bytes);
    return this;
  }

  String hex() {
    return HexFormat.of().formatHex(digest.digest());
  }
}
