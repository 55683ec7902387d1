package io.tinker4j.cli.hub;

import io.tinker4j.cli.output.CommandException;
import io.tinker4j.cli.output.JsonLayout;
import io.tinker4j.transport.DecodeException;
import io.tinker4j.transport.operation.JsonCodec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The extracted archive of a checkpoint, in the layout of the PEFT library. Not thread-safe. */
public final class AdapterFiles {
  /** The file that says that a checkpoint was written to its end. */
  public static final String COMPLETE = "checkpoint_complete";

  private static final String CONFIG = "adapter_config.json";
  private static final List<String> WEIGHTS =
      List.of("adapter_model.safetensors", "adapter_model.bin");
  private static final String BASE_MODEL = "base_model_name_or_path";

  private final Path directory;

  private AdapterFiles(Path directory) {
    this.directory = directory;
  }

  /**
   * Takes a directory.
   *
   * @throws CommandException when a file is missing that an adapter needs
   */
  public static AdapterFiles of(Path directory) {
    for (String file : List.of(CONFIG, COMPLETE)) {
      requireThat(Files.isRegularFile(directory.resolve(file)), file);
    }
    requireThat(
        WEIGHTS.stream().anyMatch(file -> Files.isRegularFile(directory.resolve(file))),
        String.join(" or ", WEIGHTS));
    return new AdapterFiles(directory);
  }

  private static void requireThat(boolean isThere, String file) {
    if (!isThere) {
      throw new CommandException(
          "The checkpoint's archive has no " + file,
          List.of("Checkpoints for sampling hold adapters; `tinker checkpoint list` shows them."));
    }
  }

  /** Names the base model in the configuration, unless it is named there. */
  public void nameBaseModel(String baseModel) throws IOException {
    Path file = directory.resolve(CONFIG);
    Map<String, @Nullable Object> config;
    try {
      config = new LinkedHashMap<>(JsonCodec.readMap(Files.readAllBytes(file)));
    } catch (DecodeException e) {
      throw new CommandException("The archive's %s is not JSON".formatted(CONFIG), e);
    }
    if (!(config.get(BASE_MODEL) instanceof String)) {
      config.put(BASE_MODEL, baseModel);
      Files.writeString(file, JsonLayout.indented(config) + "\n", StandardCharsets.UTF_8);
    }
  }

  /** Writes a model card, unless there is one. */
  public void writeCard(ModelCard card) throws IOException {
    card.write(directory);
  }

  /** Removes the mark of a whole checkpoint, which is none of the adapter's files. */
  public void removeMark() throws IOException {
    Files.deleteIfExists(directory.resolve(COMPLETE));
  }

  /** Returns where the files are. */
  public Path directory() {
    return directory;
  }

  /** Returns the names of the files, with slashes, in order. */
  public List<String> names() throws IOException {
    return names(directory);
  }

  /** Returns the names of the files in a directory, with slashes, in order. */
  public static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> directory.relativize(file).toString().replace('\\', '/'))
          .sorted()
          .toList();
    }
  }
}
