package io.tinker4j.testkit.model;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * A frozen base model: a language model over bytes whose weights are a pure function of its name.
 *
 * <p>Token ids 0 to 255 are the bytes of UTF-8 text, 256 ends a text. At each position the model
 * sees the last few tokens, embeds and concatenates them, and maps them through two hidden layers
 * to logits. Untrained, its loss is close to ln(257) per token. {@value #NANO} sees less and has a
 * twentieth of the weights of the others: it learns worse, and in a fraction of the time.
 *
 * <p>Immutable and safe for use by many threads.
 */
public final class BaseModel {
  /** The token that ends a text. */
  public static final int END_OF_TEXT = 256;

  /** Number of token ids: 256 bytes and {@link #END_OF_TEXT}. */
  public static final int VOCABULARY_SIZE = 257;

  /** Most tokens of a training example, or of a prompt together with what it may generate. */
  public static final int MAX_CONTEXT_LENGTH = 4096;

  /** The name of the smallest model, for tests with very many steps. */
  public static final String NANO = "tinker4j/nano-bytes";

  /** The row of the embedding table that stands for "before the first token". */
  static final int PADDING = VOCABULARY_SIZE;

  /** The row of the embedding table for what is no token: NaN all over. */
  static final int UNKNOWN = PADDING + 1;

  private static final double SQRT_3 = Math.sqrt(3.0);

  private final String name;
  private final Dimensions dimensions;
  private final double[][] embedding;
  private final Map<Layer, double[][]> weights = new EnumMap<>(Layer.class);

  private BaseModel(String name) {
    this.name = name;
    dimensions = Dimensions.of(name);
    CounterRandom random = CounterRandom.of(name);
    // A uniform value in [-b, b) has variance b^2 / 3; the bounds below keep every hidden layer's
    // input near variance 1 and the logits near 0.
    embedding =
        Arrays.copyOf(
            random.stream("embedding").nextMatrix(UNKNOWN, dimensions.embedding(), SQRT_3),
            UNKNOWN + 1);
    embedding[UNKNOWN] = new double[dimensions.embedding()];
    Arrays.fill(embedding[UNKNOWN], Double.NaN);
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

  static boolean isToken(int id) {
    return id >= 0 && id < VOCABULARY_SIZE;
  }

  /**
   * Throws unless every token is in the vocabulary; {@code what} names the array in the message.
   */
  static void requireTokens(int[] tokens, String what) {
    for (int i = 0; i < tokens.length; i++) {
      if (!isToken(tokens[i])) {
        throw new IllegalArgumentException(
            what
                + "["
                + i
                + "] is "
                + tokens[i]
                + ", outside the vocabulary of ids 0 to "
                + (VOCABULARY_SIZE - 1));
      }
    }
  }

  Dimensions dimensions() {
    return dimensions;
  }

  /** Embedding rows of all tokens and of {@link #PADDING}; shared, not to be written to. */
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
