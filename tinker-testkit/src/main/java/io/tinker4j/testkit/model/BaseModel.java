package io.tinker4j.testkit.model;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * A frozen base model: a language model whose weights are a pure function of its name, as its
 * {@link Vocabulary} is.
 *
 * <p>At each position the model sees the last few tokens, embeds and concatenates them, and maps
 * them through two hidden layers to logits. Untrained, its loss is close to the logarithm of the
 * number of tokens. {@value #NANO} and {@code tinker4j/nano-N} see less and have smaller layers
 * than the others: they learn worse, and in a fraction of the time.
 *
 * <p>Immutable and safe for use by many threads.
 */
public final class BaseModel {
  /** Most tokens of a training example, or of a prompt together with what it may generate. */
  public static final int MAX_CONTEXT_LENGTH = 4096;

  /** The name of the smallest model, for tests with very many steps. */
  public static final String NANO = "tinker4j/nano-bytes";

  private static final double SQRT_3 = Math.sqrt(3.0);

  private final String name;
  private final Vocabulary vocabulary;
  private final Dimensions dimensions;
  private final double[][] embedding;
  private final Map<Layer, double[][]> weights = new EnumMap<>(Layer.class);

  private BaseModel(String name) {
    this.name = name;
    vocabulary = Vocabulary.of(name);
    dimensions = Dimensions.of(name);
    CounterRandom random = CounterRandom.of(name);
    // A uniform value in [-b, b) has variance b^2 / 3; the bounds below keep every hidden layer's
    // input near variance 1 and the logits near 0.
    int known = vocabulary.size() + 1;
    embedding =
        Arrays.copyOf(
            random.stream("embedding").nextMatrix(known, dimensions.embedding(), SQRT_3),
            known + 1);
    embedding[known] = new double[dimensions.embedding()];
    Arrays.fill(embedding[known], Double.NaN);
    for (Layer layer : Layer.values()) {
      double gain =
          switch (layer) {
            case ATTN -> 1.0;
            case MLP -> 2.0;
            case UNEMBED -> 0.1;
          };
      double bound = gain * SQRT_3 / Math.sqrt(dimensions.inputs(layer));
      weights.put(
          layer,
          random.stream(layer.module())
              .nextMatrix(dimensions.inputs(layer), dimensions.outputs(layer), bound));
    }
  }

  /**
   * Returns the base model of a name. Equal names give bit-identical models; no name is unknown.
   *
   * @throws IllegalArgumentException if the name is blank
   */
  public static BaseModel of(String name) {
    Objects.requireNonNull(name, "name");
    if (name.isBlank()) {
      throw new IllegalArgumentException("base_model is blank; name a model");
    }
    return new BaseModel(name);
  }

  /** The name this model was made from. */
  public String name() {
    return name;
  }

  /** The tokens that it knows. */
  public Vocabulary vocabulary() {
    return vocabulary;
  }

  Dimensions dimensions() {
    return dimensions;
  }

  /**
   * Embedding rows of all tokens, then the one for "before the first token", and last the one for
   * what is no token, which is NaN all over; shared, not to be written to.
   */
  double[][] embedding() {
    return embedding;
  }

  /** Frozen weights, [inputs][outputs]; shared, not to be written to. */
  double[][] weights(Layer layer) {
    return Objects.requireNonNull(weights.get(layer));
  }

  @Override
  public String toString() {
    return "BaseModel[" + name + "]";
  }
}
