package io.tinker4j.cli.access;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What is set outside of a command.
 *
 * @param variables the environment
 * @param home the user's directory
 */
public record Surroundings(UnaryOperator<@Nullable String> variables, Path home) {
  /** Those of this process. */
  public static Surroundings system() {
    return new Surroundings(System::getenv, Path.of(System.getProperty("user.home", "")));
  }

  /** Returns a variable, unless it is not set or empty. */
  public Optional<String> variable(String name) {
    return Optional.ofNullable(variables.apply(name)).filter(value -> !value.isEmpty());
  }
}
