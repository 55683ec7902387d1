package io.tinker4j.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of every command that talks to a server. */
final class ClientOptions {
  static final String BASE_URL = "--base-url";
  static final String API_KEY = "--api-key";
  static final String VERBOSE = "--verbose";

  @Option(
      names = BASE_URL,
      paramLabel = "URL",
      description = "The server to talk to, for example https://tinker.example.com.")
  private @Nullable String baseUrl;

  @Option(
      names = API_KEY,
      paramLabel = "KEY",
      defaultValue = "${env:TINKER_API_KEY}",
      description = {
        "The API key of that server. Default: the environment variable TINKER_API_KEY,",
        "which, unlike this option, no other user of the machine can see."
      })
  private @Nullable String apiKey;

  @Option(
      names = VERBOSE,
      description = "Shows the SDK's log and, after an error, where it happened.")
  private boolean verbose;

  @Nullable String baseUrl() {
    return baseUrl;
  }

  /** Returns the key of the option or of the environment. */
  @Nullable String apiKey() {
    return apiKey;
  }

  boolean isVerbose() {
    return verbose;
  }
}
