package io.tinker4j.transport.client;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Who a client works for, as its token says. Immutable. */
public final class Identity {
  private final String userUrn;
  private final @Nullable String email;

  Identity(String userUrn, @Nullable String email) {
    this.userUrn = userUrn;
    this.email = email;
  }

  /** Returns the user's URN. */
  public String userUrn() {
    return userUrn;
  }

  /** Returns the e-mail address; empty when the token has none. */
  public Optional<String> email() {
    return Optional.ofNullable(email);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Identity that
        && userUrn.equals(that.userUrn)
        && Objects.equals(email, that.email);
  }

  @Override
  public int hashCode() {
    return Objects.hash(userUrn, email);
  }

  @Override
  public String toString() {
    return "Identity{userUrn=%s, email=%s}".formatted(userUrn, email().orElse("none"));
  }
}
