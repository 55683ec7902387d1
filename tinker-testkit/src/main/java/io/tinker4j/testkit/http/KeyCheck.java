package io.tinker4j.testkit.http;

import io.tinker4j.types.wire.AuthTokenResponse;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Tells from the header {@code X-API-Key} who asks, and exchanges keys for tokens. */
public final class KeyCheck {
  private static final String PURPOSE = "tinker-api";

  /** The owner of everything where credentials do not matter. */
  private static final String EVERYBODY = "default";

  private final @Nullable String apiKey;
  private final boolean required;
  private final SignedTokens tokens;
  private final Duration tokenLife;

  /**
   * Creates the check.
   *
   * @param apiKey the only key that is accepted, or null for any
   * @param required whether a request without a credential is refused
   */
  public KeyCheck(
      @Nullable String apiKey, boolean required, SignedTokens tokens, Duration tokenLife) {
    this.apiKey = apiKey;
    this.required = required;
    this.tokens = tokens;
    this.tokenLife = tokenLife;
  }

  /**
   * Returns the owner of everything that is made with a credential.
   *
   * @throws RefusedException 401 when it is missing, expired or not accepted
   */
  public String owner(String credential) {
    if (credential.isBlank()) {
      if (!required) {
        return EVERYBODY;
      }
      throw RefusedException.unauthorized("header X-API-Key is missing");
    }
    try {
      String owner = tokens.read(PURPOSE, credential);
      if (owner != null) {
        return owner;
      }
    } catch (SignedTokens.ExpiredException e) {
      throw RefusedException.unauthorized("the token has expired");
    }
    if (apiKey != null && !apiKey.equals(credential)) {
      throw RefusedException.unauthorized("the API key is not accepted");
    }
    return required ? ContentHash.owner(credential) : EVERYBODY;
  }

  /** Exchanges the credential of a request for a token of the same owner. */
  public Answer exchange(HttpCall call) {
    return JsonBodies.ok(
        AuthTokenResponse.builder().jwt(tokens.issue(PURPOSE, call.owner(), tokenLife)).build());
  }
}
