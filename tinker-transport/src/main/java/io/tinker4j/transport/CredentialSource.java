package io.tinker4j.transport;

import io.tinker4j.types.internal.Checks;
import java.time.Duration;
import java.util.Objects;

/**
 * Supplies what is sent as {@code X-API-Key}. Asked before every attempt, so that a credential may
 * change while a client works. Implementations are thread-safe, may block, and stop when
 * interrupted.
 */
@FunctionalInterface
public interface CredentialSource {
  /**
   * Returns the credential.
   *
   * @throws UnavailableException when there is none
   * @throws InterruptedException if the thread was interrupted
   */
  String credential() throws InterruptedException;

  /**
   * Returns a source of one API key, which can be replaced.
   *
   * @param key without the white space around it, such as the newline at the end of a file
   * @throws IllegalArgumentException when it starts with neither {@code tml-} nor {@code eyJ}, or
   *     has a character that no header can carry; the message does not show it
   */
  static ApiKey apiKey(String key) {
    return ApiKey.of("apiKey", key);
  }

  /**
   * Returns a source that runs a command of the system's shell for every credential and takes what
   * it prints, without the white space around. A command that fails, prints nothing or more than
   * one word, or takes longer than 30 seconds, after which it is killed, is an {@link
   * UnavailableException}.
   */
  static CredentialSource command(String command) {
    return command(command, CommandSource.LIMIT);
  }

  /**
   * The same with another time limit.
   *
   * @throws IllegalArgumentException when the limit is not positive
   */
  static CredentialSource command(String command, Duration limit) {
    return new CommandSource(command, Checks.positive("limit", limit));
  }

  /** An API key that can be replaced while clients use it. Thread-safe; never shows the key. */
  final class ApiKey implements CredentialSource {
    private volatile String key;

    private ApiKey(String name, String key) {
      this.key = checked(name, key);
    }

    /**
     * Replaces the key; attempts that start from now on send the new one.
     *
     * @throws IllegalArgumentException when it does not look like one; the old one stays
     */
    public void replace(String newKey) {
      key = checked("apiKey", newKey);
    }

    @Override
    public String credential() {
      return key;
    }

    /** Takes the key of a setting that messages name. */
    public static ApiKey of(String name, String key) {
      return new ApiKey(name, key);
    }

    private static String checked(String name, String given) {
      String key = Objects.requireNonNull(given, "key").strip();
      if (key.isEmpty()) {
        throw new IllegalArgumentException(
            "there is no API key; set TINKER_API_KEY, or TINKER_CREDENTIAL_CMD to a command that"
                + " prints one, or apiKey(...) or credentials(...) on the builder");
      }
      if (!key.startsWith("tml-") && !isJwt(key)) {
        throw new IllegalArgumentException(
            name
                + " does not look like an API key: it must start with 'tml-', or with 'eyJ' for a"
                + " JWT");
      }
      if (!isSendable(key)) {
        throw new IllegalArgumentException(
            name
                + " has a control character, a space or one that is not ASCII in it; was it copied"
                + " whole, and alone?");
      }
      return key;
    }

    /** Whether a header can carry it. */
    public static boolean isSendable(String credential) {
      return credential.chars().allMatch(c -> c > ' ' && c < 0x7f);
    }

    public static boolean isJwt(String key) {
      return key.startsWith("eyJ");
    }

    @Override
    public String toString() {
      return "ApiKey{***}";
    }
  }

  /** There is no credential: the command has failed, or the source of your own says so. */
  final class UnavailableException extends TinkerException {
    private static final long serialVersionUID = 1;

    /** Creates an exception without a cause; the message must not show a credential. */
    public UnavailableException(String message) {
      super(message);
    }

    /** Creates an exception with a cause; the message must not show a credential. */
    public UnavailableException(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
