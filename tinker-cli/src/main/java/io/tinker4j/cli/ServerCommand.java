package io.tinker4j.cli;

import io.tinker4j.cli.output.CommandException;
import io.tinker4j.cli.output.FileProblem;
import io.tinker4j.cli.output.InterruptHook;
import io.tinker4j.cli.output.SdkLog;
import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.testkit.Personality;
import io.tinker4j.testkit.SelfSignedCertificate;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.testkit.observe.RecordedRequest;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tinker server}. */
@Command(
    name = "server",
    description = {
      "Runs the embedded Tinker server until it is interrupted: the whole protocol in front of "
          + "a tiny model that is really trained.",
      "For tests and for trying things out, not for the internet. The tokens of its models are"
          + " bytes; tinker4j/nano-N and tinker4j/tiny-N, which it does not list, have N tokens,"
          + " from 258 to 1000000: tinker4j/nano-151669 for those of Qwen3."
    })
final class ServerCommand implements Callable<Integer> {
  private static final int LONGEST = 200;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "8080",
      description = "The port to listen on, 0 for any free one. Default: 8080.")
  private int port;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description =
          "The address to listen on. Default: 127.0.0.1, which other machines cannot reach. Set "
              + "an API key before you change it.")
  private String host = "127.0.0.1";

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description =
          "Where everything is kept, so that the next server goes on there. Default: nothing is.")
  private @Nullable Path dataDirectory;

  @Option(
      names = "--server-api-key",
      paramLabel = "KEY",
      defaultValue = "${env:TINKER_SERVER_API_KEY}",
      description =
          "The only API key that is accepted. Default: TINKER_SERVER_API_KEY of the environment, "
              + "else any key.")
  private @Nullable String apiKey;

  @Option(
      names = "--hold-time",
      paramLabel = "SECONDS",
      description =
          "How long a request for a result that is not ready is held. Default: 5, or what the "
              + "personality is known for.")
  private @Nullable Double holdTime;

  @Option(
      names = "--tls",
      description = "Speaks TLS with a new certificate for localhost that nobody has signed.")
  private boolean tls;

  @Option(
      names = "--certificate",
      paramLabel = "FILE",
      description = "Where --tls writes its certificate, in PEM form, for clients to trust.")
  private @Nullable Path certificate;

  @Option(
      names = "--request-log",
      description = "Prints a line for each request to stderr, without keys and bodies.")
  private boolean requestLog;

  @Option(
      names = "--faults",
      paramLabel = "FILE",
      description = "A fault script in JSON, see docs/testing.md.")
  private @Nullable Path faults;

  @Option(
      names = "--fault-control",
      description = "Lets clients set faults and restart the server below /control/.")
  private boolean faultControl;

  @Option(
      names = "--personality",
      paramLabel = "NAME",
      defaultValue = "hosted",
      description = "Which server it behaves like: ${COMPLETION-CANDIDATES}. Default: hosted.")
  private Personality personality = Personality.HOSTED;

  @Option(
      names = "--adapter-slots",
      paramLabel = "N",
      description = "How many models there may be in memory. Default: no limit.")
  private @Nullable Integer adapterSlots;

  @Option(
      names = "--slot-timeout",
      paramLabel = "SECONDS",
      description =
          "How long a session is silent before its models make room for others, with "
              + "--adapter-slots. Default: 300.")
  private @Nullable Double slotTimeout;

  private final CountDownLatch end = new CountDownLatch(1);

  @Override
  public Integer call() throws InterruptedException {
    CommandLine command = spec.commandLine();
    if (certificate != null && !tls) {
      throw new ParameterException(command, "--certificate is for --tls");
    }
    SdkLog.printTo(command.getErr(), false);
    InterruptHook hook = InterruptHook.install(end::countDown);
    try (EmbeddedTinkerServer server = start(command)) {
      command
          .getOut()
          .println("Listening on " + server.baseUrl() + " as " + name(personality) + " server");
      command.getOut().flush();
      end.await();
    } finally {
      hook.remove();
    }
    return CommandLine.ExitCode.OK;
  }

  private static String name(Personality personality) {
    return personality.name().toLowerCase(Locale.ROOT);
  }

  private EmbeddedTinkerServer start(CommandLine command) throws InterruptedException {
    EmbeddedTinkerServer.Builder builder =
        EmbeddedTinkerServer.builder()
            .host(host)
            .personality(personality)
            .faultControl(faultControl);
    try {
      configure(builder, command);
      return builder.start();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command, named(String.valueOf(e.getMessage())), e);
    } catch (IOException e) {
      throw new CommandException("the server cannot start: " + e, e);
    } catch (UncheckedIOException e) {
      throw new CommandException("the server cannot start: " + e.getMessage(), e);
    }
  }

  /** Names the options where the builder names its settings. */
  private static String named(String message) {
    return message
        .replaceFirst("^port ", "--port ")
        .replaceFirst("^host ", "--host ")
        .replaceFirst("^holdTime ", "--hold-time ")
        .replaceFirst("^adapterSlots ", "--adapter-slots ")
        .replaceFirst("^slotTimeout ", "--slot-timeout ")
        .replaceFirst("^dataDirectory ", "--data-dir ")
        .replaceFirst("^apiKey ", "--server-api-key ");
  }

  /** A file that is no script is named, not quoted: it may be anything. */
  private static FaultScript script(Path file) {
    String text;
    try {
      text = Files.readString(file);
    } catch (IOException e) {
      throw new CommandException("--faults: " + FileProblem.of(file, e), e);
    }
    if (!text.stripLeading().startsWith("{")) {
      throw new IllegalArgumentException(
          "--faults: %s is no fault script; that is a JSON object, see docs/testing.md"
              .formatted(file));
    }
    try {
      return FaultScript.fromJson(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "--faults: %s: %s".formatted(file, firstLine(String.valueOf(e.getMessage()))), e);
    }
  }

  private static String firstLine(String message) {
    String line = message.lines().findFirst().orElse("");
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "…";
  }

  private void configure(EmbeddedTinkerServer.Builder builder, CommandLine command)
      throws IOException, InterruptedException {
    builder.port(port);
    if (holdTime != null) {
      builder.holdTime(Duration.ofMillis(Math.round(holdTime * 1000)));
    }
    if (adapterSlots != null) {
      builder.adapterSlots(adapterSlots);
    }
    if (slotTimeout != null) {
      builder.slotTimeout(Duration.ofMillis(Math.round(slotTimeout * 1000)));
    }
    if (dataDirectory != null) {
      builder.dataDirectory(Files.createDirectories(dataDirectory));
    }
    if (apiKey != null && !apiKey.isEmpty()) {
      builder.apiKey(apiKey);
    }
    if (faults != null) {
      builder.faults(script(faults));
    }
    if (requestLog) {
      PrintWriter err = command.getErr();
      builder.requestListener(request -> err.println(line(request)));
    }
    if (tls) {
      SelfSignedCertificate made = SelfSignedCertificate.generate();
      builder.tls(made.serverContext());
      if (certificate != null) {
        Files.writeString(certificate, made.pem());
      }
    }
  }

  private static String line(RecordedRequest request) {
    return "%s %s %s %s %d ms"
        .formatted(
            request.time(),
            request.method(),
            request.path(),
            request.status().isPresent() ? request.status().getAsInt() : "dropped",
            request.elapsed().toMillis());
  }

  /** Ends the command in order. */
  void end() {
    end.countDown();
  }
}
