package io.tinker4j.recovery;

import io.tinker4j.transport.operation.JsonCodec;
import io.tinker4j.types.Datum;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** SHA-256 of data that says what it is: texts, numbers, training examples, and lists of those. */
final class DataDigest {
  private DataDigest() {}

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Returns the digest; empty for objects that may differ in what is not seen. */
  static Optional<byte[]> of(Object value) {
    MessageDigest digest = sha256();
    return add(value, digest) ? Optional.of(digest.digest()) : Optional.empty();
  }

  /** Returns the digest in hex; empty when there is none. */
  static String hex(Object value) {
    return of(value).map(HexFormat.of()::formatHex).orElse("");
  }

  private static boolean add(Object value, MessageDigest digest) {
    return switch (value) {
      case Datum datum -> add('d', JsonCodec.write(datum), digest);
      case String text -> add('s', text.getBytes(StandardCharsets.UTF_8), digest);
      case Number number -> add('n', number.toString().getBytes(StandardCharsets.UTF_8), digest);
      case Boolean claim -> add('b', claim.toString().getBytes(StandardCharsets.UTF_8), digest);
      case List<?> list -> addAll(list, digest);
      default -> false;
    };
  }

  private static boolean addAll(List<?> list, MessageDigest digest) {
    digest.update(("l" + list.size() + ":").getBytes(StandardCharsets.UTF_8));
    for (Object each : list) {
      if (!add(each, digest)) {
        return false;
      }
    }
    return true;
  }

  /** With its length, so that no two sequences of values give the same bytes. */
  private static boolean add(char kind, byte[] bytes, MessageDigest digest) {
    digest.update((kind + Integer.toString(bytes.length) + ":").getBytes(StandardCharsets.UTF_8));
    digest.update(bytes);
    return true;
  }
}
