package io.tinker4j.cli;

import io.tinker4j.transport.operation.JsonCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Safetensors files written and read in the plainest way. */
final class SmallTensors {
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();

  /** A tensor and its bytes, little endian. */
  record Tensor(String type, List<Integer> shape, byte[] data) {}

  SmallTensors add(String name, String type, List<Integer> shape, byte[] data) {
    tensors.put(name, new Tensor(type, shape, data));
    return this;
  }

  /** Adds a tensor of type F32. */
  SmallTensors add(String name, float[][] rows) {
    ByteBuffer data =
        ByteBuffer.allocate(Float.BYTES * rows.length * rows[0].length)
            .order(ByteOrder.LITTLE_ENDIAN);
    for (float[] row : rows) {
      for (float each : row) {
        data.putFloat(each);
      }
    }
    return add(name, "F32", List.of(rows.length, rows[0].length), data.array());
  }

  Path write(Path file) throws IOException {
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("__metadata__", Map.of("format", "pt"));
    int end = 0;
    for (Map.Entry<String, Tensor> each : tensors.entrySet()) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("dtype", each.getValue().type());
      fields.put("shape", each.getValue().shape());
      fields.put("data_offsets", List.of(end, end + each.getValue().data().length));
      end += each.getValue().data().length;
      header.put(each.getKey(), fields);
    }
    byte[] json = JsonCodec.write(header);
    ByteBuffer all =
        ByteBuffer.allocate(Long.BYTES + json.length + end).order(ByteOrder.LITTLE_ENDIAN);
    all.putLong(json.length).put(json);
    tensors.values().forEach(each -> all.put(each.data()));
    return Files.write(file, all.array());
  }

  static Map<String, Tensor> read(Path file) throws IOException {
    byte[] all = Files.readAllBytes(file);
    int length = (int) ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN).getLong();
    int data = Long.BYTES + length;
    String json = new String(all, Long.BYTES, length, StandardCharsets.UTF_8);
    Map<String, Tensor> read = new LinkedHashMap<>();
    JsonCodec.readMap(json.getBytes(StandardCharsets.UTF_8))
        .forEach((name, value) -> {
          if (value instanceof Map<?, ?> fields
              && fields.get("data_offsets") instanceof List<?> at) {
            int from = data + ((Number) at.get(0)).intValue();
            int to = data + ((Number) at.get(1)).intValue();
            List<Integer> shape =
                ((List<?>) fields.get("shape"))
                    .stream().map(each -> ((Number) each).intValue()).toList();
            read.put(
                name,
                new Tensor(
                    String.valueOf(fields.get("dtype")), shape, Arrays.copyOfRange(all, from, to)));
          }
        });
    return read;
  }
}
