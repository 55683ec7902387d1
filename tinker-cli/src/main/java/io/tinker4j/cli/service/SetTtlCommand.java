package io.tinker4j.cli.service;

import io.tinker4j.cli.access.Surroundings;
import io.tinker4j.cli.output.CommandException;
import io.tinker4j.cli.output.Console;
import io.tinker4j.training.CheckpointsClient;
import io.tinker4j.training.ServiceClient;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tinker checkpoint set-ttl}. */
@Command(name = "set-ttl", description = "Sets when a checkpoint expires.")
final class SetTtlCommand extends ServiceCommand {
  private static final List<String> ADVICE =
      List.of("Use --ttl to set an expiration or --remove to clear it");

  @Parameters(paramLabel = "CHECKPOINT_PATH", description = "The checkpoint, tinker://….")
  private String path = "";

  @Option(
      names = "--ttl",
      paramLabel = "SECONDS",
      description = "Lets it expire after so many seconds from now.")
  private @Nullable Long ttl;

  @Option(names = "--remove", description = "Keeps it until it is deleted.")
  private boolean remove;

  SetTtlCommand(Console console, Surroundings surroundings) {
    super(console, surroundings);
  }

  @Override
  void check() {
    if (ttl != null && remove) {
      throw new CommandException("Cannot specify both --ttl and --remove", ADVICE);
    }
    if (ttl == null && !remove) {
      throw new CommandException("Must specify either --ttl <seconds> or --remove", ADVICE);
    }
    if (ttl != null && ttl < 1) {
      throw new CommandException("--ttl is %d; it must be at least 1".formatted(ttl), ADVICE);
    }
    checkedPath(path);
  }

  @Override
  void run(ServiceClient service) {
    CheckpointsClient checkpoints = service.createRestClient().checkpoints();
    if (ttl == null) {
      checkpoints.clearTtl(path);
    } else {
      checkpoints.setTtl(path, Duration.ofSeconds(ttl));
    }
  }
}
