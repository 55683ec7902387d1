package io.tinker4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.cli.merge.AdapterMerge;
import io.tinker4j.cli.output.CommandException;
import io.tinker4j.transport.operation.JsonCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Merged weights, against the sums that one would write down. */
class AdapterMergeTest {
  private static final int OUT = 5;
  private static final int IN = 7;
  private static final int RANK = 2;
  private static final String WEIGHT = "model.layers.0.q_proj.weight";
  private static final String FACTORS = "base_model.model.model.layers.0.q_proj.lora_";

  @TempDir private Path directory;
  private final SplittableRandom random = new SplittableRandom(1);
  private final Map<String, Object> config = new LinkedHashMap<>();
  private float[][] a = new float[0][];
  private float[][] b = new float[0][];
  private Path adapter = Path.of("");
  private Path base = Path.of("");
  private Path merged = Path.of("");

  @BeforeEach
  void prepare() throws IOException {
    adapter = Files.createDirectory(directory.resolve("adapter"));
    base = Files.createDirectory(directory.resolve("base"));
    merged = Files.createDirectory(directory.resolve("merged"));
    a = matrix(RANK, IN);
    b = matrix(OUT, RANK);
    config.put("peft_type", "LORA");
    config.put("r", RANK);
    config.put("lora_alpha", 8);
    writeAdapter(new SmallTensors().add(FACTORS + "A.weight", a).add(FACTORS + "B.weight", b));
  }

  private void writeAdapter(SmallTensors tensors) throws IOException {
    Files.write(adapter.resolve("adapter_config.json"), JsonCodec.write(config));
    tensors.write(adapter.resolve("adapter_model.safetensors"));
  }

  private float[][] matrix(int rows, int columns) {
    float[][] matrix = new float[rows][columns];
    for (float[] row : matrix) {
      for (int i = 0; i < columns; i++) {
        row[i] = (float) random.nextDouble(-1, 1);
      }
    }
    return matrix;
  }

  private byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  /** Bytes of numbers between -1 and 1. */
  private byte[] numbers(String type, int count) {
    ByteBuffer data =
        ByteBuffer.allocate(count * (type.equals("F32") ? 4 : 2)).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      float value = (float) random.nextDouble(-1, 1);
      switch (type) {
        case "F32" -> data.putFloat(value);
        case "F16" -> data.putShort(Float.floatToFloat16(value));
        default -> data.putShort((short) (Float.floatToRawIntBits(value) >>> 16));
      }
    }
    return data.array();
  }

  private void merge() throws IOException {
    try (AdapterMerge merge = AdapterMerge.open(adapter, base)) {
      merge.writeTo(merged, file -> {});
    }
  }

  /** What a weight has to be, number by number. */
  private float sum(byte[] weight, String type, int row, int column, double scale) {
    float added = 0;
    for (int k = 0; k < RANK; k++) {
      added += b[row][k] * a[k][column];
    }
    return value(weight, type, row * IN + column) + (float) scale * added;
  }

  private static float value(byte[] data, String type, int index) {
    ByteBuffer bytes = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
    return switch (type) {
      case "F32" -> bytes.getFloat(4 * index);
      case "F16" -> Float.float16ToFloat(bytes.getShort(2 * index));
      default -> Float.intBitsToFloat(bytes.getShort(2 * index) << 16);
    };
  }

  /** Of the two neighbours of that type the nearer one, and of equally near ones the even one. */
  private static float rounded(String type, float exact) {
    if (type.equals("F32")) {
      return exact;
    }
    if (type.equals("F16")) {
      return Float.float16ToFloat(Float.floatToFloat16(exact));
    }
    int below = Float.floatToRawIntBits(exact) & 0xffff0000;
    double low = Math.abs((double) exact - Float.intBitsToFloat(below));
    double high = Math.abs((double) exact - Float.intBitsToFloat(below + 0x10000));
    boolean isBelow = low < high || (low == high && (below & 0x10000) == 0);
    return Float.intBitsToFloat(isBelow ? below : below + 0x10000);
  }

  private void assertMerged(Path file, byte[] before, String type, double scale)
      throws IOException {
    SmallTensors.Tensor after = SmallTensors.read(file).get(WEIGHT);
    assertThat(after.type()).isEqualTo(type);
    assertThat(after.shape()).containsExactly(OUT, IN);
    for (int row = 0; row < OUT; row++) {
      for (int column = 0; column < IN; column++) {
        assertThat(value(after.data(), type, row * IN + column))
            .as("%d %d", row, column)
            .isEqualTo(rounded(type, sum(before, type, row, column, scale)));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"F32", "F16", "BF16"})
  void merge_addsTheProductAndKeepsTheType(String type) throws IOException {
    byte[] weight = numbers(type, OUT * IN);
    byte[] other = bytes(24);
    new SmallTensors()
        .add("model.norm.weight", "F16", List.of(12), other)
        .add(WEIGHT, type, List.of(OUT, IN), weight)
        .add("steps", "I64", List.of(3), other)
        .write(base.resolve("model.safetensors"));

    merge();

    Path file = merged.resolve("model.safetensors");
    assertMerged(file, weight, type, 4);
    assertThat(SmallTensors.read(file).get("model.norm.weight").data()).isEqualTo(other);
    assertThat(SmallTensors.read(file).get("steps").data()).isEqualTo(other);
    assertThat(Files.size(file)).isEqualTo(Files.size(base.resolve("model.safetensors")));
  }

  /** Halfway between two numbers, 1 + 2^-8 and 1 + 3 * 2^-8; and the largest one. */
  @ParameterizedTest
  @CsvSource({
    "0x1.01p0,0x1.0p0",
    "0x1.03p0,0x1.04p0",
    "0x1.030002p0,0x1.04p0",
    "-0x1.01p0,-0x1.0p0",
    "0x1.ffp127,Infinity",
    "NaN,NaN"
  })
  void merge_bf16_roundsTiesToEven(String sum, String expected) throws IOException {
    config.put("r", 1);
    config.put("lora_alpha", 1);
    writeAdapter(
        new SmallTensors()
            .add(FACTORS + "A.weight", new float[][] {{Float.parseFloat(sum)}})
            .add(FACTORS + "B.weight", new float[][] {{1}}));
    new SmallTensors()
        .add(WEIGHT, "BF16", List.of(1, 1), new byte[2])
        .write(base.resolve("model.safetensors"));

    merge();

    byte[] after = SmallTensors.read(merged.resolve("model.safetensors")).get(WEIGHT).data();
    assertThat(value(after, "BF16", 0)).isEqualTo(Float.valueOf(expected));
  }

  @Test
  void merge_rootScaling_dividesByTheRoot() throws IOException {
    config.put("use_rslora", true);
    writeAdapter(new SmallTensors().add(FACTORS + "A.weight", a).add(FACTORS + "B.weight", b));
    byte[] weight = numbers("F32", OUT * IN);
    new SmallTensors()
        .add(WEIGHT, "F32", List.of(OUT, IN), weight)
        .write(base.resolve("model.safetensors"));

    merge();

    assertMerged(merged.resolve("model.safetensors"), weight, "F32", 8 / Math.sqrt(RANK));
  }

  @Test
  void merge_embedding_isTurnedRound() throws IOException {
    String factors = "base_model.model.model.embed_tokens.lora_embedding_";
    writeAdapter(new SmallTensors().add(factors + "A", a).add(factors + "B", b));
    float[][] before = matrix(IN, OUT);
    new SmallTensors()
        .add("model.embed_tokens.weight", before)
        .write(base.resolve("model.safetensors"));

    merge();

    byte[] after =
        SmallTensors.read(merged.resolve("model.safetensors"))
            .get("model.embed_tokens.weight")
            .data();
    for (int token = 0; token < IN; token++) {
      for (int i = 0; i < OUT; i++) {
        float added = 0;
        for (int k = 0; k < RANK; k++) {
          added += a[k][token] * b[i][k];
        }
        assertThat(value(after, "F32", token * OUT + i)).isEqualTo(before[token][i] + 4 * added);
      }
    }
  }

  @Test
  void merge_shards_andOtherFiles_areAsTheyWere() throws IOException {
    byte[] weight = numbers("BF16", OUT * IN);
    byte[] other = bytes(10);
    new SmallTensors()
        .add("lm_head.weight", "BF16", List.of(5), other)
        .write(base.resolve("model-00001-of-00002.safetensors"));
    new SmallTensors()
        .add(WEIGHT, "BF16", List.of(OUT, IN), weight)
        .write(base.resolve("model-00002-of-00002.safetensors"));
    String index =
        """
        {"weight_map": {"lm_head.weight": "model-00001-of-00002.safetensors",
        "%s": "model-00002-of-00002.safetensors"}}\
        """
            .formatted(WEIGHT);
    Files.writeString(base.resolve("model.safetensors.index.json"), index);
    for (String name :
        List.of("config.json", "tokenizer.json", "merges.txt", "README.md", "x.bin")) {
      Files.writeString(base.resolve(name), name);
    }

    merge();

    assertThat(names(merged))
        .containsExactly(
            "config.json",
            "merges.txt",
            "model-00001-of-00002.safetensors",
            "model-00002-of-00002.safetensors",
            "model.safetensors.index.json",
            "tokenizer.json");
    assertThat(merged.resolve("model-00001-of-00002.safetensors"))
        .hasSameBinaryContentAs(base.resolve("model-00001-of-00002.safetensors"));
    assertMerged(merged.resolve("model-00002-of-00002.safetensors"), weight, "BF16", 4);
    assertThat(merged.resolve("model.safetensors.index.json")).hasContent(index);

    Files.writeString(
        base.resolve("model.safetensors.index.json"), index.replace("lm_head", "lm_tail"));
    assertRefused("The base model in " + base, "lm_tail.weight is not in model-00001-of-00002");
    Files.writeString(
        base.resolve("model.safetensors.index.json"), index.replace("model-00001", "../model-1"));
    assertRefused("names ../model-1", null);
  }

  private void assertRefused(String headline, @Nullable String detail) {
    assertThatThrownBy(() -> AdapterMerge.open(adapter, base).close())
        .isInstanceOfSatisfying(
            CommandException.class,
            refused -> {
              assertThat(refused).hasMessageContaining(headline);
              if (detail != null) {
                assertThat(refused.details()).anyMatch(each -> each.contains(detail));
              }
            });
  }

  @Test
  void merge_whatDoesNotFit_isNamed() throws IOException {
    assertRefused("has no weights to merge into", null);
    Path file = base.resolve("model.safetensors");
    new SmallTensors().add("other.weight", a).write(file);
    assertRefused("does not fit the model in " + base, WEIGHT + " is missing");
    new SmallTensors().add(WEIGHT, a).write(file);
    assertRefused("does not fit", WEIGHT + " [2, 7] F32 should have the shape [5, 7]");
    new SmallTensors().add(WEIGHT, "U8", List.of(OUT, IN), bytes(OUT * IN)).write(file);
    assertRefused("does not fit", WEIGHT + " [5, 7] U8 is not of type F32, F16 or BF16");
    Files.write(file, new byte[] {5, 0, 0, 0, 0, 0, 0, 0, 'x'});
    assertRefused(file + " is not a safetensors file", null);
  }

  @Test
  void merge_adaptersOfOtherKinds_areRefused() throws IOException {
    new SmallTensors().add(WEIGHT, matrix(OUT, IN)).write(base.resolve("model.safetensors"));
    SmallTensors lone = new SmallTensors().add(FACTORS + "A.weight", a);
    writeAdapter(lone);
    assertRefused("weights are not right", "model.layers.0.q_proj has ");
    writeAdapter(lone.add(FACTORS + "B.weight", matrix(OUT, 3)));
    assertRefused("weights are not right", "are not of rank 2");
    writeAdapter(new SmallTensors().add(FACTORS + "magnitude", a));
    assertRefused("weights are not right", FACTORS + "magnitude [2, 7] F32 is no part");
    Map<String, Object> others =
        Map.of("use_dora", true, "bias", "all", "rank_pattern", Map.of("q_proj", 4));
    for (Map.Entry<String, Object> each : others.entrySet()) {
      config.put(each.getKey(), each.getValue());
      writeAdapter(lone);
      assertRefused("of a kind that cannot be merged", each.getKey() + " is ");
      config.remove(each.getKey());
    }
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return new ArrayList<>(files.map(each -> each.getFileName().toString()).sorted().toList());
    }
  }
}
