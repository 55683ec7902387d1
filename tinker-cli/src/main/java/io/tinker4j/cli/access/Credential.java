package io.tinker4j.cli.access;

import io.tinker4j.cli.access.StoredCredentials.StoredKey;
import io.tinker4j.transport.CredentialSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a command shows the server.
 *
 * @param source where it comes from at each request
 * @param origin what a user would look at to change it: an option, a variable, a file
 */
public record Credential(CredentialSource source, String origin) {
  static final String VARIABLE = "TINKER_API_KEY";
  private static final String COMMAND = "TINKER_CREDENTIAL_CMD";

  /**
   * Finds the credential: that of the option, of {@code TINKER_API_KEY}, of the command in {@code
   * TINKER_CREDENTIAL_CMD}, or the stored one, as the Python SDK does.
   *
   * @throws IllegalArgumentException when the first one found is not a key; says where it is from
   */
  static Optional<Credential> find(@Nullable String option, Surroundings surroundings) {
    if (option != null && !option.isBlank()) {
      return Optional.of(ofKey(ClientOptions.API_KEY, option));
    }
    Optional<Credential> command =
        surroundings
            .variable(COMMAND)
            .map(each -> new Credential(CredentialSource.command(each), COMMAND));
    Optional<String> variable = surroundings.variable(VARIABLE).filter(each -> !each.isBlank());
    if (variable.isPresent()) {
      return command.isPresent() && !looksLikeKey(variable.get())
          ? command
          : Optional.of(ofKey(VARIABLE, variable.get()));
    }
    return command.or(() -> stored(surroundings));
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
