package io.tinker4j.cli;

import io.tinker4j.cli.output.Terminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.codegen.docgen.manpage.ManPageGenerator;

/**
 * Writes the sources of the manual, a page for each command, and the completion scripts. They are
 * in the package of the command because that is where the command can be had.
 */
final class Pages {
  private static final int WIDTH = 100;

  private Pages() {}

  /**
   * Writes {@code man/*.adoc} and {@code completion/*} into a directory.
   *
   * @param args the directory
   */
  public static void main(String[] args) throws IOException {
    Path directory = Path.of(args[0]);
    CommandLine command = Main.commandLine(new Terminal(0)).setUsageHelpAutoWidth(false);
    command.setUsageHelpWidth(WIDTH);
    manual(command, directory.resolve("man"));
    completion(command, directory.resolve("completion"));
  }

  private static void manual(CommandLine command, Path directory) throws IOException {
    Files.createDirectories(directory);
    int exitCode =
        ManPageGenerator.generateManPage(
            directory.toFile(), null, new boolean[0], true, command.getCommandSpec());
    if (exitCode != 0) {
      throw new IOException("the manual was not written: exit code " + exitCode);
    }
  }

  private static void completion(CommandLine command, Path directory) throws IOException {
    Files.createDirectories(directory);
    String script = AutoComplete.bash(command.getCommandName(), command);
    Files.writeString(directory.resolve("tinker.bash"), script);
    Files.writeString(directory.resolve("_tinker"), "#compdef tinker\n" + script);
  }
}
