package io.tinker4j.cli;

import io.tinker4j.cli.access.ClientOptions;
import io.tinker4j.cli.output.CommandException;
import io.tinker4j.cli.output.Interruptible;
import io.tinker4j.cli.output.VisibleText;
import io.tinker4j.conformance.ConformanceReport;
import io.tinker4j.conformance.ConformanceResult;
import io.tinker4j.conformance.ConformanceSuite;
import io.tinker4j.conformance.Verdict;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.concurrent.Callable;
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
      "Asks a server, over HTTP alone, whether it does what the Tinker protocol says, and "
          + "prints a table: supported, refused (it says that it does not do this), differs, not "
          + "judged (what the question needs could not be had).",
      "Creates sessions, small models, two at most at a time, and checkpoints on that server, "
          + "and takes them away again; says what could not be."
    })
final class ConformanceCommand implements Callable<Integer> {
  private final Main main;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private ClientOptions client;

  @Option(
      names = "--json",
      description =
          "Prints one JSON object instead of the table: server, the counts, and cases with id, "
              + "section, checks, outcome and detail; and left_behind.")
  private boolean json;

  @Option(names = "--strict", description = "Ends with exit code 1 unless every case is supported.")
  private boolean strict;

  ConformanceCommand(Main main) {
    this.main = main;
    this.client = main.clientOptions();
  }

  @Override
  public Integer call() throws Exception {
    ConformanceSuite suite = suite(spec.commandLine());
    return Interruptible.call(spec, () -> ask(suite));
  }

  private int ask(ConformanceSuite suite) throws InterruptedException {
    CommandLine command = spec.commandLine();
    ConformanceReport report = suite.run(this::requireReachable);
    command.getOut().println(json || main.printsJson() ? report.toJson() : report.toTable());
    long supported = report.count(Verdict.SUPPORTED);
    return strict && supported < report.results().size()
        ? CommandLine.ExitCode.SOFTWARE
        : CommandLine.ExitCode.OK;
  }

  private ConformanceSuite suite(CommandLine command) throws InterruptedException {
    String url = client.baseUrl();
    if (url == null) {
      throw new ParameterException(command, "--base-url is missing; it says whom to ask");
    }
    URI address = address(command, url);
    String key = client.requireCredential().source().credential();
    return ConformanceSuite.of(address, key);
  }

  private static URI address(CommandLine command, String url) {
    try {
      URI address = new URI(url);
      if (address.getHost() != null && List.of("http", "https").contains(address.getScheme())) {
        return address;
      }
    } catch (URISyntaxException e) {
      // Refused below, as an address of another kind is.
    }
    throw new ParameterException(
        command,
        "--base-url is '%s'; it must be an http:// or https:// address, such as http://127.0.0.1:8080"
            .formatted(VisibleText.of(url)));
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
