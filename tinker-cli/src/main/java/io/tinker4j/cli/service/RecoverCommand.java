package io.tinker4j.cli.service;

import io.tinker4j.cli.access.Surroundings;
import io.tinker4j.cli.output.CommandException;
import io.tinker4j.cli.output.Console;
import io.tinker4j.cli.output.FailureReason;
import io.tinker4j.recovery.ProgressJournal;
import io.tinker4j.recovery.journal.CheckpointRecord;
import io.tinker4j.recovery.validation.CheckpointValidator;
import io.tinker4j.recovery.validation.CheckpointValidator.Expectations;
import io.tinker4j.recovery.validation.CheckpointValidator.Finding;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.transport.TinkerException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tinker recover}. */
@Command(
    name = "recover",
    description = {
      "Finds what is left of a run whose process has died.",
      "Looks through the checkpoints of its journal, the newest first, until one can be trained"
          + " from, and prints its path; ends with exit code 1 when there is none. Changes nothing"
          + " unless --save is given. A run of tinker train goes on with its own command."
    })
public final class RecoverCommand extends ServiceCommand {
  @Parameters(paramLabel = "JOURNAL", description = "The directory of the journal.")
  private Path journal = Path.of("");

  @Option(
      names = "--save",
      paramLabel = "NAME",
      description =
          "Saves the run's last model under that name first, if the server still has it. The"
              + " process that trained it has to be dead.")
  private @Nullable String save;

  @Option(
      names = "--level",
      paramLabel = "metadata|archive|load",
      defaultValue = "archive",
      description = "How closely to look, as in tinker checkpoint validate. Default: archive.")
  private CheckpointValidateCommand.Level level = CheckpointValidateCommand.Level.ARCHIVE;

  private boolean isFound;

  /** The command, which asks the server that those surroundings name. */
  public RecoverCommand(Console console, Surroundings surroundings) {
    super(console, surroundings);
  }

  @Override
  void run(ServiceClient service) throws InterruptedException {
    JournalView view = JournalView.of(ProgressJournal.contents(journal));
    Optional<String> rescued = save == null ? Optional.empty() : rescue(service, view, save);
    List<String> paths = new ArrayList<>(rescued.stream().toList());
    view.checkpoints().stream().map(CheckpointRecord::path).forEach(paths::add);
    CheckpointValidator validator = CheckpointValidator.of(service);
    List<Map<String, Object>> rejected = new ArrayList<>();
    String sound = null;
    for (String path : paths) {
      Optional<Finding> finding = look(service, validator, path);
      if (finding.isEmpty()) {
        sound = path;
        break;
      }
      rejected.add(rejection(path, finding.get()));
    }
    isFound = sound != null;
    print(view, rescued.orElse(null), sound, rejected);
  }

  private Optional<Finding> look(
      ServiceClient service, CheckpointValidator validator, String path) {
    console().draw(spec(), "Looking at " + path);
    Optional<String> baseModel = CheckpointValidateCommand.ownBaseModel(service, path);
    console().drawn(spec());
    if (baseModel.isEmpty()) {
      return Optional.of(new Finding(CheckpointValidator.Kind.MISSING, path + " is not there"));
    }
    return validator.validate(
        path,
        CheckpointValidator.Level.valueOf(level.name()),
        new Expectations(baseModel.get(), OptionalInt.empty()));
  }

  /** A model that is gone is no reason to give up: there are checkpoints. */
  private Optional<String> rescue(ServiceClient service, JournalView view, String name)
      throws InterruptedException {
    if (view.modelId().isEmpty()) {
      throw new CommandException("The journal in %s has no model yet".formatted(journal));
    }
    String model = view.modelId().get();
    try {
      return Optional.of(service.attachTrainingClient(model).saveState(name).get().path());
    } catch (ExecutionException e) {
      console().progress(spec(), notSaved(model, FailureReason.of(e)));
    } catch (TinkerException e) {
      console().progress(spec(), notSaved(model, FailureReason.of(e)));
    }
    return Optional.empty();
  }

  private static String notSaved(String model, String reason) {
    return "The model %s could not be saved: %s".formatted(model, reason);
  }

  private static Map<String, Object> rejection(String path, Finding finding) {
    Map<String, Object> rejection = new LinkedHashMap<>();
    rejection.put("checkpoint_path", path);
    rejection.put("finding", finding.kind().name().toLowerCase(Locale.ROOT));
    rejection.put("detail", finding.detail());
    return rejection;
  }

  private void print(
      JournalView view,
      @Nullable String rescued,
      @Nullable String sound,
      List<Map<String, Object>> rejected) {
    if (console().printsTables()) {
      rejected.forEach(each ->
          Console.err(spec())
              .println("Not %s: %s".formatted(each.get("checkpoint_path"), each.get("detail"))));
      if (sound != null) {
        Console.out(spec()).println(sound);
      } else {
        Console.err(spec()).println("No checkpoint of the run can be trained from.");
      }
      return;
    }
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("journal", journal.toString());
    json.put("model_id", view.modelId().orElse(null));
    json.put("rescued", rescued);
    json.put("checkpoint_path", sound);
    json.put("step", sound == null ? null : view.step(sound).orElse(null));
    json.put("rejected", rejected);
    console().printJson(spec(), json);
  }

  @Override
  int exitCode() {
    return isFound ? 0 : 1;
  }
}
