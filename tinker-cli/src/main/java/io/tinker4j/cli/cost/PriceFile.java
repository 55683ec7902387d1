package io.tinker4j.cli.cost;

import io.tinker4j.cli.output.CommandException;
import io.tinker4j.cli.output.FileProblem;
import io.tinker4j.training.cost.PriceTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.dataformat.toml.TomlMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * The file of {@code --prices}: a list {@code prices} of tables.
 *
 * <pre>
 * [[prices]]
 * model = "Qwen/Qwen3-8B"
 * kind = "train"
 * per_million = 0.40
 * currency = "USD"
 * valid_from = 2026-01-01
 * </pre>
 */
final class PriceFile {
  private static final String PRICES = "prices";

  private PriceFile() {}

  /**
   * Reads a file, TOML by its name, else YAML.
   *
   * @throws CommandException when it cannot be read, or is no price table
   */
  static PriceTable read(Path file) {
    Map<?, ?> content = parse(file);
    List<Map<?, ?>> entries = new ArrayList<>();
    if (!content.keySet().equals(Set.of(PRICES))
        || !(content.get(PRICES) instanceof List<?> list)) {
      throw wrong(file, "must have the list prices and nothing else");
    }
    for (Object each : list) {
      if (!(each instanceof Map<?, ?> entry)) {
        throw wrong(file, "has a price that is no table");
      }
      entries.add(entry);
    }
    try {
      return PriceTable.ofEntries(entries);
    } catch (IllegalArgumentException e) {
      throw new CommandException("--prices: %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static Map<?, ?> parse(Path file) {
    try {
      String text = Files.readString(file);
      Map<?, ?> content =
          file.toString().endsWith(".toml")
              ? TomlMapper.shared().readValue(text, Map.class)
              : YAMLMapper.shared().readValue(text, Map.class);
      return Objects.requireNonNullElse(content, Map.of());
    } catch (IOException e) {
      throw new CommandException("--prices: " + FileProblem.of(file, e), e);
    } catch (JacksonException e) {
      throw new CommandException(
          "--prices: %s cannot be read: %s".formatted(file, e.getOriginalMessage()), e);
    }
  }

  private static CommandException wrong(Path file, String what) {
    return new CommandException("--prices: %s %s".formatted(file, what));
  }
}
