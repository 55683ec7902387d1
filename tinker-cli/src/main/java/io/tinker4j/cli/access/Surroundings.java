package io.tinker4j.cli.access;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What is set outside of a command.
 *
 * @param variables the environment
 * @param properties the system properties
 * @param home the user's directory
 */
public record Surroundings(
    UnaryOperator<@Nullable String> variables,
    UnaryOperator<@Nullable String> properties,
    Path home) {
  /** Those of this process. */
  public static Surroundings system() {
    return new Surroundings(
        System::getenv, System::getProperty, Path.of(System.getProperty("user.home", "")));
  }

  /** Returns a variable, unless it is not set or empty. */
  public Optional<String> variable(String name) {
    return Optional.ofNullable(variables.apply(name)).filter(value -> !value.isEmpty());
  }

  /** Returns a system property, unless it is not set or empty. */
  public Optional<String> property(String name) {
    return Optional.ofNullable(properties.apply(name)).filter(value -> !value.isEmpty());
  }
}
