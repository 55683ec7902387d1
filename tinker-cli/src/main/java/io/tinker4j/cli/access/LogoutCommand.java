package io.tinker4j.cli.access;

import io.tinker4j.cli.access.StoredCredentials.StoredKey;
import io.tinker4j.cli.output.CommandException;
import io.tinker4j.cli.output.Console;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code tinker auth logout}. */
@Command(
    name = "logout",
    description = {
      "Removes the stored API key.",
      "Other stored keys stay, and so do TINKER_API_KEY and TINKER_CREDENTIAL_CMD. The key itself"
          + " stays good; delete it at https://tinker.thinkingmachines.ai."
    })
final class LogoutCommand implements Callable<Integer> {
  private final Console console;
  private final Surroundings surroundings;

  @Spec private CommandSpec spec = CommandSpec.create();

  LogoutCommand(Console console, Surroundings surroundings) {
    this.console = console;
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    StoredCredentials store = StoredCredentials.of(surroundings);
    StoredKey key =
        store
            .defaultKey()
            .orElseThrow(() ->
                new CommandException(
                    "No default credential is stored",
                    List.of(
                        "There is nothing to log out from. Run 'tinker auth login' to log in.")));
    store.remove(key.id());
    if (console.printsTables()) {
      Console.out(spec)
          .println("Removed credential '%s'. The API key is still active.".formatted(key.name()));
    } else {
      console.printJson(spec, Map.of("removed", key.name()));
    }
    return 0;
  }
}
