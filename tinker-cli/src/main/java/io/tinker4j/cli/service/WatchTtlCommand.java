package io.tinker4j.cli.service;

import io.tinker4j.cli.access.Surroundings;
import io.tinker4j.cli.output.Console;
import io.tinker4j.cli.output.DisplayText;
import io.tinker4j.cli.output.Interruptible;
import io.tinker4j.cli.output.Table;
import io.tinker4j.training.CheckpointsClient;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.types.Checkpoint;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code tinker checkpoint watch-ttl}. */
@Command(
    name = "watch-ttl",
    description = {
      "Lists checkpoints that expire soon, and can keep them.",
      "Ends with exit code 1 when it has found some and was not told to keep them, so that a timer"
          + " can call it."
    })
final class WatchTtlCommand extends ServiceCommand {
  @Option(
      names = "--run-id",
      paramLabel = "ID",
      description = "Looks at the checkpoints of that run. Default: all runs.")
  private @Nullable String run;

  @Option(
      names = "--within",
      paramLabel = "SECONDS",
      defaultValue = "172800",
      description = "How soon is soon. Default: 172800, two days.")
  private long within = 172_800;

  @Option(
      names = "--ttl",
      paramLabel = "SECONDS",
      description =
          "Lets those that are found expire after so many seconds from now instead; has to be more"
              + " than --within.")
  private @Nullable Long ttl;

  @Option(
      names = "--every",
      paramLabel = "SECONDS",
      description = "Looks again after so many seconds, until it is interrupted. Default: once.")
  private @Nullable Long every;

  private int exitCode;

  WatchTtlCommand(Console console, Surroundings surroundings) {
    super(console, surroundings);
  }

  @Override
  void check() {
    atLeastOne("--within", within);
    if (every != null) {
      atLeastOne("--every", every);
    }
    if (ttl != null && ttl <= within) {
      throw new ParameterException(
          spec().commandLine(),
          "--ttl is %d; it must be more than --within, which is %d".formatted(ttl, within));
    }
  }

  private void atLeastOne(String option, long value) {
    if (value < 1) {
      throw new ParameterException(
          spec().commandLine(), "%s is %d; it must be at least 1".formatted(option, value));
    }
  }

  @Override
  void run(ServiceClient service) {
    CheckpointsClient checkpoints = service.createRestClient().checkpoints();
    look(checkpoints);
    while (every != null) {
      try {
        console().time().sleep(Duration.ofSeconds(every));
      } catch (InterruptedException e) {
        exitCode = Interruptible.INTERRUPTED;
        return;
      }
      look(checkpoints);
    }
  }

  private void look(CheckpointsClient checkpoints) {
    Instant now = console().time().now();
    Instant soon = now.plusSeconds(within);
    List<Checkpoint> found =
        all(checkpoints)
            .filter(each -> each.expiresAt().map(end -> end.isBefore(soon)).orElse(false))
            .toList();
    if (ttl != null) {
      found.forEach(each -> checkpoints.setTtl(each.tinkerPath(), Duration.ofSeconds(ttl)));
    }
    exitCode = found.isEmpty() || ttl != null ? 0 : 1;
    List<Map<String, @Nullable Object>> entries = new ArrayList<>();
    for (Checkpoint each : found) {
      Map<String, @Nullable Object> entry = Fields.of(each);
      entry.put("kept_until", ttl == null ? null : DisplayText.spaced(now.plusSeconds(ttl)));
      entries.add(entry);
    }
    console().print(spec(), () -> table(found, now), Map.of("checkpoints", entries), entries);
  }

  private Stream<Checkpoint> all(CheckpointsClient checkpoints) {
    return run == null
        ? StreamSupport.stream(checkpoints.all().spliterator(), false)
        : checkpoints.list(run).checkpoints().stream();
  }

  private Table table(List<Checkpoint> found, Instant now) {
    String title =
        found.isEmpty()
            ? "No checkpoint expires soon"
            : DisplayText.counted(found.size(), "checkpoint")
                + (found.size() == 1 ? " expires soon" : " expire soon");
    return new Table(
        title,
        List.of("Path", "Expires", "Kept until"),
        found.stream()
            .map(each ->
                List.of(
                    each.tinkerPath(),
                    CheckpointListCommand.expires(each, now),
                    ttl == null ? "" : DisplayText.age(now.plusSeconds(ttl), now)))
            .toList());
  }

  @Override
  int exitCode() {
    return exitCode;
  }
}
