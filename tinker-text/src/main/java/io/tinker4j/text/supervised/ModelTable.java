package io.tinker4j.text.supervised;

import io.tinker4j.text.json.JsonTrees;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What is known of base models: {@code models.json}, facts of the Tinker cookbook. */
final class ModelTable {
  private static final ModelTable TABLE = new ModelTable(read());

  private final Map<String, Model> models;

  private ModelTable(Map<String, Model> models) {
    this.models = models;
  }

  static OptionalInt hiddenSize(String model) {
    Model known = TABLE.models.get(model);
    return known == null ? OptionalInt.empty() : OptionalInt.of(known.hiddenSize());
  }

  /** Returns the parameters of an adapter of rank 1 in one part of a model. */
  static OptionalLong adapterParameters(String model, AdapterPart part) {
    Model known = TABLE.models.get(model);
    if (known == null || known.adapter() == null) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(
        switch (part) {
          case MLP -> known.adapter().mlp();
          case ATTENTION -> known.adapter().attention();
          case UNEMBEDDING -> known.adapter().unembedding();
        });
  }

  private static Map<String, Model> read() {
    try (InputStream in = ModelTable.class.getResourceAsStream("models.json")) {
      if (in == null) {
        throw new IllegalStateException("models.json is missing from the jar");
      }
      Map<String, Model> models = new HashMap<>();
      JsonTrees.MAPPER
          .readTree(in.readAllBytes())
          .forEachEntry((name, values) -> models.put(name, Model.of(values)));
      return Map.copyOf(models);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A part of a model that an adapter may have. */
  enum AdapterPart {
    MLP,
    ATTENTION,
    UNEMBEDDING
  }

  private record Adapter(long mlp, long attention, long unembedding) {}

  private record Model(int hiddenSize, @Nullable Adapter adapter) {
    static Model of(JsonNode values) {
      JsonNode adapter = values.get("adapter");
      return new Model(
          values.get("hidden_size").asInt(),
          adapter == null
              ? null
              : new Adapter(
                  adapter.get("mlp").asLong(),
                  adapter.get("attn").asLong(),
                  adapter.get("unembed").asLong()));
    }
  }
}
