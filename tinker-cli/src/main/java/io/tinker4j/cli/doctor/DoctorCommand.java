package io.tinker4j.cli.doctor;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tinker doctor}. */
@Command(
    name = "doctor",
    description =
        "Looks for what stands between you and a training run: key, address, network, clock,"
            + " server, runs, checkpoints, journals. Says what was seen and what to do; changes"
            + " nothing. Ends with exit code 1 if a check fails.")
public final class DoctorCommand implements Callable<Integer> {
  private final BooleanSupplier json;
  private final Surroundings surroundings;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--base-url",
      paramLabel = "URL",
      description = "The server to look at. Default: TINKER_BASE_URL, then the hosted service.")
  private @Nullable String baseUrl;

  @Option(
      names = "--api-key",
      paramLabel = "KEY",
      description =
          "The API key. Default: TINKER_API_KEY, which, unlike this option, no other user of the"
              + " machine can see.")
  private @Nullable String apiKey;

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

  /**
   * Creates the command.
   *
   * @param json whether the result is printed as JSON; asked when the command runs
   */
  public DoctorCommand(BooleanSupplier json) {
    this(json, Surroundings.system());
  }

  DoctorCommand(BooleanSupplier json, Surroundings surroundings) {
    this.json = json;
    this.surroundings = surroundings;
  }

  /** Looks, prints what was found, and returns the exit code. */
  @Override
  public Integer call() throws IOException, InterruptedException {
    if (timeout < 1) {
      throw new ParameterException(
          spec.commandLine(), "--timeout is %d; it must be at least 1".formatted(timeout));
    }
    Patient.Request request =
        new Patient.Request(baseUrl, apiKey, journals, Duration.ofSeconds(timeout));
    try (Patient patient = new Patient(request, surroundings)) {
      Report report = new Report(Examination.of(patient), patient::redacted);
      PrintWriter out = spec.commandLine().getOut();
      if (json.getAsBoolean()) {
        out.println(report.json());
      } else {
        out.print(report.table());
      }
      out.flush();
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
    spec.commandLine().getErr().println("Wrote " + file + "; look into it before you hand it on.");
  }
}
