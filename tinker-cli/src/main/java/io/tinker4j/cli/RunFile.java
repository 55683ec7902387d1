package io.tinker4j.cli;

import io.tinker4j.cli.output.CommandException;
import io.tinker4j.cli.output.JsonText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What {@code tinker train} has made: {@code run.json} in its directory, which {@code tinker sample
 * --run} reads.
 *
 * @param baseUrl of the server; null for the embedded one
 * @param checkpoint to train on from
 * @param sampler to sample from
 */
record RunFile(
    String model,
    String tokenizer,
    String renderer,
    @Nullable String baseUrl,
    long steps,
    String checkpoint,
    String sampler) {
  private static final String NAME = "run.json";

  /** Returns what is in a directory, if a run was completed there. */
  static Optional<RunFile> read(Path directory) {
    Path file = directory.resolve(NAME);
    try {
      Map<String, @Nullable Object> fields = JsonText.readObject(Files.readString(file));
      return Optional.of(
          new RunFile(
              text(fields, "model"),
              text(fields, "tokenizer"),
              text(fields, "renderer"),
              fields.get("base_url") instanceof String url ? url : null,
              fields.get("steps") instanceof Number steps ? steps.longValue() : 0,
              text(fields, "checkpoint"),
              text(fields, "sampler")));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException | JsonText.SyntaxException e) {
      throw new CommandException(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static String text(Map<String, @Nullable Object> fields, String name)
      throws JsonText.SyntaxException {
    if (fields.get(name) instanceof String text) {
      return text;
    }
    throw new JsonText.SyntaxException("there is no " + name);
  }

  /** Writes it, whole or not at all. */
  void write(Path directory) {
    Path file = directory.resolve(NAME);
    Path part = directory.resolve(NAME + ".part");
    try {
      Files.writeString(part, JsonText.write(asJson()) + "\n");
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new CommandException(file + " cannot be written: " + e.getMessage(), e);
    }
  }

  Map<String, @Nullable Object> asJson() {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("model", model);
    fields.put("tokenizer", tokenizer);
    fields.put("renderer", renderer);
    fields.put("base_url", baseUrl);
    fields.put("steps", steps);
    fields.put("checkpoint", checkpoint);
    fields.put("sampler", sampler);
    return fields;
  }
}
