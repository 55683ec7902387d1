package io.tinker4j.testkit.model;

import io.tinker4j.transport.operation.JsonCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What {@code adapter_config.json} says: PEFT's description of an adapter and our own settings. */
record AdapterConfig(String baseModel, LoraSettings settings) {
  private static final String FILE = "adapter_config.json";

  void write(Path dir) throws IOException {
    Map<String, Object> fields = new LinkedHashMap<>();
    List<String> modules = new ArrayList<>();
    fields.put("peft_type", "LORA");
    fields.put("base_model_name_or_path", baseModel);
    fields.put("r", settings.rank());
    fields.put("lora_alpha", LoraSettings.ALPHA);
    fields.put("target_modules", modules);
    fields.put("seed", settings.seed());
    for (Layer layer : Layer.values()) {
      fields.put(layer.trainFlag(), settings.trains(layer));
      if (settings.trains(layer)) {
        modules.add(layer.module());
      }
    }
    DurableFile.write(dir.resolve(FILE), ByteBuffer.wrap(JsonCodec.write(fields)));
  }

  static AdapterConfig read(Path dir) throws IOException {
    Path path = dir.resolve(FILE);
    try {
      Json json = Json.parseObject(Files.readAllBytes(path));
      if (!json.get("peft_type").text().equals("LORA")
          || json.get("lora_alpha").number() != LoraSettings.ALPHA) {
        throw new Json.FormatException("not an adapter of this engine");
      }
      LoraSettings settings =
          new LoraSettings(
              Math.toIntExact(json.get("r").number()),
              json.get("seed").number(),
              json.get(Layer.ATTN.trainFlag()).truth(),
              json.get(Layer.MLP.trainFlag()).truth(),
              json.get(Layer.UNEMBED.trainFlag()).truth());
      return new AdapterConfig(json.get("base_model_name_or_path").text(), settings);
    } catch (Json.FormatException | IllegalArgumentException | ArithmeticException e) {
      throw new IOException(path + ": corrupt: " + e.getMessage(), e);
    }
  }

  /**
   * Checks that a checkpoint of this configuration can be loaded into a model.
   *
   * @throws IllegalArgumentException naming the difference
   */
  void requireFits(String modelBase, LoraSettings model) {
    requireEqual("base_model", baseModel, modelBase);
    requireEqual("rank", settings.rank(), model.rank());
    for (Layer layer : Layer.values()) {
      requireEqual(layer.trainFlag(), settings.trains(layer), model.trains(layer));
    }
  }

  private static void requireEqual(String field, Object checkpoint, Object model) {
    if (!checkpoint.equals(model)) {
      throw new IllegalArgumentException(
          field + " is " + checkpoint + " in the checkpoint and " + model + " in the model");
    }
  }
}
