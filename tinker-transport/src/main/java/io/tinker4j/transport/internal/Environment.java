package io.tinker4j.transport.internal;

import io.tinker4j.transport.CallKind;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What is set outside the program: system properties before environment variables. */
public final class Environment {
  private static final String API_KEY_PROPERTY = "tinker.apiKey";
  private static final String API_KEY_VARIABLE = "TINKER_API_KEY";
  private static final Set<String> TELEMETRY_ON = Set.of("1", "true", "yes", "on");

  private final UnaryOperator<@Nullable String> properties;
  private final UnaryOperator<@Nullable String> variables;

  public Environment(
      UnaryOperator<@Nullable String> properties, UnaryOperator<@Nullable String> variables) {
    this.properties = properties;
    this.variables = variables;
  }

  public static Environment system() {
    return new Environment(System::getProperty, System::getenv);
  }

  /** Returns all variables, for conventions that are not of this SDK. */
  public static Map<String, String> variables() {
    return System.getenv();
  }

  public Optional<String> apiKey() {
    return property(API_KEY_PROPERTY).or(() -> variable(API_KEY_VARIABLE));
  }

  /** Returns where {@link #apiKey} comes from, or would. */
  public String apiKeyName() {
    return property(API_KEY_PROPERTY).isPresent() ? API_KEY_PROPERTY : API_KEY_VARIABLE;
  }

  public Optional<String> baseUrl() {
    return property("tinker.baseUrl").or(() -> variable("TINKER_BASE_URL"));
  }

  public Optional<String> credentialCommand() {
    return variable("TINKER_CREDENTIAL_CMD");
  }

  public Optional<String> projectId() {
    return property("tinker.projectId").or(() -> variable("TINKER_PROJECT_ID"));
  }

  /** Returns the tags of new sessions, as they stand between the commas, each once. */
  public Set<String> tags() {
    return property("tinker.tags")
        .or(() -> variable("TINKER_TAGS"))
        .<Set<String>>map(text -> new LinkedHashSet<>(List.of(text.split(",", -1))))
        .orElse(Set.of());
  }

  public Optional<String> sdkVersion() {
    return property("tinker.sdkVersion").or(() -> variable("TINKER_SDK_VERSION"));
  }

  public Optional<String> proxy() {
    return property("tinker.proxy").or(() -> variable("TINKER_PROXY"));
  }

  public Optional<String> httpsProxy() {
    return variable("HTTPS_PROXY").or(() -> variable("https_proxy"));
  }

  public Optional<String> noProxy() {
    return variable("NO_PROXY").or(() -> variable("no_proxy"));
  }

  public Optional<String> cloudflareClientId() {
    return variable("CLOUDFLARE_ACCESS_CLIENT_ID");
  }

  public Optional<String> cloudflareClientSecret() {
    return variable("CLOUDFLARE_ACCESS_CLIENT_SECRET");
  }

  /** Returns whether events may be reported to the service: yes unless something else is said. */
  public boolean telemetry() {
    String set =
        property("tinker.telemetry")
            .orElseGet(() -> Objects.requireNonNullElse(variables.apply("TINKER_TELEMETRY"), "1"));
    return TELEMETRY_ON.contains(set.toLowerCase(Locale.ROOT));
  }

  /**
   * Returns when circuits open; what is not set has its default.
   *
   * @throws IllegalArgumentException when a setting makes no sense; the message names it
   */
  public CircuitSettings circuit() {
    CircuitSettings defaults = CircuitSettings.DEFAULTS;
    return new CircuitSettings(
        read(
                "tinker.circuitFailures",
                "TINKER_CIRCUIT_FAILURES",
                "a number from 0",
                Integer::valueOf)
            .orElse(defaults.failures()),
        read("tinker.circuitOpenTime", "TINKER_CIRCUIT_OPEN_TIME", "like PT20S", Duration::parse)
            .orElse(defaults.openTime()));
  }

  /** Returns how many requests of a kind may be in flight. */
  public Optional<Integer> maxInFlight(CallKind kind) {
    return read(
        "tinker.maxInFlight." + kind.name().toLowerCase(Locale.ROOT),
        "TINKER_MAX_IN_FLIGHT_" + kind.name(),
        "a number from 1",
        Integer::valueOf);
  }

  private <T> Optional<T> read(
      String property, String variable, String form, Function<String, T> parser) {
    Optional<String> set = property(property);
    Optional<String> text = set.or(() -> variable(variable));
    try {
      return text.map(value -> parser.apply(value.strip()));
    } catch (NumberFormatException | DateTimeParseException e) {
      throw new IllegalArgumentException(
          "%s is '%s'; it must be %s"
              .formatted(set.isPresent() ? property : variable, text.orElse(""), form),
          e);
    }
  }

  public String property(String name, String otherwise) {
    return property(name).orElse(otherwise);
  }

  private Optional<String> property(String name) {
    return Optional.ofNullable(properties.apply(name)).filter(value -> !value.isEmpty());
  }

  private Optional<String> variable(String name) {
    return Optional.ofNullable(variables.apply(name)).filter(value -> !value.isEmpty());
  }
}
