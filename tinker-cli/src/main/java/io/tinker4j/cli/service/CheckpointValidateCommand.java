package io.tinker4j.cli.service;

import io.tinker4j.cli.access.Surroundings;
import io.tinker4j.cli.output.Console;
import io.tinker4j.recovery.validation.CheckpointValidator;
import io.tinker4j.recovery.validation.CheckpointValidator.Expectations;
import io.tinker4j.recovery.validation.CheckpointValidator.Finding;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.types.WeightsInfoResponse;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tinker checkpoint validate}. */
@Command(
    name = "validate",
    description = {
      "Looks whether a checkpoint can be trained from.",
      "Ends with exit code 1 and the first thing that is wrong when it cannot."
    })
final class CheckpointValidateCommand extends ServiceCommand {
  private static final Set<Integer> GONE = Set.of(404, 410);

  /** How closely to look. */
  enum Level {
    METADATA,
    ARCHIVE,
    LOAD
  }

  @Parameters(paramLabel = "CHECKPOINT_PATH", description = "The checkpoint, tinker://….")
  private String path = "";

  @Option(
      names = "--level",
      paramLabel = "metadata|archive|load",
      defaultValue = "metadata",
      description =
          "How closely to look: at what the server says of it; also into its files, which are"
              + " downloaded; also by loading it into a model, which is freed again. Default:"
              + " metadata.")
  private Level level = Level.METADATA;

  @Option(
      names = "--base-model",
      paramLabel = "NAME",
      description = "The base model that it has to fit. Default: its own.")
  private @Nullable String baseModel;

  @Option(
      names = "--rank",
      paramLabel = "N",
      description = "The rank that it has to have. Default: any.")
  private @Nullable Integer rank;

  private boolean isSound;

  CheckpointValidateCommand(Console console, Surroundings surroundings) {
    super(console, surroundings);
  }

  @Override
  void check() {
    checkedPath(path);
  }

  @Override
  void run(ServiceClient service) {
    Optional<Finding> finding =
        CheckpointValidator.of(service)
            .validate(
                path,
                CheckpointValidator.Level.valueOf(level.name()),
                new Expectations(
                    baseModel == null ? ownBaseModel(service, path).orElse("") : baseModel,
                    rank == null ? OptionalInt.empty() : OptionalInt.of(rank)));
    isSound = finding.isEmpty();
    String looked = level.name().toLowerCase(Locale.ROOT);
    if (console().printsTables()) {
      Console.out(spec())
          .println(
              finding.isEmpty()
                  ? "%s is sound (%s)".formatted(path, looked)
                  : "%s cannot be trained from (%s): %s".formatted(path, looked, finding.get()));
      return;
    }
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("checkpoint_path", path);
    json.put("level", looked);
    json.put("valid", isSound);
    json.put(
        "finding", finding.map(each -> each.kind().name().toLowerCase(Locale.ROOT)).orElse(null));
    json.put("detail", finding.map(Finding::detail).orElse(null));
    console().printJson(spec(), json);
  }

  /** Returns the base model of a checkpoint; empty when it is not there, or no longer. */
  static Optional<String> ownBaseModel(ServiceClient service, String path) {
    try {
      WeightsInfoResponse info = service.createRestClient().checkpoints().weightsInfo(path);
      return Optional.of(info.baseModel());
    } catch (ApiStatusException e) {
      if (!GONE.contains(e.status())) {
        throw e;
      }
      return Optional.empty();
    }
  }

  @Override
  int exitCode() {
    return isSound ? 0 : 1;
  }
}
