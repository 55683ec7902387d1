package io.tinker4j.cli.access;

import io.tinker4j.cli.output.CommandException;
import io.tinker4j.cli.output.Console;
import io.tinker4j.transport.CredentialSource;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tinker auth login}. */
@Command(
    name = "login",
    description = {
      "Stores an API key for the SDKs and commands of this machine.",
      "Asks for the key, or reads it from stdin. It goes to ~/.tinker/credentials.json, which only"
          + " you can read, and is used where neither TINKER_API_KEY nor TINKER_CREDENTIAL_CMD is"
          + " set. Make a key at https://tinker.thinkingmachines.ai."
    })
final class LoginCommand implements Callable<Integer> {
  /** What the reference command calls a key that was typed in. */
  private static final String ID = "manual";

  private static final String NAME = "Manually added api key";

  private final Console console;
  private final Surroundings surroundings;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--api-key",
      description = "Asks for an API key, which this command does in any case.")
  @SuppressWarnings("UnusedVariable") // As the reference command has it.
  private boolean apiKey;

  LoginCommand(Console console, Surroundings surroundings) {
    this.console = console;
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws IOException {
    StoredCredentials store = StoredCredentials.of(surroundings);
    if (store.defaultKey().isPresent()) {
      throw new CommandException(
          "Already logged in", List.of("Run 'tinker auth logout' before logging in again."));
    }
    String key = Objects.requireNonNullElse(prompted(), "").strip();
    if (key.isEmpty()) {
      throw new CommandException("The API key must not be empty");
    }
    try {
      Object unused = CredentialSource.apiKey(key);
    } catch (IllegalArgumentException e) {
      throw new CommandException(String.valueOf(e.getMessage()), e);
    }
    store.store(ID, key, NAME);
    if (console.printsTables()) {
      Console.out(spec).println("Successfully set API key");
    } else {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("credentials_file", store.file().toString());
      json.put("name", NAME);
      console.printJson(spec, json);
    }
    surroundings
        .variable(Credential.VARIABLE)
        .ifPresent(set ->
            Console.err(spec)
                .println("Note: %s is set and goes before it.".formatted(Credential.VARIABLE)));
    return 0;
  }

  /** Asks without showing what is typed, where there is somebody to ask. */
  private @Nullable String prompted() throws IOException {
    Optional<java.io.Console> person =
        console.terminal().isInteractive()
            ? Optional.ofNullable(System.console())
            : Optional.empty();
    if (person.isPresent()) {
      char[] typed = person.get().readPassword("API key: ");
      return typed == null ? null : new String(typed);
    }
    return console.readLine();
  }
}
