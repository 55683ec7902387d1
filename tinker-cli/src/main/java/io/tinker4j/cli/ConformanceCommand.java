package io.tinker4j.cli;

import io.tinker4j.conformance.ConformanceReport;
import io.tinker4j.conformance.ConformanceResult;
import io.tinker4j.conformance.ConformanceSuite;
import io.tinker4j.conformance.Verdict;
import java.net.URI;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tinker conformance}. */
@Command(
    name = "conformance",
    description = {
      "Asks a server, over HTTP alone, whether it does what the Tinker protocol says, and prints a",
      "table: supported, refused (it says that it does not do this), differs, not judged (what the",
      "question needs could not be had). Creates sessions, small models, two at most at a time,"
          + " and",
      "checkpoints on that server, and takes them away again; says what could not be."
    })
final class ConformanceCommand implements Callable<Integer> {
  private final Main main;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private ClientOptions client = new ClientOptions();

  @Option(
      names = "--json",
      description = {
        "Prints one JSON object instead of the table: server, the counts, and cases with id,",
        "section, checks, outcome and detail; and left_behind."
      })
  private boolean json;

  @Option(names = "--strict", description = "Ends with exit code 1 unless every case is supported.")
  private boolean strict;

  ConformanceCommand(Main main) {
    this.main = main;
  }

  @Override
  public Integer call() throws InterruptedException {
    CommandLine command = spec.commandLine();
    ConformanceReport report = suite(command).run(this::requireReachable);
    command.getOut().println(json || main.printsJson() ? report.toJson() : report.toTable());
    long supported = report.count(Verdict.SUPPORTED);
    return strict && supported < report.results().size()
        ? CommandLine.ExitCode.SOFTWARE
        : CommandLine.ExitCode.OK;
  }

  private ConformanceSuite suite(CommandLine command) {
    String url = client.baseUrl();
    if (url == null) {
      throw new ParameterException(command, "--base-url is missing; it says whom to ask");
    }
    @Nullable String key = client.apiKey();
    if (key == null || key.isEmpty()) {
      throw new ParameterException(
          command, "there is no API key; set TINKER_API_KEY, or name it with --api-key");
    }
    try {
      return ConformanceSuite.of(URI.create(url), key);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command, "--base-url: " + e.getMessage(), e);
    }
  }

  /** The first case needs nothing but an answer: without one, the others are no use. */
  private void requireReachable(ConformanceResult result) {
    if (result.which().id().equals("healthz") && result.detail().startsWith("no answer")) {
      throw new CommandException(
          client.baseUrl()
              + " cannot be reached ("
              + result.detail()
              + "); is the server running?");
    }
  }
}
