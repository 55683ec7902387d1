package io.tinker4j.cli.access;

import io.tinker4j.cli.output.CommandException;
import io.tinker4j.cli.output.FileProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.dataformat.toml.TomlMapper;

/**
 * The servers that a user has given names to, in {@code ~/.config/tinker/config.toml}:
 *
 * <pre>
 * profile = "local"           # the one to use when nothing else is said
 *
 * [profiles.local]
 * base_url = "http://127.0.0.1:8000"
 * api_key = "tml-local"
 * </pre>
 *
 * A file that cannot be read, or says what is not known, is a {@link CommandException}.
 *
 * @param file where they are; it need not exist
 * @param chosen the one that the file names as its default, if it does
 */
record Profiles(Path file, @Nullable String chosen, Map<String, Map<Setting, String>> byName) {
  private static final String CHOSEN = "profile";
  private static final String PROFILES = "profiles";

  /** Reads the file of that user. */
  static Profiles of(Surroundings surroundings) {
    Path file =
        surroundings
            .variable("XDG_CONFIG_HOME")
            .map(Path::of)
            .orElseGet(() -> surroundings.home().resolve(".config"))
            .resolve("tinker")
            .resolve("config.toml");
    Map<?, ?> toml = Files.exists(file) ? read(file) : Map.of();
    for (Object key : toml.keySet()) {
      if (!Set.of(CHOSEN, PROFILES).contains(String.valueOf(key))) {
        throw wrong(file, "has " + key + " outside of a profile; known there: profile, profiles");
      }
    }
    Object chosen = toml.get(CHOSEN);
    return new Profiles(
        file, chosen == null ? null : String.valueOf(chosen), profiles(file, toml.get(PROFILES)));
  }

  private static Map<?, ?> read(Path file) {
    try {
      return TomlMapper.shared().readValue(Files.readString(file), Map.class);
    } catch (IOException e) {
      throw new CommandException(FileProblem.of(file, e), e);
    } catch (JacksonException e) {
      // Neither the message nor the cause is shown: they quote the line, which may have a key.
      throw wrong(
          file,
          "is not TOML"
              + (e.getLocation() == null ? "" : " in line " + e.getLocation().getLineNr()));
    }
  }

  private static Map<String, Map<Setting, String>> profiles(Path file, @Nullable Object tables) {
    Map<String, Map<Setting, String>> profiles = new LinkedHashMap<>();
    if (tables == null) {
      return profiles;
    }
    if (!(tables instanceof Map<?, ?> byName)) {
      throw wrong(file, "has profiles that is no table");
    }
    byName.forEach(
        (name, fields) -> profiles.put(String.valueOf(name), profile(file, name, fields)));
    return profiles;
  }

  private static Map<Setting, String> profile(Path file, Object name, Object fields) {
    if (!(fields instanceof Map<?, ?> byKey)) {
      throw wrong(file, "has profiles." + name + " that is no table");
    }
    Map<Setting, String> profile = new EnumMap<>(Setting.class);
    byKey.forEach((key, value) -> {
      Setting setting =
          known()
              .filter(each -> each.key().equals(key))
              .findFirst()
              .orElseThrow(() ->
                  wrong(
                      file,
                      "has %s in profile %s; known there: %s"
                          .formatted(
                              key,
                              name,
                              known().map(Setting::key).collect(Collectors.joining(", ")))));
      if (!(value instanceof String text) || text.isBlank()) {
        throw wrong(file, "has no text for %s in profile %s".formatted(key, name));
      }
      profile.put(setting, text);
    });
    return profile;
  }

  private static Stream<Setting> known() {
    return Arrays.stream(Setting.values()).filter(Setting::isInProfiles);
  }

  /** Returns a profile. */
  Map<Setting, String> require(String name, String origin) {
    Map<Setting, String> profile = byName.get(name);
    if (profile == null) {
      List<String> names = new ArrayList<>(byName.keySet());
      throw new CommandException(
          "%s names the profile %s, which %s does not have".formatted(origin, name, file),
          List.of(
              names.isEmpty()
                  ? "It has none; a profile begins with [profiles." + name + "]"
                  : "It has: " + String.join(", ", names)));
    }
    return profile;
  }

  private static CommandException wrong(Path file, String what) {
    return new CommandException(CommandException.MISCONFIGURED + file + " " + what);
  }
}
