package io.tinker4j.transport.client;

import io.tinker4j.transport.operation.JsonCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads what a JWT claims; its signature is the server's business. */
final class Jwt {
  private Jwt() {}

  /** Returns the claims; empty when the text is not a JWT. */
  static Optional<Map<String, @Nullable Object>> claims(String token) {
    String[] parts = token.split("\\.", -1);
    if (parts.length < 2) {
      return Optional.empty();
    }
    try {
      byte[] json = Base64.getUrlDecoder().decode(parts[1]);
      return JsonCodec.tryReadMap(new String(json, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Returns when the token expires; empty when that cannot be read. */
  static Optional<Instant> expiry(String token) {
    return claims(token).map(claims -> claims.get("exp")).map(Jwt::instant);
  }

  private static @Nullable Instant instant(Object seconds) {
    if (!(seconds instanceof Number) && !(seconds instanceof String)) {
      return null;
    }
    try {
      double value = Double.parseDouble(seconds.toString().strip());
      return Instant.EPOCH.plus(Duration.ofMillis(Math.round(value * 1e3)));
    } catch (NumberFormatException | ArithmeticException e) {
      return null;
    }
  }

  /** Returns who the token is for; empty when it does not say. */
  static Optional<Identity> identity(String token) {
    return claims(token)
        .filter(claims -> claims.get("sub") != null)
        .map(claims ->
            new Identity(
                String.valueOf(claims.get("sub")),
                claims.get("email") instanceof String email && !email.isEmpty() ? email : null));
  }

  /** Returns whether this is a user's token rather than an API key in a JWT's form. */
  static boolean isPassport(String token) {
    return claims(token)
        .map(claims -> String.valueOf(claims.get("iss")).startsWith("passport-"))
        .orElse(false);
  }
}
