package io.tinker4j.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A weight of 64 MiB, merged by a process that has a quarter of that. */
class MergeMemoryTest {
  private static final int ROWS = 1 << 15;
  private static final int COLUMNS = 1 << 10;

  @TempDir private Path directory;

  @Test
  @Timeout(120)
  void merge_ofAWeightLargerThanTheHeap_ends() throws Exception {
    Path adapter = Files.createDirectory(directory.resolve("adapter"));
    Path base = Files.createDirectory(directory.resolve("base"));
    Path merged = Files.createDirectory(directory.resolve("merged"));
    Files.writeString(
        adapter.resolve("adapter_config.json"),
        "{\"peft_type\": \"LORA\", \"r\": 1, \"lora_alpha\": 2}");
    writeAdapter(adapter.resolve("adapter_model.safetensors"));
    String header =
        "{\"w.weight\":{\"dtype\":\"BF16\",\"shape\":[%d,%d],\"data_offsets\":[0,%d]}}"
            .formatted(ROWS, COLUMNS, 2 * ROWS * COLUMNS);
    try (RandomAccessFile file = open(base.resolve("model.safetensors"), header)) {
      file.setLength(file.length() + 2L * ROWS * COLUMNS);
    }
    List<String> command =
        ServerProcess.command(
            MergeProcess.class.getName(),
            List.of(adapter.toString(), base.toString(), merged.toString()));
    command.replaceAll(each -> each.startsWith("-Xmx") ? "-Xmx16m" : each);

    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();

    assertThat(process.inputReader().lines()).isEmpty();
    assertThat(process.waitFor()).isZero();
    try (RandomAccessFile file =
        new RandomAccessFile(merged.resolve("model.safetensors").toFile(), "r")) {
      assertThat(file.length()).isEqualTo(Files.size(base.resolve("model.safetensors")));
      for (long back : List.of(2L * ROWS * COLUMNS, 2L)) {
        file.seek(file.length() - back);
        int bits = Short.reverseBytes(file.readShort()) << 16;
        assertThat(Float.intBitsToFloat(bits)).isEqualTo(3f);
      }
    }
  }

  /** A is 0.5 everywhere and B 3; with alpha by rank of 2 that makes 3 of each zero. */
  private static void writeAdapter(Path file) throws IOException {
    int a = 4 * COLUMNS;
    String header =
        """
        {"base_model.model.w.lora_A.weight":{"dtype":"F32","shape":[1,%d],"data_offsets":[0,%d]},\
        "base_model.model.w.lora_B.weight":{"dtype":"F32","shape":[%d,1],"data_offsets":[%d,%d]}}\
        """
            .formatted(COLUMNS, a, ROWS, a, a + 4 * ROWS);
    ByteBuffer data = ByteBuffer.allocate(a + 4 * ROWS).order(ByteOrder.LITTLE_ENDIAN);
    while (data.position() < a) {
      data.putFloat(0.5f);
    }
    while (data.hasRemaining()) {
      data.putFloat(3f);
    }
    try (RandomAccessFile out = open(file, header)) {
      out.write(data.array());
    }
  }

  private static RandomAccessFile open(Path file, String header) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw");
    out.writeLong(Long.reverseBytes(json.length));
    out.write(json);
    return out;
  }
}
