package io.tinker4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.cli.output.Terminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The manual has a page for each command and no other. */
class ManualTest {
  private static final Path MANUAL = Path.of(System.getProperty("dist.directory"), "man");

  @Test
  void manual_hasAPageForEachCommand() throws IOException {
    Set<String> expected = new TreeSet<>();
    collect(Main.commandLine(new Terminal(0)), expected);

    Set<String> pages;
    try (Stream<Path> files = Files.list(MANUAL)) {
      pages = files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
    }
    assertThat(pages).isEqualTo(expected);
  }

  private static void collect(CommandLine command, Set<String> pages) {
    pages.add(command.getCommandSpec().qualifiedName("-") + ".1");
    command.getSubcommands().values().forEach(each -> collect(each, pages));
  }

  @Test
  void page_isRoffWithAllOptions() throws IOException {
    String page = Files.readString(MANUAL.resolve("tinker-train.1"));

    assertThat(page).contains(".TH \"TINKER\\-TRAIN\" \"1\"").contains("\\-\\-lr\\-schedule");
  }
}
