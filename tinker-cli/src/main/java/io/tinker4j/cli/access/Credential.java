package io.tinker4j.cli.access;

import io.tinker4j.cli.access.Settings.Value;
import io.tinker4j.cli.access.StoredCredentials.StoredKey;
import io.tinker4j.transport.CredentialSource;
import java.util.Optional;

/**
 * What a command shows the server.
 *
 * @param source where it comes from at each request
 * @param origin what a user would look at to change it: an option, a variable, a file
 */
public record Credential(CredentialSource source, String origin) {
  static final String VARIABLE = Setting.API_KEY.variable();

  /**
   * Finds the credential: a key or a command of the settings, or the stored key. A key that does
   * not look like one gives way to a command beside it, as in the Python SDK.
   *
   * @throws IllegalArgumentException when the first one found is not a key; says where it is from
   */
  static Optional<Credential> find(Settings settings) {
    Optional<Value> key = settings.find(Setting.API_KEY).filter(each -> !each.text().isBlank());
    Optional<Value> command = settings.find(Setting.CREDENTIAL_COMMAND);
    if (key.isPresent() && (command.isEmpty() || goesBefore(key.get(), command.get()))) {
      return Optional.of(ofKey(key.get().origin(), key.get().text()));
    }
    return command
        .map(each -> new Credential(CredentialSource.command(each.text()), each.origin()))
        .or(() -> stored(settings.surroundings()));
  }

  private static boolean goesBefore(Value key, Value command) {
    int order = key.layer().compareTo(command.layer());
    return order < 0 || (order == 0 && looksLikeKey(key.text()));
  }

  private static Optional<Credential> stored(Surroundings surroundings) {
    StoredCredentials store = StoredCredentials.of(surroundings);
    Optional<StoredKey> key = store.defaultKey();
    return key.map(each -> ofKey(store.file().toString(), each.key()));
  }

  private static boolean looksLikeKey(String key) {
    return key.strip().startsWith("tml-") || CredentialSource.ApiKey.isJwt(key.strip());
  }

  private static Credential ofKey(String origin, String key) {
    return new Credential(CredentialSource.ApiKey.of(origin, key), origin);
  }
}
