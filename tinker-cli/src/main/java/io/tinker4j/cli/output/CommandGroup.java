package io.tinker4j.cli.output;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command that only has others below it: alone it prints its help. Extend it to name it. */
@Command(synopsisSubcommandLabel = "COMMAND")
public abstract class CommandGroup implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  /** For subclasses. */
  protected CommandGroup() {}

  @Override
  public final void run() {
    spec.commandLine().usage(Console.out(spec));
  }
}
