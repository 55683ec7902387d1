package io.tinker4j.cli.access;

import io.tinker4j.cli.output.CommandException;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.transport.client.ApiClient;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of every command that talks to a server. */
public final class ClientOptions {
  /** The option that names the server. */
  public static final String BASE_URL = "--base-url";

  /** The option that has the key. */
  public static final String API_KEY = "--api-key";

  private static final String BASE_URL_VARIABLE = "TINKER_BASE_URL";
  private static final String HOSTED = "https://tinker.thinkingmachines.dev/services/tinker-prod";

  /** Somebody waits for the answer; a job would try for minutes. */
  private static final int RETRIES = 3;

  private final Surroundings surroundings;

  @Option(
      names = BASE_URL,
      paramLabel = "URL",
      description = "The server to talk to, for example https://tinker.example.com.")
  private @Nullable String baseUrl;

  @Option(
      names = API_KEY,
      paramLabel = "KEY",
      description =
          "The API key of that server. Default: the environment variable TINKER_API_KEY, which"
              + " unlike this option no other user of the machine can see, else what the command"
              + " in TINKER_CREDENTIAL_CMD prints, else what tinker auth login has stored.")
  private @Nullable String apiKey;

  @Option(
      names = "--verbose",
      description = "Shows the SDK's log and, after an error, where it happened.")
  private boolean verbose;

  /** Options that look into those surroundings for what they do not say. */
  public ClientOptions(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /** Returns the server of the option; null when there is none, whatever the environment says. */
  public @Nullable String baseUrl() {
    return baseUrl;
  }

  /** Returns the server: that of the option, of {@code TINKER_BASE_URL}, or the hosted one. */
  public String address() {
    return baseUrl != null ? baseUrl : surroundings.variable(BASE_URL_VARIABLE).orElse(HOSTED);
  }

  /** Returns these options with another address. */
  public ClientOptions at(String address) {
    ClientOptions other = new ClientOptions(surroundings);
    other.baseUrl = address;
    other.apiKey = apiKey;
    other.verbose = verbose;
    return other;
  }

  /**
   * Returns the credential, if there is one.
   *
   * @throws CommandException when what is there cannot be right
   */
  public Optional<Credential> credential() {
    try {
      return Credential.find(apiKey, surroundings);
    } catch (IllegalArgumentException e) {
      throw new CommandException("Configuration error: " + e.getMessage(), e);
    }
  }

  /** Returns whether the log and stack traces are wanted. */
  public boolean isVerbose() {
    return verbose;
  }

  /**
   * Returns the credential.
   *
   * @throws CommandException when there is none, or what is there cannot be right
   */
  public Credential requireCredential() {
    return credential()
        .orElseThrow(() ->
            new CommandException(
                ("Failed to connect to Tinker API: there is no API key for %s; log in with"
                        + " `tinker auth login`, or give one in the environment variable %s or"
                        + " with %s")
                    .formatted(address(), Credential.VARIABLE, API_KEY),
                List.of("Please check your network connection and API configuration.")));
  }

  /**
   * Returns a client of {@link #address} for somebody who waits; sends nothing.
   *
   * @throws CommandException when there is no credential, or the address cannot be right
   */
  public ServiceClient connect() {
    Credential credential = requireCredential();
    try {
      return ServiceClient.builder()
          .baseUrl(address())
          .credentials(credential.source())
          .telemetry(false)
          .maxRetries(RETRIES)
          .build();
    } catch (IllegalArgumentException e) {
      throw misconfigured(e);
    }
  }

  /** Returns a client for single calls, as {@link #connect} does. */
  public ApiClient api() {
    Credential credential = requireCredential();
    try {
      return ApiClient.builder()
          .baseUrl(address())
          .credentials(credential.source())
          .maxRetries(RETRIES)
          .build();
    } catch (IllegalArgumentException e) {
      throw misconfigured(e);
    }
  }

  /** Returns what to say of an address that cannot be right, with the option's name for it. */
  public CommandException misconfigured(IllegalArgumentException failure) {
    return new CommandException(
        "Configuration error: "
            + String.valueOf(failure.getMessage())
                .replaceFirst("^baseUrl", baseUrl == null ? BASE_URL_VARIABLE : BASE_URL),
        failure);
  }
}
