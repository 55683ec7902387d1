package io.tinker4j.cli.service;

import io.tinker4j.cli.access.ClientOptions;
import io.tinker4j.cli.access.Surroundings;
import io.tinker4j.cli.output.CommandException;
import io.tinker4j.cli.output.Console;
import io.tinker4j.cli.output.Interruptible;
import io.tinker4j.cli.output.SdkLog;
import io.tinker4j.training.ServiceClient;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command that asks a server once and ends. */
abstract class ServiceCommand implements Callable<Integer> {
  private static final String FORM =
      "Checkpoint paths should be in the format: tinker://run-id/weights/0001";

  private final Console console;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private ClientOptions client;

  ServiceCommand(Console console, Surroundings surroundings) {
    this.console = console;
    this.client = new ClientOptions(surroundings);
  }

  @Override
  public final Integer call() throws Exception {
    SdkLog.printTo(Console.err(spec), client.isVerbose());
    check();
    return Interruptible.call(
        console,
        spec,
        () -> {
          try (ServiceClient service = client.connect()) {
            run(service);
          }
          return exitCode();
        });
  }

  /** Refuses what cannot work, before anything is sent. */
  void check() {}

  /** Does the work. */
  abstract void run(ServiceClient service) throws IOException, InterruptedException;

  /** Returns how the command ends when the work is done. */
  int exitCode() {
    return 0;
  }

  final Console console() {
    return console;
  }

  final CommandSpec spec() {
    return spec;
  }

  final ClientOptions client() {
    return client;
  }

  /** Refuses what is no checkpoint's path, in the words of the reference client. */
  static String checkedPath(String path) {
    if (!path.startsWith("tinker://")) {
      throw new CommandException(
          "Invalid checkpoint path: " + path,
          List.of("Checkpoint path must be in the format: tinker://run-id/weights/0001"));
    }
    if (!Paths.isCheckpoint(path)) {
      throw new CommandException(
          "Invalid checkpoint path: Invalid tinker path: " + path, List.of(FORM));
    }
    return path;
  }
}
