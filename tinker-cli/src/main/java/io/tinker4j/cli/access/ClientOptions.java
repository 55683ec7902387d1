package io.tinker4j.cli.access;

import io.tinker4j.cli.output.CommandException;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.transport.client.ApiClient;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of every command that talks to a server. */
public final class ClientOptions {
  /** The option that names the server. */
  public static final String BASE_URL = "--base-url";

  /** The option that has the key. */
  public static final String API_KEY = "--api-key";

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
              + " in TINKER_CREDENTIAL_CMD prints, else the profile's, else what tinker auth login"
              + " has stored.")
  private @Nullable String apiKey;

  @Option(
      names = Settings.PROFILE,
      paramLabel = "NAME",
      description =
          "Takes address and key from that profile of ~/.config/tinker/config.toml, whatever the"
              + " environment says. See tinker config show.")
  private @Nullable String profile;

  @Option(
      names = "--verbose",
      description = "Shows the SDK's log and, after an error, where it happened.")
  private boolean verbose;

  /** Options that look into those surroundings for what they do not say. */
  public ClientOptions(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /**
   * Returns the server of the options, named by itself or by its profile; null when there is none,
   * whatever the environment says.
   */
  public @Nullable String baseUrl() {
    return settings()
        .find(Setting.BASE_URL)
        .filter(each -> each.layer().compareTo(Settings.Layer.PROFILE_OF_OPTION) <= 0)
        .map(Settings.Value::text)
        .orElse(null);
  }

  /** Returns the server that the settings name, or the hosted one. */
  public String address() {
    return settings().find(Setting.BASE_URL).map(Settings.Value::text).orElse(ApiClient.HOSTED);
  }

  /** Returns what names {@link #address}: an option, a variable, a profile; empty by default. */
  public Optional<String> addressOrigin() {
    return settings().find(Setting.BASE_URL).map(Settings.Value::origin);
  }

  /** Returns the surroundings that these options look into. */
  public Surroundings surroundings() {
    return surroundings;
  }

  /**
   * Returns what the options and the surroundings set, as it is now.
   *
   * @throws CommandException when the file of profiles is wrong, or lacks the chosen one
   */
  public Settings settings() {
    Map<Setting, String> options = new EnumMap<>(Setting.class);
    if (baseUrl != null) {
      options.put(Setting.BASE_URL, baseUrl);
    }
    if (apiKey != null && !apiKey.isBlank()) {
      options.put(Setting.API_KEY, apiKey);
    }
    return new Settings(surroundings, options, profile);
  }

  /** Returns these options with another address. */
  public ClientOptions at(String address) {
    ClientOptions other = new ClientOptions(surroundings);
    other.baseUrl = address;
    other.apiKey = apiKey;
    other.profile = profile;
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
      return Credential.find(settings());
    } catch (IllegalArgumentException e) {
      throw new CommandException(CommandException.MISCONFIGURED + e.getMessage(), e);
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
      ServiceClient.Builder builder =
          ServiceClient.builder()
              .baseUrl(address())
              .credentials(credential.source())
              .telemetry(false)
              .maxRetries(RETRIES);
      settings().find(Setting.PROJECT_ID).map(Settings.Value::text).ifPresent(builder::projectId);
      return builder.build();
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

  /** Returns what to say of an address that cannot be right, with the name of its place. */
  public CommandException misconfigured(IllegalArgumentException failure) {
    String place = addressOrigin().orElse("the address");
    return new CommandException(
        CommandException.MISCONFIGURED
            + String.valueOf(failure.getMessage())
                .replaceFirst("^baseUrl", Matcher.quoteReplacement(place)),
        failure);
  }
}
