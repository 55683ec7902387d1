package io.tinker4j.cli.access;

import io.tinker4j.cli.output.CommandException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where each setting comes from: an option, the profile that an option names, a system property, an
 * environment variable, and last the profile of {@code TINKER_PROFILE} or of the file itself.
 */
public final class Settings {
  /** The option that chooses a profile. */
  static final String PROFILE = "--profile";

  private static final String PROFILE_VARIABLE = "TINKER_PROFILE";

  private final Surroundings surroundings;
  private final Map<Setting, String> options;
  private final Profiles profiles;
  private final @Nullable Chosen chosen;

  /** From where a value is, the first one going before the others. */
  enum Layer {
    OPTION,
    PROFILE_OF_OPTION,
    PROPERTY,
    VARIABLE,
    PROFILE
  }

  /**
   * A value and its place.
   *
   * @param origin what a user would look at to change it
   */
  record Value(String text, Layer layer, String origin) {}

  private record Chosen(String name, String origin, Layer layer, Map<Setting, String> values) {}

  /**
   * The settings of a command.
   *
   * @param profile the one that its option names
   * @throws CommandException when the file of profiles is wrong, or lacks the chosen one
   */
  Settings(Surroundings surroundings, Map<Setting, String> options, @Nullable String profile) {
    this.surroundings = surroundings;
    this.options = Map.copyOf(options);
    this.profiles = Profiles.of(surroundings);
    this.chosen =
        profile != null
            ? choose(profile, PROFILE, Layer.PROFILE_OF_OPTION)
            : surroundings
                .variable(PROFILE_VARIABLE)
                .map(name -> choose(name, PROFILE_VARIABLE, Layer.PROFILE))
                .or(() ->
                    Optional.ofNullable(profiles.chosen())
                        .map(name -> choose(name, profiles.file().toString(), Layer.PROFILE)))
                .orElse(null);
  }

  private Chosen choose(String name, String origin, Layer layer) {
    return new Chosen(name, origin, layer, profiles.require(name, origin));
  }

  /** Returns the value that counts; empty when there is none. */
  Optional<Value> find(Setting setting) {
    return Optional.ofNullable(options.get(setting))
        .map(text -> new Value(text, Layer.OPTION, setting.option()))
        .or(() -> ofProfile(setting, Layer.PROFILE_OF_OPTION))
        .or(() ->
            setting
                .property()
                .flatMap(name ->
                    surroundings.property(name).map(text -> new Value(text, Layer.PROPERTY, name))))
        .or(() ->
            surroundings
                .variable(setting.variable())
                .map(text -> new Value(text, Layer.VARIABLE, setting.variable())))
        .or(() -> ofProfile(setting, Layer.PROFILE));
  }

  private Optional<Value> ofProfile(Setting setting, Layer layer) {
    return chosen == null || chosen.layer() != layer
        ? Optional.empty()
        : Optional.ofNullable(chosen.values().get(setting))
            .map(text ->
                new Value(
                    text, layer, "profile %s in %s".formatted(chosen.name(), profiles.file())));
  }

  /** Returns the profile in use. */
  public Optional<String> profile() {
    return Optional.ofNullable(chosen).map(Chosen::name);
  }

  /** Returns what has chosen the profile. */
  public Optional<String> profileOrigin() {
    return Optional.ofNullable(chosen).map(Chosen::origin);
  }

  /** Returns the file of profiles, which need not exist. */
  public Path file() {
    return profiles.file();
  }

  Profiles profiles() {
    return profiles;
  }

  Surroundings surroundings() {
    return surroundings;
  }
}
