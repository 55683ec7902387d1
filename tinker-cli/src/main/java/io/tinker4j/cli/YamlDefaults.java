package io.tinker4j.cli;

import io.tinker4j.cli.output.FileProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import tools.jackson.core.JacksonException;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Takes what the command line does not say from the YAML file of {@code --config}. */
final class YamlDefaults implements IDefaultValueProvider {
  private static final String CONFIG = "--config";
  private static final String FILES = "files";

  private @Nullable Path read;
  private Map<String, @Nullable Object> values = Map.of();

  @Override
  public @Nullable String defaultValue(ArgSpec argument) {
    CommandSpec command = argument.command();
    OptionSpec config = command.findOption(CONFIG);
    if (config == null || config.equals(argument)) {
      return null;
    }
    Path file = config.getValue();
    if (file == null) {
      return null;
    }
    load(file, command);
    Object value = values.get(argument instanceof OptionSpec option ? name(option) : FILES);
    return value == null ? null : text(value);
  }

  private static String name(OptionSpec option) {
    return option.longestName().replaceFirst("^-+", "");
  }

  private static String text(Object value) {
    return value instanceof List<?> list
        ? String.join(",", list.stream().map(String::valueOf).toList())
        : value.toString();
  }

  private void load(Path file, CommandSpec command) {
    if (file.equals(read)) {
      return;
    }
    Map<String, @Nullable Object> loaded = new LinkedHashMap<>();
    try {
      Map<?, ?> yaml =
          Objects.requireNonNullElse(
              YAMLMapper.shared().readValue(Files.readString(file), Map.class), Map.of());
      yaml.forEach((key, value) -> loaded.put(String.valueOf(key), value));
    } catch (IOException e) {
      throw new ParameterException(
          command.commandLine(), CONFIG + ": " + FileProblem.of(file, e), e);
    } catch (JacksonException e) {
      throw new ParameterException(
          command.commandLine(),
          "%s: %s cannot be read: %s".formatted(CONFIG, file, e.getMessage()),
          e);
    }
    TreeSet<String> unknown = new TreeSet<>(loaded.keySet());
    command.options().forEach(option -> unknown.remove(name(option)));
    unknown.remove(FILES);
    if (!unknown.isEmpty()) {
      throw new ParameterException(
          command.commandLine(),
          "%s: %s has %s, which is no option of this command".formatted(CONFIG, file, unknown));
    }
    values = loaded;
    read = file;
  }
}
