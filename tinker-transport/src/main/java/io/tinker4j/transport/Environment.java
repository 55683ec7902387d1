package io.tinker4j.transport;

import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What is set outside the program: system properties before environment variables. */
final class Environment {
  private final UnaryOperator<@Nullable String> properties;
  private final UnaryOperator<@Nullable String> variables;

  Environment(
      UnaryOperator<@Nullable String> properties, UnaryOperator<@Nullable String> variables) {
    this.properties = properties;
    this.variables = variables;
  }

  static Environment system() {
    return new Environment(System::getProperty, System::getenv);
  }

  Optional<String> apiKey() {
    return property("tinker.apiKey").or(() -> variable("TINKER_API_KEY"));
  }

  Optional<String> baseUrl() {
    return property("tinker.baseUrl").or(() -> variable("TINKER_BASE_URL"));
  }

  Optional<String> credentialCommand() {
    return variable("TINKER_CREDENTIAL_CMD");
  }

  Optional<String> proxy() {
    return property("tinker.proxy").or(() -> variable("TINKER_PROXY"));
  }

  Optional<String> httpsProxy() {
    return variable("HTTPS_PROXY").or(() -> variable("https_proxy"));
  }

  Optional<String> noProxy() {
    return variable("NO_PROXY").or(() -> variable("no_proxy"));
  }

  Optional<String> cloudflareClientId() {
    return variable("CLOUDFLARE_ACCESS_CLIENT_ID");
  }

  Optional<String> cloudflareClientSecret() {
    return variable("CLOUDFLARE_ACCESS_CLIENT_SECRET");
  }

  String property(String name, String otherwise) {
    return property(name).orElse(otherwise);
  }

  private Optional<String> property(String name) {
    return Optional.ofNullable(properties.apply(name)).filter(value -> !value.isEmpty());
  }

  private Optional<String> variable(String name) {
    return Optional.ofNullable(variables.apply(name)).filter(value -> !value.isEmpty());
  }
}
