package io.tinker4j.cli.service;

import io.tinker4j.cli.access.Surroundings;
import io.tinker4j.cli.output.CommandException;
import io.tinker4j.cli.output.Console;
import io.tinker4j.cli.output.DisplayText;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.download.CheckpointDownload;
import io.tinker4j.training.download.DownloadException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tinker checkpoint download}. */
@Command(
    name = "download",
    description = {
      "Downloads a checkpoint and extracts its files.",
      "They get a directory of their own, named after the path. A download that breaks goes on"
          + " where it was, up to ten times without progress; the directory appears when all of it"
          + " is there."
    })
final class CheckpointDownloadCommand extends ServiceCommand {
  @Parameters(paramLabel = "CHECKPOINT_PATH", description = "The checkpoint, tinker://….")
  private String path = "";

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      description = "Where the new directory is made. Default: the current directory.")
  private Path output = Path.of("");

  @Option(names = "--force", description = "Replaces a directory that exists.")
  private boolean force;

  CheckpointDownloadCommand(Console console, Surroundings surroundings) {
    super(console, surroundings);
  }

  @Override
  void check() {
    checkedPath(path);
    Path target = target();
    if (!force && Files.exists(target)) {
      throw new CommandException(
          "Target directory already exists: " + target,
          List.of("Use --force to overwrite or choose another directory with --output"));
    }
  }

  private Path target() {
    return output.resolve(Paths.fileName(path));
  }

  @Override
  void run(ServiceClient service) {
    CheckpointDownload download =
        service
            .createRestClient()
            .checkpoints()
            .download(path)
            .overwrite(force)
            .progress(Downloads.progress(console(), spec()));
    CheckpointDownload.Result result =
        Downloads.run(spec(), console(), () -> download.extractTo(target()));
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("checkpoint_path", path);
    json.put("destination", result.path().toString());
    json.put("file_size_bytes", result.bytes());
    if (console().printsTables()) {
      Console.out(spec())
          .println(
              "Downloaded %s to %s (%s)"
                  .formatted(path, result.path(), DisplayText.size((double) result.bytes())));
    } else {
      console().printJson(spec(), json);
    }
  }

  /** Returns what to say of a download that failed. */
  static CommandException failed(DownloadException failure) {
    return new CommandException(
        "Download failed: " + failure.getMessage(),
        List.of("Nothing is left behind; the same command starts it again."),
        failure);
  }
}
