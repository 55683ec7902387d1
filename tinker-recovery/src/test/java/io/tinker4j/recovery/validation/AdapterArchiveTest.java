package io.tinker4j.recovery.validation;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.recovery.validation.CheckpointValidator.Expectations;
import io.tinker4j.recovery.validation.CheckpointValidator.Finding;
import io.tinker4j.recovery.validation.CheckpointValidator.Kind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

// readiness: F8, K2, U4
class AdapterArchiveTest {
  private static final String HEADER =
      """
      {"layer.lora_A.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},\
      "layer.lora_B.weight":{"dtype":"F32","shape":[3,2],"data_offsets":[24,48]}}\
      """;

  @TempDir private Path directory;
  private byte[] weights = {};

  @BeforeEach
  void writeAdapter() throws Exception {
    weights = weights(HEADER, 1);
    Files.writeString(directory.resolve("adapter_config.json"), "{\"r\":2}");
    Files.createFile(directory.resolve("checkpoint_complete"));
  }

  private static byte[] weights(String header, float last) {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(Long.BYTES + json.length + 48).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(json.length).put(json);
    for (int i = 0; i < 11; i++) {
      bytes.putFloat(i);
    }
    return bytes.putFloat(last).array();
  }

  private Optional<Kind> check(byte[] file, int rank) throws Exception {
    Files.write(directory.resolve("adapter_model.safetensors"), file);
    return AdapterArchive.check(directory, new Expectations("any", OptionalInt.of(rank)))
        .map(Finding::kind);
  }

  @Test
  void check_ofAWholeAdapter_findsNothing() throws Exception {
    assertThat(check(weights, 2)).isEmpty();
  }

  @Test
  void check_findsADifferentThingForEachKindOfDamage() throws Exception {
    byte[] flipped = weights.clone();
    flipped[Long.BYTES + HEADER.indexOf("24")] ^= 1;

    assertThat(check(flipped, 2)).contains(Kind.CORRUPT_HEADER);
    assertThat(check(Arrays.copyOf(weights, weights.length - 5), 2)).contains(Kind.TRUNCATED);
    assertThat(check(weights, 4)).contains(Kind.WRONG_RANK);
    assertThat(check(weights(HEADER.replace("[2,3]", "[1,6]"), 1), 2)).contains(Kind.WRONG_RANK);
    assertThat(check(weights(HEADER, Float.NaN), 2)).contains(Kind.NOT_FINITE);
    assertThat(check(weights(HEADER, Float.NEGATIVE_INFINITY), 2)).contains(Kind.NOT_FINITE);
    Files.delete(directory.resolve("checkpoint_complete"));
    assertThat(check(weights, 2)).contains(Kind.FILE_MISSING);
  }

  /** Every byte of the header matters, but for those of names, which come in pairs. */
  @Test
  void check_withAnyByteOfTheHeaderFlipped_findsIt() throws Exception {
    for (int at = 0; at < Long.BYTES + HEADER.length(); at++) {
      byte[] flipped = weights.clone();
      flipped[at] ^= 1;

      assertThat(check(flipped, 2)).as("byte " + at).isNotEmpty();
    }
  }
}
