package io.tinker4j.cli.doctor;

import io.tinker4j.cli.access.ClientOptions;
import io.tinker4j.cli.access.Surroundings;
import io.tinker4j.cli.output.Console;
import io.tinker4j.cli.output.Interruptible;
import io.tinker4j.cli.output.SdkLog;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tinker doctor}. */
@Command(
    name = "doctor",
    description =
        "Looks for what stands between you and a training run: settings, key, address, network,"
            + " clock, server, runs, checkpoints, journals. Says what was seen and what to do;"
            + " changes nothing. Ends with exit code 1 if a check fails.")
public final class DoctorCommand implements Callable<Integer> {
  private final Console console;
  private final Machine machine;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private ClientOptions client;

  @Option(
      names = "--journal",
      paramLabel = "DIRECTORY",
      description = "The directory of a resumable run to look at; may be given more than once.")
  private List<Path> journals = List.of();

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description = "How long one check may take. Default: 10.")
  private int timeout;

  @Option(
      names = "--bundle",
      paramLabel = "FILE",
      description =
          "Writes a new zip file with what was found, for support: without keys, tokens, prompts"
              + " and metrics.")
  private @Nullable Path bundle;

  /** The command in those surroundings, on this machine. */
  public DoctorCommand(Console console, Surroundings surroundings) {
    this(console, surroundings, Machine.of(console.time()));
  }

  DoctorCommand(Console console, Surroundings surroundings, Machine machine) {
    this.console = console;
    this.client = new ClientOptions(surroundings);
    this.machine = machine;
  }

  /** Looks, prints what was found, and returns the exit code. */
  @Override
  public Integer call() throws Exception {
    if (timeout < 1) {
      throw new ParameterException(
          spec.commandLine(), "--timeout is %d; it must be at least 1".formatted(timeout));
    }
    SdkLog.printTo(Console.err(spec), client.isVerbose());
    return Interruptible.call(console, spec, this::examine);
  }

  private int examine() throws IOException, InterruptedException {
    Patient.Request request = new Patient.Request(client, journals, Duration.ofSeconds(timeout));
    try (Patient patient = new Patient(request, machine)) {
      Report report = new Report(Examination.of(patient), patient::redacted);
      console.print(spec, report::table, report.json());
      if (bundle != null) {
        write(bundle, report, patient);
      }
      return report.isWell() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }
  }

  private void write(Path file, Report report, Patient patient) throws IOException {
    try {
      Bundle.write(file, report, patient);
    } catch (FileAlreadyExistsException e) {
      throw new ParameterException(
          spec.commandLine(), "--bundle: there is a file %s already".formatted(file), e);
    }
    Console.err(spec).println("Wrote " + file + "; look into it before you hand it on.");
  }
}
