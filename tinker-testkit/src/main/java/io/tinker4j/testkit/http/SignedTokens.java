package io.tinker4j.testkit.http;

import io.tinker4j.transport.DecodeException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Issues and checks JSON Web Tokens, signed with HMAC-SHA256 under a key of this server's own: as
 * credentials, and in addresses that work without any.
 */
public final class SignedTokens {
  /** Length of a signing key. */
  static final int KEY_BYTES = 32;

  private static final String ALGORITHM = "HmacSHA256";
  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
  private static final String HEADER = encode("{\"alg\":\"HS256\",\"typ\":\"JWT\"}");
  private static final String PURPOSE = "aud";
  private static final String SUBJECT = "sub";
  private static final String EXPIRY = "exp";

  private final InstantSource clock;
  private final byte[] key;

  public SignedTokens(InstantSource clock, byte[] key) {
    this.clock = clock;
    this.key = key.clone();
  }

  /** A new signing key. */
  public static byte[] newKey() {
    byte[] key = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(key);
    return key;
  }

  /** Issues a token for a purpose; tokens of other purposes are not taken for it. */
  public String issue(String purpose, String subject, Duration life) {
    Instant now = clock.instant();
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("iss", "passport-tinker4j");
    claims.put(PURPOSE, purpose);
    claims.put(SUBJECT, subject);
    claims.put("iat", now.getEpochSecond());
    claims.put(EXPIRY, now.plus(life).getEpochSecond());
    String content = HEADER + "." + ENCODER.encodeToString(JsonBodies.write(claims));
    return content + "." + ENCODER.encodeToString(signature(content));
  }

  /**
   * Returns the subject of a token, or null when it is not one of this server's for the purpose.
   *
   * @throws ExpiredException when it was one until some time ago
   */
  @Nullable String read(String purpose, String token) throws ExpiredException {
    int end = token.lastIndexOf('.');
    if (end < 0 || !token.startsWith(HEADER + ".") || end <= HEADER.length()) {
      return null;
    }
    try {
      byte[] signature = Base64.getUrlDecoder().decode(token.substring(end + 1));
      if (!MessageDigest.isEqual(signature, signature(token.substring(0, end)))) {
        return null;
      }
      Map<String, @Nullable Object> claims =
          JsonBodies.readFields(
              Base64.getUrlDecoder().decode(token.substring(HEADER.length() + 1, end)));
      if (!purpose.equals(claims.get(PURPOSE))) {
        return null;
      }
      Instant expires = Instant.ofEpochSecond(Long.parseLong(String.valueOf(claims.get(EXPIRY))));
      if (!clock.instant().isBefore(expires)) {
        throw new ExpiredException();
      }
      return String.valueOf(claims.get(SUBJECT));
    } catch (IllegalArgumentException | DecodeException e) {
      return null;
    }
  }

  /**
   * Returns the subject of a token that stands in an address.
   *
   * @throws RefusedException 403 when it is none of this server's for the purpose, or its time is
   *     over
   */
  public String addressed(String purpose, String token) {
    try {
      String subject = read(purpose, token);
      if (subject != null) {
        return subject;
      }
    } catch (ExpiredException e) {
      throw RefusedException.forbidden("the address has expired");
    }
    throw RefusedException.forbidden("the address is not valid");
  }

  /** The token was genuine; its time is over. */
  static final class ExpiredException extends Exception {
    @java.io.Serial private static final long serialVersionUID = 1L;
  }

  private byte[] signature(String content) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key, ALGORITHM));
      return mac.doFinal(content.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
    }
  }

  private static String encode(String text) {
    return ENCODER.encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
