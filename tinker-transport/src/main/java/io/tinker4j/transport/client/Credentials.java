package io.tinker4j.transport.client;

import io.tinker4j.transport.CredentialSource;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.internal.Environment;
import io.tinker4j.transport.internal.TinkerThreads;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which credential a client uses: one that the user supplies, an API key, or a command's output;
 * and, when the server wants it, a token for which that is exchanged. Thread-safe.
 */
public final class Credentials implements AutoCloseable {
  private final @Nullable CredentialSource given;
  private final @Nullable String apiKey;
  private final Environment environment;
  private final ReentrantLock lock = new ReentrantLock(); // guards: tokens, closed
  private @Nullable JwtSource tokens;
  private boolean closed;
  private volatile CredentialSource current;

  /**
   * Chooses what the first calls carry.
   *
   * @throws IllegalArgumentException when there is nothing usable
   */
  Credentials(@Nullable CredentialSource given, @Nullable String apiKey, Environment environment) {
    this.given = given;
    this.apiKey = apiKey;
    this.environment = environment;
    this.current = lasting(false);
  }

  /** Always the given one, or the token for which it is exchanged. */
  Credentials(CredentialSource given) {
    this(given, null, Environment.system());
  }

  /** Returns what calls carry now. */
  CredentialSource current() {
    return current;
  }

  /** Returns what a user would have to look at when the credential is refused. */
  String origin() {
    if (given != null) {
      return "the one that the client was given";
    }
    if (apiKey != null && !apiKey.isBlank()) {
      return "apiKey on the builder";
    }
    return lasting(false) instanceof CredentialSource.ApiKey
        ? environment.apiKeyName()
        : "TINKER_CREDENTIAL_CMD";
  }

  private CredentialSource lasting(boolean commandWanted) {
    return given != null ? given : choose(apiKey, environment, commandWanted);
  }

  /**
   * Chooses between key and command.
   *
   * @param commandWanted whether the server accepts no plain API key, which a JWT is not
   */
  static CredentialSource choose(
      @Nullable String apiKey, Environment environment, boolean commandWanted) {
    boolean isGiven = apiKey != null && !apiKey.isBlank();
    String name = isGiven ? "apiKey" : environment.apiKeyName();
    String key = (apiKey != null && isGiven ? apiKey : environment.apiKey().orElse("")).strip();
    if (CredentialSource.ApiKey.isJwt(key)) {
      return CredentialSource.ApiKey.of(name, key);
    }
    Optional<CredentialSource> command =
        environment.credentialCommand().map(CredentialSource::command);
    if (commandWanted) {
      return command.orElseThrow(() ->
          new IllegalArgumentException(
              "your organization wants credentials that change; set TINKER_CREDENTIAL_CMD to a"
                  + " command that prints one"));
    }
    try {
      return CredentialSource.ApiKey.of(name, key);
    } catch (IllegalArgumentException e) {
      return command.orElseThrow(() -> e);
    }
  }

  /**
   * Exchanges the credential for a token, and from now on whenever one expires.
   *
   * @param exchange gets a token for a credential
   */
  void exchange(
      Function<CredentialSource, String> exchange,
      Time time,
      TinkerThreads threads,
      boolean commandWanted) {
    if (isExchanging()) {
      return;
    }
    CredentialSource source = lasting(commandWanted);
    JwtSource started = new JwtSource(time, threads, () -> exchange.apply(source));
    started.start();
    if (!use(started)) {
      started.close();
    }
  }

  private boolean isExchanging() {
    lock.lock();
    try {
      return tokens != null;
    } finally {
      lock.unlock();
    }
  }

  /** Returns false when another one was quicker, or all is closed. */
  private boolean use(JwtSource started) {
    lock.lock();
    try {
      boolean isFirst = tokens == null && !closed;
      if (isFirst) {
        tokens = started;
        current = started;
      }
      return isFirst;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      if (tokens != null) {
        tokens.close();
      }
    } finally {
      lock.unlock();
    }
  }
}
