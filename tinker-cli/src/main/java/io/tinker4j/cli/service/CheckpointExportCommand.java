package io.tinker4j.cli.service;

import io.tinker4j.cli.access.Surroundings;
import io.tinker4j.cli.hub.AdapterFiles;
import io.tinker4j.cli.merge.AdapterMerge;
import io.tinker4j.cli.output.CommandException;
import io.tinker4j.cli.output.Console;
import io.tinker4j.training.ServiceClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tinker checkpoint export}. */
@Command(
    name = "export",
    description = {
      "Downloads a checkpoint as an adapter that the PEFT library loads.",
      "The directory has adapter_config.json with the base model in it, the weights, and a model"
          + " card; it appears when all of it is there."
    })
final class CheckpointExportCommand extends ServiceCommand {
  @Parameters(paramLabel = "CHECKPOINT_PATH", description = "The checkpoint, tinker://….")
  private String path = "";

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      description = "The new directory. Default: one named after the path.")
  private @Nullable Path output;

  @Option(names = "--force", description = "Replaces a directory that exists.")
  private boolean force;

  @Option(
      names = "--merge",
      paramLabel = "BASE_DIR",
      description =
          "Merges the adapter into the base model in that directory, whose weights are in"
              + " safetensors, and writes the whole model instead.")
  private @Nullable Path base;

  @Option(names = "--no-model-card", description = "Writes no README.md.")
  private boolean noCard;

  CheckpointExportCommand(Console console, Surroundings surroundings) {
    super(console, surroundings);
  }

  @Override
  void check() {
    checkedPath(path);
    if (base != null) {
      AdapterMerge.check(base);
    }
    if (!force && Files.exists(target())) {
      throw new CommandException(
          "Target directory already exists: " + target(),
          List.of("Use --force to overwrite or choose another directory with --output"));
    }
  }

  private Path target() {
    return output == null ? Path.of(Paths.fileName(path)) : output;
  }

  @Override
  void run(ServiceClient service) throws IOException {
    Path target = target().toAbsolutePath().normalize();
    Path parent = Objects.requireNonNull(target.getParent());
    Path work = Files.createTempDirectory(Files.createDirectories(parent), ".export-");
    List<String> names;
    try {
      Path made = make(new Adapters(service.createRestClient(), console(), spec()), work);
      names = AdapterFiles.names(made);
      if (Files.exists(target)) {
        Files.move(target, work.resolve("replaced"));
      }
      Files.move(made, target);
    } finally {
      Adapters.remove(work);
    }
    print(names);
  }

  private Path make(Adapters adapters, Path work) throws IOException {
    if (base != null) {
      return adapters.merge(path, work, base, !noCard);
    }
    AdapterFiles adapter = adapters.fetch(path, work.resolve("adapter"), !noCard);
    adapter.removeMark();
    return adapter.directory();
  }

  private void print(List<String> names) {
    if (console().printsTables()) {
      Console.out(spec())
          .println("Exported %s to %s (%s)".formatted(path, target(), String.join(", ", names)));
      return;
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("checkpoint_path", path);
    json.put("destination", target().toString());
    if (base != null) {
      json.put("merged_into", base.toString());
    }
    json.put("files", names);
    console().printJson(spec(), json);
  }
}
