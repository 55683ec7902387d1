package io.tinker4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.transport.operation.JsonCodec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** The commands {@code checkpoint download}, {@code checkpoint export} and {@code push-hf}. */
@Timeout(60)
@Isolated("the command makes its log that of the process")
class AdapterCommandsTest {
  private static final EmbeddedTinkerServer SERVER =
      EmbeddedTinkerServer.builder().baseModels("tinker4j/nano-bytes").start();
  private static String sampler = "";

  @TempDir private Path directory;

  @BeforeAll
  static void save() {
    try (ServiceClient service =
        ServiceClient.builder().baseUrl(SERVER.baseUrl().toString()).apiKey("tml-a").build()) {
      TrainingClient training = service.createLoraTrainingClient("tinker4j/nano-bytes");
      sampler = training.saveWeightsForSampler("sampler").join().path();
    }
  }

  @AfterAll
  static void stop() {
    SERVER.close();
  }

  private CommandRun tinker(Map<String, String> more, String... args) {
    Map<String, String> variables = new LinkedHashMap<>(more);
    variables.put("TINKER_BASE_URL", SERVER.baseUrl().toString());
    variables.put("TINKER_API_KEY", "tml-a");
    return CommandRun.with(variables, directory, "", args);
  }

  private CommandRun push(StandInHub hub, String... more) {
    List<String> args = new ArrayList<>(List.of("checkpoint", "push-hf", sampler));
    args.addAll(List.of(more));
    return tinker(
        Map.of("HF_ENDPOINT", hub.address(), "HF_TOKEN", StandInHub.TOKEN),
        args.toArray(String[]::new));
  }

  @Test
  void download_existingTarget_isReplacedOnlyWithForce() throws IOException {
    String out = directory.toString();
    CommandRun first = tinker(Map.of(), "checkpoint", "download", sampler, "-o", out);
    Path target = directory.resolve(sampler.substring("tinker://".length()).replace('/', '_'));
    Files.writeString(target.resolve("of-mine"), "x");

    CommandRun again = tinker(Map.of(), "checkpoint", "download", sampler, "-o", out);
    CommandRun forced = tinker(Map.of(), "checkpoint", "download", sampler, "-o", out, "--force");

    assertThat(first.exitCode()).as(first.err()).isZero();
    assertThat(again.exitCode()).isOne();
    assertThat(again.err()).startsWith("Error: Target directory already exists: " + target);
    assertThat(forced.exitCode()).as(forced.err()).isZero();
    assertThat(names(target))
        .containsExactly("adapter_config.json", "adapter_model.safetensors", "checkpoint_complete");
  }

  @Test
  void export_writesWhatPeftLoads() throws IOException {
    Path target = directory.resolve("adapter");

    CommandRun run = tinker(Map.of(), "checkpoint", "export", sampler, "-o", target.toString());

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(names(target))
        .containsExactly("README.md", "adapter_config.json", "adapter_model.safetensors");
    assertThat(JsonCodec.readMap(Files.readAllBytes(target.resolve("adapter_config.json"))))
        .containsEntry("peft_type", "LORA")
        .containsEntry("base_model_name_or_path", "tinker4j/nano-bytes")
        .containsEntry("r", 32);
    assertThat(target.resolve("README.md"))
        .content()
        .startsWith("---\nbase_model: tinker4j/nano-bytes\nlibrary_name: peft\n")
        .contains("`" + sampler + "`");
    assertThat(names(directory)).containsExactly("adapter");
    CommandRun again = tinker(Map.of(), "checkpoint", "export", sampler, "-o", target.toString());
    assertThat(again.exitCode()).isOne();
  }

  /** A base model of zeros that has the weights which the checkpoint's adapter changes. */
  private Path base() throws IOException {
    Path adapter = directory.resolve("its-adapter");
    CommandRun run = tinker(Map.of(), "checkpoint", "export", sampler, "-o", adapter.toString());
    assertThat(run.exitCode()).as(run.err()).isZero();
    SmallTensors weights = new SmallTensors();
    var factors = SmallTensors.read(adapter.resolve("adapter_model.safetensors"));
    factors.forEach((name, down) -> {
      if (name.endsWith(".lora_A.weight")) {
        int inputs = down.shape().get(1);
        int outputs = factors.get(name.replace("lora_A", "lora_B")).shape().get(0);
        String weight = name.replace("base_model.model.", "").replace(".lora_A", "");
        weights.add(weight, "F16", List.of(outputs, inputs), new byte[2 * outputs * inputs]);
      }
    });
    Path base = Files.createDirectory(directory.resolve("base"));
    Files.writeString(base.resolve("config.json"), "{}");
    weights.write(base.resolve("model.safetensors"));
    return base;
  }

  @Test
  void merge_writesAndPushesTheWholeModel() throws IOException {
    Path base = base();
    Path target = directory.resolve("whole");
    CommandRun run =
        tinker(
            Map.of(),
            "-f",
            "json",
            "checkpoint",
            "export",
            sampler,
            "--merge",
            base.toString(),
            "-o",
            target.toString());

    assertThat(run.exitCode()).as(run.err()).isZero();
    SchemaCheck.document("checkpoint export", run.out());
    assertThat(run.out()).contains("\"merged_into\": ");
    assertThat(names(target)).containsExactly("README.md", "config.json", "model.safetensors");
    assertThat(target.resolve("README.md")).content().contains("library_name: transformers");
    // What was never trained adds nothing.
    assertThat(target.resolve("model.safetensors"))
        .hasSameBinaryContentAs(base.resolve("model.safetensors"));
    try (StandInHub hub = new StandInHub()) {
      assertThat(push(hub, "--repo=a", "--merge", base.toString()).exitCode()).isZero();
      assertThat(hub.committed()).containsOnlyKeys("README.md", "config.json", "model.safetensors");
    }
  }

  @Test
  void merge_intoAnotherModel_isRefusedAndNothingIsLeft() throws IOException {
    Path base = base();
    new SmallTensors()
        .add("other.weight", new float[][] {{1}})
        .write(base.resolve("model.safetensors"));
    Path out = Files.createDirectory(directory.resolve("out"));
    String target = out.resolve("whole").toString();

    CommandRun other =
        tinker(Map.of(), "checkpoint", "export", sampler, "--merge", base.toString(), "-o", target);
    CommandRun none =
        tinker(Map.of(), "checkpoint", "export", sampler, "--merge", out.toString(), "-o", target);

    assertThat(other.exitCode()).isOne();
    assertThat(other.err())
        .startsWith("Error: The adapter does not fit the model in " + base)
        .contains(".weight is missing");
    assertThat(none.err()).startsWith("Error: " + out + " has no weights to merge into");
    assertThat(names(out)).isEmpty();
  }

  @Test
  void push_commitsTheAdapterAndItsCard() throws IOException {
    try (StandInHub hub = new StandInHub()) {
      CommandRun run = push(hub, "--repo", "mine", "--commit-message", "Of today");

      assertThat(run.exitCode()).as(run.err()).isZero();
      assertThat(run.out().strip())
          .isEqualTo("Pushed " + sampler + " to " + hub.address() + "/somebody/x/commit/1");
      assertThat(hub.committed().keySet())
          .containsExactlyInAnyOrder(
              "README.md", "adapter_config.json", "adapter_model.safetensors");
      Path own = directory.resolve("own");
      tinker(Map.of(), "checkpoint", "export", sampler, "-o", own.toString());
      assertThat(hub.committed().get("adapter_model.safetensors"))
          .isEqualTo(Files.readAllBytes(own.resolve("adapter_model.safetensors")));
      assertThat(hub.summary()).isEqualTo("Of today");
      assertThat(hub.leaks()).isEmpty();
      assertThat(hub.requests())
          .contains("POST /api/models/somebody/mine/commit/main")
          .noneMatch(each -> each.contains("/branch/"));
    }
  }

  @Test
  void push_inParts_joinsThem() {
    try (StandInHub hub = new StandInHub().storesInParts().failsFirst(1)) {
      CommandRun run = push(hub, "-r", "somebody/mine");

      assertThat(run.exitCode()).as(run.err()).isZero();
      assertThat(hub.committed().get("adapter_model.safetensors").length).isGreaterThan(10_000);
      assertThat(hub.requests())
          .anyMatch(each -> each.endsWith("/part/2"))
          .anyMatch(each -> each.endsWith("/verify"));
    }
  }

  @Test
  void push_defaults_nameTheRunAndTheCheckpoint() throws Exception {
    String run = sampler.substring("tinker://".length()).replaceFirst("/.*", "");
    try (StandInHub hub = new StandInHub()) {
      List<String> args = List.of("-f", "json", "checkpoint", "push-hf", sampler, "--public");
      CommandRun pushed =
          tinker(
              Map.of("HF_ENDPOINT", hub.address(), "HF_TOKEN", StandInHub.TOKEN),
              args.toArray(String[]::new));

      assertThat(pushed.exitCode()).as(pushed.err()).isZero();
      assertThat(pushed.err()).isEmpty();
      assertThat(JsonCodec.readMap(pushed.out().getBytes(StandardCharsets.UTF_8)))
          .isEqualTo(
              Map.of(
                  "checkpoint_path",
                  sampler,
                  "repo_id",
                  "somebody/tinker-nano-bytes-" + run.replace(':', '-'),
                  "revision",
                  "sampler_weights-sampler",
                  "public",
                  true));
    }
  }

  @Test
  void push_patterns_chooseFiles() {
    try (StandInHub hub = new StandInHub()) {
      assertThat(push(hub, "--repo=a", "--ignore-pattern=*.json", "--no-model-card").exitCode())
          .isZero();
      assertThat(hub.committed()).containsOnlyKeys("adapter_model.safetensors");
      CommandRun none = push(hub, "--repo=a", "--allow-pattern=*.bin");
      assertThat(none.err()).contains("Error: No file is left to upload");
    }
  }

  @Test
  void push_repositoryOfAnotherCheckpoint_isLeftAlone() {
    try (StandInHub hub = new StandInHub()) {
      hub.page("exported from `tinker://other/sampler_weights/1`.");

      CommandRun run = push(hub, "--repo=a");

      assertThat(run.exitCode()).isOne();
      assertThat(run.err())
          .contains("holds another checkpoint: tinker://other/sampler_weights/1", "--revision");
      assertThat(hub.committed()).isEmpty();
      hub.page("exported from `" + sampler + "`.");
      assertThat(push(hub, "--repo=a").exitCode()).isZero();
    }
  }

  @Test
  void push_noLoginOrAWrongOne_saysWhatToDo() {
    try (StandInHub hub = new StandInHub()) {
      CommandRun none =
          tinker(Map.of("HF_ENDPOINT", hub.address()), "checkpoint", "push-hf", sampler);
      CommandRun wrong =
          tinker(
              Map.of("HF_ENDPOINT", hub.address(), "HF_TOKEN", "hf_wrong"),
              "checkpoint",
              "push-hf",
              sampler);

      assertThat(none.err())
          .startsWith("Error: Not logged in to Hugging Face")
          .contains("HF_TOKEN");
      assertThat(wrong.err())
          .contains("Error: Hugging Face refused to say who you are", "401", "may write")
          .doesNotContain("hf_wrong");
    }
  }

  @Test
  void push_storedLogin_isFound() throws IOException {
    Path token = directory.resolve(".cache").resolve("huggingface").resolve("token");
    Files.createDirectories(token.getParent());
    Files.writeString(token, StandInHub.TOKEN + "\n");
    try (StandInHub hub = new StandInHub()) {
      CommandRun run =
          tinker(Map.of("HF_ENDPOINT", hub.address()), "checkpoint", "push-hf", sampler, "-r", "a");

      assertThat(run.exitCode()).as(run.err()).isZero();
    }
  }

  private static List<String> names(Path directory) throws IOException {
    try (var files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
