package io.tinker4j.cli.service;

import io.tinker4j.cli.hub.AdapterFiles;
import io.tinker4j.cli.hub.ModelCard;
import io.tinker4j.cli.merge.AdapterMerge;
import io.tinker4j.cli.output.CommandException;
import io.tinker4j.cli.output.Console;
import io.tinker4j.training.CheckpointsClient;
import io.tinker4j.training.RestClient;
import io.tinker4j.training.download.CheckpointDownload;
import io.tinker4j.types.WeightsInfoResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;

/** Fetches a checkpoint's adapter as PEFT has it. */
final class Adapters {
  private final RestClient rest;
  private final Console console;
  private final CommandSpec spec;

  Adapters(RestClient rest, Console console, CommandSpec spec) {
    this.rest = rest;
    this.console = console;
    this.spec = spec;
  }

  /** Describes the model of a checkpoint. */
  WeightsInfoResponse info(String path) {
    return rest.checkpoints().weightsInfo(path);
  }

  /** Extracts a checkpoint's archive into a directory that is not there yet, and completes it. */
  AdapterFiles fetch(String path, Path directory, boolean writesCard) throws IOException {
    WeightsInfoResponse info = info(path);
    CheckpointsClient checkpoints = rest.checkpoints();
    CheckpointDownload download =
        checkpoints.download(path).progress(Downloads.progress(console, spec));
    Object unused = Downloads.run(spec, console, () -> download.extractTo(directory));
    AdapterFiles adapter = AdapterFiles.of(directory);
    adapter.nameBaseModel(info.baseModel());
    if (writesCard) {
      adapter.writeCard(new ModelCard(path, info.baseModel(), info.loraRank(), false));
    }
    return adapter;
  }

  /** Fetches an adapter and merges it into a base model; returns the directory of the result. */
  Path merge(String path, Path work, Path base, boolean writesCard) throws IOException {
    AdapterFiles adapter = fetch(path, work.resolve("adapter"), false);
    Path merged = work.resolve("merged");
    try (AdapterMerge merge = AdapterMerge.open(adapter.directory(), base)) {
      Files.createDirectory(merged);
      merge.writeTo(merged, text -> console.progress(spec, text));
    } catch (IOException e) {
      throw new CommandException("The merged model cannot be written: " + e.getMessage(), e);
    }
    if (writesCard) {
      WeightsInfoResponse info = info(path);
      new ModelCard(path, info.baseModel(), info.loraRank(), true).write(merged);
    }
    return merged;
  }

  /** Removes a directory and what is in it, if it is there. */
  static void remove(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }
}
