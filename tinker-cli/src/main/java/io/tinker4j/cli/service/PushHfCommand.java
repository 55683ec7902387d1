package io.tinker4j.cli.service;

import io.tinker4j.cli.access.Surroundings;
import io.tinker4j.cli.hub.AdapterFiles;
import io.tinker4j.cli.hub.FilePatterns;
import io.tinker4j.cli.hub.HubLogin;
import io.tinker4j.cli.hub.HubUpload;
import io.tinker4j.cli.merge.AdapterMerge;
import io.tinker4j.cli.output.CommandException;
import io.tinker4j.cli.output.Console;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.types.TinkerPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tinker checkpoint push-hf}. */
@Command(
    name = "push-hf",
    description = {
      "Uploads a checkpoint to the Hugging Face hub as a PEFT adapter.",
      "Needs a login there: HF_TOKEN, or what hf auth login has stored. The repository is made when"
          + " it is missing; one whose page names another checkpoint is left alone."
    })
final class PushHfCommand extends ServiceCommand {
  private final Surroundings surroundings;

  @Parameters(paramLabel = "CHECKPOINT_PATH", description = "The checkpoint, tinker://….")
  private String path = "";

  @Option(
      names = {"-r", "--repo"},
      paramLabel = "ID",
      description =
          "The repository, such as user/name. Default: tinker-, the base model's short name and"
              + " the run's id, with the checkpoint's id as the branch.")
  private @Nullable String repo;

  @Option(names = "--public", description = "Makes a new repository public. Default: private.")
  private boolean isPublic;

  @Option(names = "--revision", paramLabel = "BRANCH", description = "The branch. Default: main.")
  private @Nullable String revision;

  @Option(
      names = "--commit-message",
      paramLabel = "TEXT",
      description = "What the commit says. Default: the checkpoint's path.")
  private @Nullable String message;

  @Option(names = "--create-pr", description = "Opens a pull request instead of committing.")
  private boolean createPr;

  @Option(
      names = "--allow-pattern",
      paramLabel = "PATTERN",
      description = "Uploads only files that fit, such as *.json; may be given several times.")
  private List<String> allowed = List.of();

  @Option(
      names = "--ignore-pattern",
      paramLabel = "PATTERN",
      description = "Leaves out files that fit; may be given several times.")
  private List<String> ignored = List.of();

  @Option(
      names = "--merge",
      paramLabel = "BASE_DIR",
      description =
          "Merges the adapter into the base model in that directory, whose weights are in"
              + " safetensors, and uploads the whole model instead. It is made in the directory for"
              + " temporary files first.")
  private @Nullable Path base;

  @Option(names = "--no-model-card", description = "Adds no README.md where there is none.")
  private boolean noCard;

  PushHfCommand(Console console, Surroundings surroundings) {
    super(console, surroundings);
    this.surroundings = surroundings;
  }

  @Override
  void check() {
    checkedPath(path);
    if (base != null) {
      AdapterMerge.check(base);
    }
  }

  @Override
  void run(ServiceClient service) throws IOException, InterruptedException {
    HubLogin login = HubLogin.find(surroundings);
    Adapters adapters = new Adapters(service.createRestClient(), console(), spec());
    String name = repo == null ? defaultName(adapters.info(path).baseModel()) : repo;
    String branch = repo == null && revision == null ? defaultBranch() : revision;
    Path work = Files.createTempDirectory("tinker-push-");
    HubUpload.Commit commit;
    String address;
    try (HubUpload upload =
        new HubUpload(login, console().time(), text -> console().progress(spec(), text))) {
      commit =
          new HubUpload.Commit(
              upload.repository(name),
              branch,
              isPublic,
              message == null ? "Upload " + path : message,
              createPr);
      Path made =
          base == null
              ? adapters.fetch(path, work.resolve("adapter"), !noCard).directory()
              : adapters.merge(path, work, base, !noCard);
      List<String> all = AdapterFiles.names(made);
      List<String> names = FilePatterns.select(all, allowed, ignored);
      if (names.isEmpty()) {
        throw new CommandException(
            "No file is left to upload",
            List.of("The patterns leave none of " + String.join(", ", all)));
      }
      address = upload.push(commit, path, made, names);
    } finally {
      Adapters.remove(work);
    }
    print(commit, address);
  }

  private String defaultName(String baseModel) {
    String model = baseModel.substring(baseModel.lastIndexOf('/') + 1);
    return ("tinker-" + model + "-" + TinkerPath.parse(path).trainingRunId())
        .replaceAll("[^A-Za-z0-9._-]", "-");
  }

  private String defaultBranch() {
    return TinkerPath.parse(path).checkpointId().replace('/', '-');
  }

  private void print(HubUpload.Commit commit, String address) {
    if (console().printsTables()) {
      Console.out(spec()).println("Pushed %s to %s".formatted(path, address));
      return;
    }
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("checkpoint_path", path);
    json.put("repo_id", commit.repository());
    if (commit.revision() != null) {
      json.put("revision", commit.revision());
    }
    json.put("public", isPublic);
    if (base != null) {
      json.put("merged_into", base.toString());
    }
    console().printJson(spec(), json);
  }
}
