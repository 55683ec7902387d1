package io.tinker4j.cli.service;

import io.tinker4j.cli.output.CommandException;
import io.tinker4j.cli.output.Console;
import io.tinker4j.cli.output.DisplayText;
import io.tinker4j.training.download.CheckpointDownload;
import io.tinker4j.training.download.DownloadException;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;

/** Downloads with progress on a terminal. */
final class Downloads {
  private static final long STEP = 1 << 20;

  private Downloads() {}

  /** Returns what draws how far a download is, once for each mebibyte. */
  static CheckpointDownload.Progress progress(Console console, CommandSpec spec) {
    long[] shown = {-STEP};
    return (received, total) -> {
      if (received - shown[0] >= STEP || received < shown[0] || received == total) {
        shown[0] = received;
        console.draw(
            spec,
            "Downloading  "
                + DisplayText.size((double) received)
                + (total < 0 ? "" : " of " + DisplayText.size((double) total)));
      }
    };
  }

  /** Runs a download. */
  static CheckpointDownload.Result run(
      CommandSpec spec, Console console, Supplier<CheckpointDownload.Result> download) {
    try {
      return download.get();
    } catch (DownloadException e) {
      throw CheckpointDownloadCommand.failed(e);
    } catch (IllegalArgumentException e) {
      throw new CommandException(String.valueOf(e.getMessage()), e);
    } finally {
      console.drawn(spec);
    }
  }
}
