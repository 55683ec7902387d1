package io.tinker4j.transport;

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
   * @throws IllegalArgumentException when it starts with neither {@code tml-} nor {@code eyJ}; the
   *     message does not show it
   */
  static ApiKey apiKey(String key) {
    return new ApiKey(key);
  }

  /**
   * Returns a source that runs a command of the system's shell for every credential and takes what
   * it prints, without the white space around. Its exit status and its errors do not matter.
   */
  static CredentialSource command(String command) {
    return new CommandSource(command);
  }

  /** An API key that can be replaced while clients use it. Thread-safe; never shows the key. */
  final class ApiKey implements CredentialSource {
    private volatile String key;

    private ApiKey(String key) {
      this.key = checked(key);
    }

    /**
     * Replaces the key; attempts that start from now on send the new one.
     *
     * @throws IllegalArgumentException when it does not look like one; the old one stays
     */
    public void replace(String newKey) {
      key = checked(newKey);
    }

    @Override
    public String credential() {
      return key;
    }

    private static String checked(String key) {
      Objects.requireNonNull(key, "key");
      if (key.isEmpty()) {
        throw new IllegalArgumentException(
            "there is no API key; set TINKER_API_KEY, or apiKey on the builder");
      }
      if (!key.startsWith("tml-") && !isJwt(key)) {
        throw new IllegalArgumentException(
            "apiKey does not look like one: it must start with 'tml-', or with 'eyJ' for a JWT");
      }
      return key;
    }

    static boolean isJwt(String key) {
      return key.startsWith("eyJ");
    }

    @Override
    public String toString() {
      return "ApiKey{***}";
    }
  }

  /** There is no credential: the command printed nothing, or the source of your own says so. */
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
