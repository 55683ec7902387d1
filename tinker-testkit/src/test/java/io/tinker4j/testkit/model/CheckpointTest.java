package io.tinker4j.testkit.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointTest {
  private static final String WEIGHTS = "adapter_model.safetensors";
  private static final String OPTIMIZER = "optimizer.safetensors";

  @TempDir Path dir;
  private final LoraModel trained = TestData.model(2);

  @BeforeEach
  void train() {
    TestData.train(trained, 3);
  }

  @Test
  void loadState_withOptimizer_restoresEveryBit() throws IOException {
    trained.saveState(dir, true);
    LoraModel other = LoraModel.create(TestData.BASE, LoraSettings.of(2, 99));

    other.loadState(dir, true);

    assertThat(other.stateHash()).isEqualTo(trained.stateHash());
    assertThat(other.step()).isEqualTo(3);
  }

  @Test
  void restore_withAnOwnerOfBaseModels_makesNoOther() throws IOException {
    trained.saveState(dir, true);

    LoraModel restored = LoraModel.restore(dir, false, name -> TestData.BASE);

    assertThat(restored.baseModel()).isSameAs(TestData.BASE);
    assertThat(restored.weightsHash()).isEqualTo(trained.weightsHash());
  }

  @Test
  void loadState_withOptimizer_continuesLikeTheUninterruptedRun() throws IOException {
    trained.saveState(dir, true);
    LoraModel full = LoraModel.restore(dir, true, BaseModel::of);
    LoraModel weightsOnly = LoraModel.restore(dir, false, BaseModel::of);
    assertThat(weightsOnly.weightsHash()).isEqualTo(trained.weightsHash());
    assertThat(weightsOnly.stateHash()).isNotEqualTo(trained.stateHash());

    for (LoraModel model : List.of(trained, full, weightsOnly)) {
      TestData.train(model, 5);
    }

    assertThat(full.stateHash()).isEqualTo(trained.stateHash());
    assertThat(weightsOnly.weightsHash()).isNotEqualTo(trained.weightsHash());
  }

  @Test
  void loadState_weightsOnly_startsMomentsAndStepsOver() throws IOException {
    LoraModel fresh = TestData.model(2);
    fresh.saveState(dir, true);

    trained.loadState(dir, false);

    assertThat(trained.stateHash()).isEqualTo(fresh.stateHash());
    assertThat(trained.step()).isZero();
  }

  @Test
  void loadState_gradientsPending_clearsThem() throws IOException {
    trained.saveState(dir, true);
    trained.forwardBackward(
        TestData.nextTokenExamples(TestData.TEXT, 50),
        TestData.CROSS_ENTROPY,
        LoraModel.SEQUENTIAL);

    trained.loadState(dir, true);

    assertThat(trained.optimStep(AdamSettings.of(0.01)).get("grad_norm")).isZero();
  }

  @Test
  void loadState_gradientsPendingAtSave_areNotPartOfTheCheckpoint() throws IOException {
    String hash = trained.stateHash();
    trained.forwardBackward(
        TestData.nextTokenExamples(TestData.TEXT, 50),
        TestData.CROSS_ENTROPY,
        LoraModel.SEQUENTIAL);

    trained.saveState(dir, true);

    LoraModel restored = LoraModel.restore(dir, true, BaseModel::of);
    assertThat(restored.stateHash()).isEqualTo(hash);
    assertThat(restored.optimStep(AdamSettings.of(0.01)).get("grad_norm")).isZero();
  }

  @Test
  void saveState_weightsOnlyOverFullCheckpoint_removesTheOptimizer() throws IOException {
    trained.saveState(dir, true);
    trained.saveState(dir, false);

    assertThat(dir.resolve(OPTIMIZER)).doesNotExist();
    assertThatThrownBy(() -> LoraModel.restore(dir, true, BaseModel::of))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining(OPTIMIZER);
  }

  @Test
  void saveState_files_areWhatPeftReads() throws IOException {
    LoraModel model =
        LoraModel.create(
            BaseModel.of("acme/\"tiny\" λ"), new LoraSettings(4, -5, true, false, true));
    model.saveState(dir.resolve("new/directory"), false);

    Path saved = dir.resolve("new/directory");
    assertThat(saved.resolve("adapter_config.json"))
        .hasContent(
            """
            {"peft_type":"LORA","base_model_name_or_path":"acme/\\"tiny\\" λ","r":4,"lora_alpha":32,\
            "target_modules":["model.attn.window_mix","unembed"],"seed":-5,\
            "train_attn":true,"train_mlp":false,"train_unembed":true}\
            """);
    ByteBuffer file =
        ByteBuffer.wrap(Files.readAllBytes(saved.resolve(WEIGHTS))).order(ByteOrder.LITTLE_ENDIAN);
    long length = file.getLong();
    byte[] header = new byte[(int) length];
    file.get(header);
    assertThat(length % 8).isZero();
    assertThat(new String(header, StandardCharsets.UTF_8))
        .startsWith("{\"__metadata__\":{")
        .contains(
            "\"base_model.model.model.attn.window_mix.lora_A.weight\":"
                + "{\"dtype\":\"F64\",\"shape\":[4,129],\"data_offsets\":[0,4128]},"
                + "\"base_model.model.model.attn.window_mix.lora_B.weight\":"
                + "{\"dtype\":\"F64\",\"shape\":[96,4],\"data_offsets\":[4128,7200]}")
        .doesNotContain("mlp");
    assertThat(file.getDouble()).isEqualTo(model.parameters().getFirst().values()[0][0]);
    assertThat(LoraModel.restore(saved, false, BaseModel::of).settings())
        .isEqualTo(model.settings());
  }

  @Test
  void loadState_otherModel_namesTheDifference() throws IOException {
    trained.saveState(dir, true);
    LoraModel rank = TestData.model(4);
    LoraModel base = LoraModel.create(BaseModel.of("other"), LoraSettings.of(2, 7));
    LoraModel flags = LoraModel.create(TestData.BASE, new LoraSettings(2, 7, true, false, true));

    assertThatThrownBy(() -> rank.loadState(dir, true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("rank is 2 in the checkpoint and 4 in the model");
    assertThatThrownBy(() -> base.loadState(dir, true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("base_model", "other", "test/tiny");
    assertThatThrownBy(() -> flags.loadState(dir, true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("train_mlp");
  }

  @Test
  void loadState_corruptFile_leavesTheModelAsItWas() throws IOException {
    TestData.model(2).saveState(dir, true);
    Files.write(dir.resolve(OPTIMIZER), new byte[5]);
    String before = trained.stateHash();

    assertThatThrownBy(() -> trained.loadState(dir, true))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll(OPTIMIZER, "truncated");
    assertThat(trained.stateHash()).isEqualTo(before);
  }

  @Test
  void loadState_truncatedAnywhere_namesTheFile() throws IOException {
    trained.saveState(dir, false);
    byte[] bytes = Files.readAllBytes(dir.resolve(WEIGHTS));
    for (int length : new int[] {0, 7, 8, 9, 500, bytes.length / 2, bytes.length - 1}) {
      Files.write(dir.resolve(WEIGHTS), Arrays.copyOf(bytes, length));

      assertThatThrownBy(() -> trained.loadState(dir, false))
          .as("%s of %s bytes", length, bytes.length)
          .isInstanceOf(IOException.class)
          .hasMessageContaining(WEIGHTS);
    }
    Files.write(dir.resolve(WEIGHTS), Arrays.copyOf(bytes, bytes.length + 1));
    assertThatThrownBy(() -> trained.loadState(dir, false))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(WEIGHTS);
  }

  @Test
  void read_anyBitFlippedInTheHeader_isRefused() throws IOException {
    Path path = dir.resolve("small.safetensors");
    tensorFile().write(path);
    byte[] bytes = Files.readAllBytes(path);
    assertThat(TensorFile.read(path).contentHash()).isEqualTo(tensorFile().contentHash());
    for (int bit = 0; bit < bytes.length * 8; bit++) {
      byte[] damaged = bytes.clone();
      damaged[bit / 8] ^= (byte) (1 << (bit % 8));
      Files.write(path, damaged);

      assertThatThrownBy(() -> TensorFile.read(path))
          .as("bit %s", bit)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("small.safetensors");
    }
  }

  @Test
  void loadState_configDamaged_namesTheFile() throws IOException {
    trained.saveState(dir, false);
    Path config = dir.resolve("adapter_config.json");
    String text = Files.readString(config);
    for (String damaged :
        List.of(
            "",
            text.substring(0, text.length() / 2),
            text.replace("\"r\":2", "\"r\":3"),
            text.replace("\"r\":2", "\"r\":99999999999"),
            text.replace("\"seed\"", "\"sead\""),
            text.replace(":32", ":16"),
            text + "}")) {
      Files.writeString(config, damaged);

      assertThatThrownBy(() -> trained.loadState(dir, false))
          .as(damaged)
          .isInstanceOf(IOException.class)
          .hasMessageContainingAll("adapter_config.json", "corrupt");
    }
  }

  @Test
  void loadState_tensorsOfAnotherRank_isCorrupt() throws IOException {
    trained.saveState(dir, false);
    Path other = dir.resolve("other");
    TestData.model(4).saveState(other, false);
    Files.copy(other.resolve(WEIGHTS), dir.resolve(WEIGHTS), StandardCopyOption.REPLACE_EXISTING);

    assertThatThrownBy(() -> trained.loadState(dir, false))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll(WEIGHTS, "[4, 129]", "[2, 129]");
  }

  private static TensorFile tensorFile() {
    NamedMatrix first = new NamedMatrix("a", 1, 2, new double[] {Math.PI, -0.0});
    NamedMatrix second = new NamedMatrix("b", 1, 1, new double[] {Double.MIN_VALUE});
    return new TensorFile(Map.of("step", "17"), List.of(first, second));
  }
}
