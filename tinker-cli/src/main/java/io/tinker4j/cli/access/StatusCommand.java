package io.tinker4j.cli.access;

import io.tinker4j.cli.output.CommandException;
import io.tinker4j.cli.output.Console;
import io.tinker4j.cli.output.DisplayText;
import io.tinker4j.cli.output.Interruptible;
import io.tinker4j.cli.output.SdkLog;
import io.tinker4j.transport.TinkerException;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.endpoint.Operations;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code tinker auth status}. */
@Command(
    name = "status",
    description = {
      "Shows where the credential comes from and whether the server takes it.",
      "Ends with exit code 1 when there is none or it is refused."
    })
final class StatusCommand implements Callable<Integer> {
  private final Console console;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private ClientOptions client;

  StatusCommand(Console console, Surroundings surroundings) {
    this.console = console;
    this.client = new ClientOptions(surroundings);
  }

  @Override
  public Integer call() throws Exception {
    SdkLog.printTo(Console.err(spec), client.isVerbose());
    Optional<Credential> credential = client.credential();
    if (credential.isEmpty()) {
      print(null, false);
      throw new CommandException(
          "No Tinker credentials are available",
          List.of("Run 'tinker auth login' or configure a Tinker credential."));
    }
    return Interruptible.call(console, spec, () -> ask(credential.get()));
  }

  private int ask(Credential credential) {
    try (ApiClient api = client.api()) {
      Object unused = api.call(Operations.GET_SERVER_CAPABILITIES);
    } catch (TinkerException e) {
      if (!Thread.currentThread().isInterrupted()) {
        print(credential, false);
      }
      throw e;
    }
    print(credential, true);
    return 0;
  }

  private void print(@Nullable Credential credential, boolean isAccessible) {
    if (!console.printsTables()) {
      Map<String, @Nullable Object> json = new LinkedHashMap<>();
      json.put("credentials_available", credential != null);
      json.put("credentials_origin", credential == null ? null : credential.origin());
      json.put("base_url", client.address());
      json.put("accessible", isAccessible);
      console.printJson(spec, json);
      return;
    }
    say("Credentials available", credential != null);
    if (credential != null) {
      Console.out(spec).println("Credentials from: " + credential.origin());
      Console.out(spec).println("Server: " + client.address());
      say("Tinker accessible", isAccessible);
    }
  }

  private void say(String what, boolean is) {
    Console.out(spec).println(what + ": " + DisplayText.yes(is).toLowerCase(Locale.ROOT));
    Console.out(spec).flush();
  }
}
