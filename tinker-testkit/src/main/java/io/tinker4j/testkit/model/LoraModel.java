package io.tinker4j.testkit.model;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * A base model with trainable low-rank adapters, their accumulated gradients and the optimizer's
 * state.
 *
 * <p>The same operations in the same order give the same bits, on every machine and whatever the
 * executor. Gradients of several {@link #forwardBackward} calls add up until the next {@link
 * #optimStep}; two calls of four examples leave the same bits as one call of eight.
 *
 * <p>Not safe for use by many threads: one operation at a time, each visible to the next. A {@link
 * Sampler} taken from it may be used by any thread from then on.
 */
public final class LoraModel {
  /** Runs a pass on the calling thread alone. */
  public static final Executor SEQUENTIAL = Runnable::run;

  private final BaseModel base;
  private final LoraSettings settings;
  private final List<Adapter> adapters = new ArrayList<>();
  private final Gradients gradients;
  private Network network;
  private long step;

  private LoraModel(BaseModel base, LoraSettings settings) {
    this.base = base;
    this.settings = settings;
    for (Layer layer : settings.trainedLayers()) {
      adapters.add(new Adapter(layer, settings, base.dimensions()));
    }
    gradients = new Gradients(base.dimensions(), settings.trainedLayers());
    network = merge();
  }

  /** Creates a model whose adapters change nothing yet. */
  public static LoraModel create(BaseModel base, LoraSettings settings) {
    return new LoraModel(
        Objects.requireNonNull(base, "base"), Objects.requireNonNull(settings, "settings"));
  }

  /**
   * Creates the model that a checkpoint describes and loads it.
   *
   * @param bases makes the base model of a name; one that keeps them saves the time and the memory
   *     of another copy, as they are immutable
   * @throws IOException if a file is missing, truncated or corrupt; the message names it
   */
  public static LoraModel restore(
      Path dir, boolean withOptimizer, Function<String, BaseModel> bases) throws IOException {
    AdapterConfig config = AdapterConfig.read(dir);
    LoraModel model = create(bases.apply(config.baseModel()), config.settings());
    model.loadState(dir, withOptimizer);
    return model;
  }

  /** The frozen model underneath. */
  public BaseModel baseModel() {
    return base;
  }

  /** What this model trains. */
  public LoraSettings settings() {
    return settings;
  }

  /** Number of optimizer steps behind the present moments. */
  public long step() {
    return step;
  }

  /**
   * Computes the loss and the log-probabilities of the targets; leaves the gradients alone.
   *
   * @param executor lends threads for other examples; {@link #SEQUENTIAL} for none
   * @throws IllegalArgumentException if an example lacks what the loss needs; names both
   */
  public PassResult forward(List<Example> examples, Loss loss, Executor executor) {
    return ExamplePass.run(network, List.copyOf(examples), loss, null, executor);
  }

  /**
   * Computes what {@link #forward} does and adds the gradient of the loss to what has accumulated.
   *
   * @param executor lends threads for other examples; {@link #SEQUENTIAL} for none
   * @throws IllegalArgumentException if an example lacks what the loss needs; names both, and
   *     nothing is added
   */
  public PassResult forwardBackward(List<Example> examples, Loss loss, Executor executor) {
    return ExamplePass.run(network, List.copyOf(examples), loss, gradients, executor);
  }

  /**
   * Moves the adapters by one step of AdamW along the accumulated gradients and clears them.
   *
   * <p>Without gradients this is a step along zero: moments decay, weight decay applies. Clipping
   * scales all gradients by {@code gradClipNorm / norm} when their joint norm exceeds it.
   *
   * @return {@code grad_norm}, the joint norm before clipping, and {@code learning_rate}
   * @throws ArithmeticException if the gradients are not finite; they are cleared, the weights keep
   *     their values
   */
  public Map<String, Double> optimStep(AdamSettings adam) {
    return optimStep(adam, false);
  }

  /**
   * Does what {@link #optimStep(AdamSettings)} does; with {@code diverges}, gradients that are not
   * finite are no failure and make the weights NaN.
   */
  public Map<String, Double> optimStep(AdamSettings adam, boolean diverges) {
    projectGradients();
    gradients.clear();
    double squaredNorm = 0;
    for (Parameter parameter : parameters()) {
      squaredNorm += parameter.squaredGradientNorm();
    }
    double norm = Math.sqrt(squaredNorm);
    if (!diverges && !Double.isFinite(norm)) {
      throw new ArithmeticException(
          "the accumulated gradient has norm "
              + norm
              + " and was dropped; check the logprobs and advantages of the examples");
    }
    boolean clips = adam.gradClipNorm() > 0 && norm > adam.gradClipNorm();
    step++;
    for (Parameter parameter : parameters()) {
      parameter.step(adam, clips ? adam.gradClipNorm() / norm : 1.0, step);
    }
    network = merge();
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("grad_norm", norm);
    metrics.put("learning_rate", adam.learningRate());
    return metrics;
  }

  /** Returns a snapshot for inference that later training does not change. */
  public Sampler frozenSampler() {
    return new Sampler(network);
  }

  /**
   * Returns the SHA-256 of the adapters in lower-case hex: of the base model's name and of names,
   * shapes and bits of all adapter matrices.
   */
  public String weightsHash() {
    return ModelCheckpoint.weightsOf(base.name(), parameters()).contentHash();
  }

  /** Returns the SHA-256, in lower-case hex, of the adapters, the moments and the step count. */
  public String stateHash() {
    return new ContentDigest()
        .put(checkpoint().weights().contentHash())
        .put(checkpoint().optimizer().contentHash())
        .hex();
  }

  /**
   * Writes a checkpoint: {@code adapter_config.json}, {@code adapter_model.safetensors} and, with
   * the optimizer, {@code optimizer.safetensors}. Makes the directory if need be, replaces files of
   * these names, and forces each to disk. Accumulated gradients are not saved.
   *
   * <p>Not atomic: on failure the directory may hold some of the files. Write to a new directory
   * and rename it.
   */
  public void saveState(Path dir, boolean withOptimizer) throws IOException {
    AdapterConfig config = new AdapterConfig(base.name(), settings);
    checkpoint().write(dir, config, withOptimizer);
  }

  /**
   * Restores a checkpoint bit by bit and clears the accumulated gradients. Without the optimizer,
   * moments and step count start over. On failure the model stays as it was.
   *
   * @throws IllegalArgumentException if the checkpoint is of another base model, rank or set of
   *     trained matrices
   * @throws IOException if a file is missing, truncated or corrupt; the message names it
   */
  public void loadState(Path dir, boolean withOptimizer) throws IOException {
    AdapterConfig.read(dir).requireFits(base.name(), settings);
    ModelCheckpoint loaded = checkpoint().read(dir, withOptimizer);
    setValues(loaded);
    for (Parameter parameter : parameters()) {
      if (withOptimizer) {
        parameter.setMoments(
            loaded.optimizer().tensor(parameter.firstMomentTensor().name()),
            loaded.optimizer().tensor(parameter.secondMomentTensor().name()));
      } else {
        parameter.clearMoments();
      }
    }
    step = withOptimizer ? loaded.step() : 0;
    gradients.clear();
    network = merge();
  }

  /**
   * Replaces the weights alone by those of a checkpoint: moments, step count and accumulated
   * gradients stay.
   *
   * @throws IllegalArgumentException if the checkpoint is of another base model, rank or set of
   *     trained matrices
   * @throws IOException if a file is missing, truncated or corrupt; the message names it
   */
  public void overwriteWeights(Path dir) throws IOException {
    AdapterConfig.read(dir).requireFits(base.name(), settings);
    setValues(checkpoint().read(dir, false));
    network = merge();
  }

  private void setValues(ModelCheckpoint loaded) {
    for (Parameter parameter : parameters()) {
      parameter.setValues(loaded.weights().tensor(parameter.valuesTensor().name()));
    }
  }

  /** Both halves of every adapter, in the order of the layers. */
  List<Parameter> parameters() {
    return adapters.stream().flatMap(adapter -> adapter.parameters().stream()).toList();
  }

  /** Turns the accumulated gradients of the merged weights into those of the parameters. */
  void projectGradients() {
    for (Adapter adapter : adapters) {
      adapter.project(gradients.of(adapter.layer()));
    }
  }

  /** Applies the parameters' present values; for use after writing to them. */
  void refresh() {
    network = merge();
  }

  private Network merge() {
    Map<Layer, double[][]> merged = new EnumMap<>(Layer.class);
    for (Layer layer : Layer.values()) {
      merged.put(layer, base.weights(layer));
    }
    for (Adapter adapter : adapters) {
      merged.put(adapter.layer(), adapter.merge(base.weights(adapter.layer())));
    }
    return new Network(base, merged);
  }

  private ModelCheckpoint checkpoint() {
    return ModelCheckpoint.of(base.name(), parameters(), step);
  }
}
