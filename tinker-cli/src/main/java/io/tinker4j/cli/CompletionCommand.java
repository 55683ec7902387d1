package io.tinker4j.cli;

import io.tinker4j.cli.output.Console;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tinker completion}. */
@Command(
    name = "completion",
    description = {
      "Prints a script by which a shell completes this command.",
      "For bash: source <(tinker completion bash). For zsh the same with zsh, behind autoload -U"
          + " compinit && compinit."
    })
final class CompletionCommand implements Runnable {
  /** Shells there is a script for. */
  enum Shell {
    BASH,
    ZSH
  }

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "bash|zsh", description = "The shell.")
  private Shell shell = Shell.BASH;

  @Override
  public void run() {
    // One script serves both: in zsh it turns on the completion of bash.
    String script = AutoComplete.bash(spec.root().name(), spec.root().commandLine());
    if (shell == Shell.ZSH) {
      Console.out(spec).println("#compdef " + spec.root().name());
    }
    Console.out(spec).print(script);
    Console.out(spec).flush();
  }
}
