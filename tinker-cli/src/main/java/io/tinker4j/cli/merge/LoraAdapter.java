package io.tinker4j.cli.merge;

import io.tinker4j.cli.merge.TensorFile.Tensor;
import io.tinker4j.cli.output.CommandException;
import io.tinker4j.cli.output.FileProblem;
import io.tinker4j.transport.DecodeException;
import io.tinker4j.transport.operation.JsonCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** An adapter in the layout of the PEFT library that can be merged. */
final class LoraAdapter implements AutoCloseable {
  private static final String CONFIG = "adapter_config.json";
  private static final String WEIGHTS = "adapter_model.safetensors";
  private static final Pattern FACTOR =
      Pattern.compile("base_model\\.model\\.(.+)\\.(?:lora_([AB])\\.weight|lora_embedding_([AB]))");

  private final TensorFile file;
  private final List<LoraFactors> factors;
  private final float scale;

  private LoraAdapter(TensorFile file, List<LoraFactors> factors, float scale) {
    this.file = file;
    this.factors = factors;
    this.scale = scale;
  }

  /**
   * Opens an adapter.
   *
   * @throws CommandException when it is none, or of a kind that this cannot merge
   */
  static LoraAdapter open(Path directory) {
    Path config = directory.resolve(CONFIG);
    Map<String, @Nullable Object> fields;
    try {
      fields = JsonCodec.readMap(Files.readAllBytes(config));
    } catch (IOException e) {
      throw new CommandException(FileProblem.of(config, e), e);
    } catch (DecodeException e) {
      throw new CommandException(config + " is not JSON", e);
    }
    checkKind(fields);
    int rank = (int) number(fields, "r");
    double alpha = number(fields, "lora_alpha");
    boolean isRoot = Boolean.TRUE.equals(fields.get("use_rslora"));
    TensorFile file = TensorFile.open(directory.resolve(WEIGHTS));
    try {
      float scale = (float) (alpha / (isRoot ? Math.sqrt(rank) : rank));
      return new LoraAdapter(file, factors(file, rank), scale);
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static double number(Map<String, @Nullable Object> fields, String name) {
    if (fields.get(name) instanceof Number number && number.doubleValue() > 0) {
      return number.doubleValue();
    }
    throw new CommandException("%s has no %s".formatted(CONFIG, name));
  }

  /** What these settings add to a model is not of the form that is computed here. */
  private static void checkKind(Map<String, @Nullable Object> fields) {
    List<String> others = new ArrayList<>();
    if (!"LORA".equals(fields.get("peft_type"))) {
      others.add("peft_type is %s".formatted(fields.get("peft_type")));
    }
    for (String name : List.of("use_dora", "fan_in_fan_out", "lora_bias")) {
      if (Boolean.TRUE.equals(fields.get(name))) {
        others.add(name + " is true");
      }
    }
    if (fields.get("bias") instanceof String bias && !bias.equals("none")) {
      others.add("bias is " + bias);
    }
    for (String name : List.of("rank_pattern", "alpha_pattern")) {
      if (fields.get(name) instanceof Map<?, ?> map && !map.isEmpty()) {
        others.add(name + " is not empty");
      }
    }
    if (fields.get("modules_to_save") instanceof List<?> list && !list.isEmpty()) {
      others.add("modules_to_save is not empty");
    }
    Problems.refuse("The adapter is of a kind that cannot be merged", others);
  }

  private static List<LoraFactors> factors(TensorFile file, int rank) {
    Map<String, Map<String, Tensor>> modules = new TreeMap<>();
    List<String> problems = new ArrayList<>();
    for (Tensor each : file.tensors()) {
      Matcher matcher = FACTOR.matcher(each.name());
      if (!matcher.matches() || NumberType.of(each.type()).isEmpty() || each.shape().size() != 2) {
        problems.add(each + " is no part of a LoRA adapter");
        continue;
      }
      boolean isEmbedding = matcher.group(2) == null;
      String part = isEmbedding ? "embedding " + matcher.group(3) : matcher.group(2);
      modules.computeIfAbsent(matcher.group(1), name -> new LinkedHashMap<>()).put(part, each);
    }
    List<LoraFactors> factors = new ArrayList<>();
    modules.forEach((module, parts) -> {
      boolean isEmbedding = parts.keySet().stream().anyMatch(part -> part.startsWith("embedding"));
      Tensor a = parts.get(isEmbedding ? "embedding A" : "A");
      Tensor b = parts.get(isEmbedding ? "embedding B" : "B");
      if (a == null || b == null || parts.size() != 2) {
        problems.add("%s has %s and not one pair of A and B".formatted(module, parts.values()));
      } else if (a.shape().get(0) != rank || b.shape().get(1) != rank) {
        problems.add("%s and %s are not of rank %d".formatted(a, b, rank));
      } else {
        factors.add(new LoraFactors(module + ".weight", a, b, isEmbedding));
      }
    });
    if (factors.isEmpty() && problems.isEmpty()) {
      problems.add("it has no tensors");
    }
    Problems.refuse("The adapter's weights are not right", problems);
    return List.copyOf(factors);
  }

  TensorFile file() {
    return file;
  }

  /** Returns what it adds to which weights, by name of the weight. */
  List<LoraFactors> factors() {
    return factors;
  }

  float scale() {
    return scale;
  }

  @Override
  public void close() {
    file.close();
  }
}
