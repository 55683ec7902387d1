package io.tinker4j.types;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One training example: what the model reads, and what its loss reads. Immutable.
 *
 * <p>Entry {@code i} of every loss input belongs to position {@code i} of the model's input and to
 * the prediction of the token after it.
 */
public final class Datum {
  /** The key of the tokens to be predicted, int64. */
  public static final String TARGET_TOKENS = "target_tokens";

  /** The key of the weights of {@link LossFunction#CROSS_ENTROPY}, float32. */
  public static final String WEIGHTS = "weights";

  /** The key of the log-probabilities at sampling time, float32. */
  public static final String LOGPROBS = "logprobs";

  /** The key of the advantages, float32. */
  public static final String ADVANTAGES = "advantages";

  private final ModelInput modelInput;
  private final Map<String, TensorData> lossFnInputs;
  private final List<ProvenanceSpan> modelInputSpans;
  private final List<ProvenanceSpan> lossFnInputSpans;

  private Datum(
      ModelInput modelInput,
      Map<String, TensorData> lossFnInputs,
      List<ProvenanceSpan> modelInputSpans,
      List<ProvenanceSpan> lossFnInputSpans) {
    this.modelInput = modelInput;
    this.lossFnInputs = lossFnInputs;
    this.modelInputSpans = modelInputSpans;
    this.lossFnInputSpans = lossFnInputSpans;
  }

  /** Returns an example of this input and these tensors, by the names that the loss reads. */
  @JsonCreator(mode = JsonCreator.Mode.PROPERTIES)
  public static Datum of(
      @JsonProperty(value = "model_input", required = true) ModelInput modelInput,
      @JsonProperty(value = "loss_fn_inputs", required = true)
          Map<String, TensorData> lossFnInputs) {
    return new Datum(
        Objects.requireNonNull(modelInput, "modelInput"),
        Collections.unmodifiableMap(new LinkedHashMap<>(lossFnInputs)),
        List.of(),
        List.of());
  }

  /**
   * Returns an example for {@link LossFunction#CROSS_ENTROPY}.
   *
   * @param targets the token to be predicted at each position
   * @param weights the weight of each position in the loss, 0 to ignore it
   * @throws IllegalArgumentException when the lengths differ, or the input is text of another
   *     length
   */
  public static Datum of(ModelInput input, int[] targets, float[] weights) {
    requireTargets(input, targets);
    requireLength("weights", weights.length, targets.length);
    return of(input, Map.of()).with(TARGET_TOKENS, TensorData.of(targets)).with(WEIGHTS, weights);
  }

  /**
   * Returns an example for {@link LossFunction#CROSS_ENTROPY} from one sequence: the input is all
   * tokens but the last, the targets are all but the first, the mask is shifted with the targets.
   *
   * @param mask whether each token of the sequence is to be learned; the first entry has no effect
   * @throws IllegalArgumentException when there are fewer than two tokens or the lengths differ
   */
  public static Datum supervised(int[] tokens, boolean[] mask) {
    requireLength("mask", mask.length, tokens.length);
    if (tokens.length < 2) {
      throw new IllegalArgumentException(
          "tokens has %d entries; an input and a target need two".formatted(tokens.length));
    }
    float[] weights = new float[tokens.length - 1];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = mask[i + 1] ? 1 : 0;
    }
    return of(
        ModelInput.ofInts(Arrays.copyOf(tokens, tokens.length - 1)),
        Arrays.copyOfRange(tokens, 1, tokens.length),
        weights);
  }

  /** Returns an example from one sequence of which every token is to be learned. */
  public static Datum supervised(int... tokens) {
    boolean[] mask = new boolean[tokens.length];
    Arrays.fill(mask, true);
    return supervised(tokens, mask);
  }

  /**
   * Returns an example for the policy losses.
   *
   * @param targets the sampled token at each position
   * @param logprobs the log-probability the sampler gave it
   * @param advantages its advantage, 0 to ignore the position
   * @throws IllegalArgumentException when the lengths differ, or the input is text of another
   *     length
   */
  public static Datum policy(
      ModelInput input, int[] targets, float[] logprobs, float[] advantages) {
    requireTargets(input, targets);
    requireLength("logprobs", logprobs.length, targets.length);
    requireLength("advantages", advantages.length, targets.length);
    return of(input, Map.of())
        .with(TARGET_TOKENS, TensorData.of(targets))
        .with(LOGPROBS, logprobs)
        .with(ADVANTAGES, advantages);
  }

  /**
   * Returns an example for the policy losses from a sample, with the same advantage for each of its
   * tokens.
   *
   * @param prompt what was sampled from
   * @param sequence the sample, with log-probabilities
   * @throws IllegalArgumentException as {@link #policy(ModelInput, SampledSequence, float[])} does
   */
  public static Datum policy(ModelInput prompt, SampledSequence sequence, float advantage) {
    float[] advantages = new float[sequence.tokens().remaining()];
    Arrays.fill(advantages, advantage);
    return policy(prompt, sequence, advantages);
  }

  /**
   * Returns an example for the policy losses from a sample. The model reads the prompt and all
   * sampled tokens but the last: p + n - 1 positions for a prompt of p tokens and a sample of n.
   * The targets are all tokens but the first, 0 in place of an image. Over the prompt, the first p
   * - 1 positions, log-probabilities and advantages are 0, so that nothing is learned there; behind
   * it they are those of the sample.
   *
   * @param prompt what was sampled from, at least one token
   * @param sequence the sample, at least one token, each with a log-probability
   * @param advantages one for each sampled token, 0 to ignore it
   * @throws IllegalArgumentException when prompt or sample is empty, the sample does not have one
   *     log-probability for each token, the number of advantages is another, an advantage or a
   *     log-probability is not finite, or the length of a chunk of the prompt is not known
   */
  public static Datum policy(ModelInput prompt, SampledSequence sequence, float[] advantages) {
    int[] sampled = sequence.toInts();
    float[] logprobs = sequence.toFloats();
    requireLength("advantages", advantages.length, sampled.length);
    requireLength("logprobs of the sequence", logprobs.length, sampled.length);
    requireFinite("advantages", advantages);
    requireFinite("logprobs of the sequence", logprobs);
    int read = PolicyShapes.length(prompt);
    if (read == 0 || sampled.length == 0) {
      throw new IllegalArgumentException(
          "the prompt has %d tokens and the sequence %d; each needs at least one"
              .formatted(read, sampled.length));
    }
    ModelInput input = PolicyShapes.extended(prompt, sampled, sampled.length - 1);
    int[] targets = PolicyShapes.targets(prompt, read, sampled);
    return of(input, Map.of())
        .with(TARGET_TOKENS, TensorData.of(targets))
        .with(LOGPROBS, PolicyShapes.behind(read - 1, logprobs))
        .with(ADVANTAGES, PolicyShapes.behind(read - 1, advantages));
  }

  private static void requireFinite(String name, float[] values) {
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new IllegalArgumentException(
            "%s: entry %d is %s; it must be finite".formatted(name, i, values[i]));
      }
    }
  }

  /** Returns this example with one more loss input. */
  public Datum with(String name, TensorData tensor) {
    Map<String, TensorData> more = new LinkedHashMap<>(lossFnInputs);
    more.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(tensor, "tensor"));
    return new Datum(
        modelInput, Collections.unmodifiableMap(more), modelInputSpans, lossFnInputSpans);
  }

  /**
   * Returns this example with claims of where its tokens come from. Binary requests only.
   *
   * @param modelInputSpans cover the tokens of the model input
   * @param lossFnInputSpans cover the rows of {@code target_tokens}
   * @throws IllegalArgumentException when they cover more or less, or there are no targets
   */
  public Datum withProvenance(
      List<ProvenanceSpan> modelInputSpans, List<ProvenanceSpan> lossFnInputSpans) {
    TensorData targets = lossFnInputs.get(TARGET_TOKENS);
    if (targets == null) {
      throw new IllegalArgumentException(
          "there are no target_tokens whose provenance could be told");
    }
    long rows = targets.shape().length == 0 ? targets.size() : targets.shape()[0];
    ProvenanceSpan.requireTiling("modelInputSpans", modelInputSpans, modelInput.length());
    ProvenanceSpan.requireTiling("lossFnInputSpans", lossFnInputSpans, rows);
    return new Datum(
        modelInput, lossFnInputs, List.copyOf(modelInputSpans), List.copyOf(lossFnInputSpans));
  }

  private Datum with(String name, float[] values) {
    return with(name, TensorData.of(values));
  }

  /** What is no text has a length that only the server may know. */
  private static void requireTargets(ModelInput input, int[] targets) {
    if (input.chunks().stream().allMatch(EncodedTextChunk.class::isInstance)
        && targets.length != input.length()) {
      throw new IllegalArgumentException(
          "targets has %d entries, but the model input has %d tokens; there is one per position"
              .formatted(targets.length, input.length()));
    }
  }

  private static void requireLength(String name, int length, int expected) {
    if (length != expected) {
      throw new IllegalArgumentException(
          "%s has %d entries, but there are %d tokens".formatted(name, length, expected));
    }
  }

  /** Returns what the model reads. */
  @JsonProperty("model_input")
  public ModelInput modelInput() {
    return modelInput;
  }

  /** Returns what the loss reads, by name. */
  @JsonProperty("loss_fn_inputs")
  public Map<String, TensorData> lossFnInputs() {
    return lossFnInputs;
  }

  /** Returns where the tokens of the model input come from; empty unless told. */
  @JsonIgnore
  public List<ProvenanceSpan> modelInputSpans() {
    return modelInputSpans;
  }

  /** Returns where the rows of {@code target_tokens} come from; empty unless told. */
  @JsonIgnore
  public List<ProvenanceSpan> lossFnInputSpans() {
    return lossFnInputSpans;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Datum that
        && modelInput.equals(that.modelInput)
        && lossFnInputs.equals(that.lossFnInputs)
        && modelInputSpans.equals(that.modelInputSpans)
        && lossFnInputSpans.equals(that.lossFnInputSpans);
  }

  @Override
  public int hashCode() {
    return 31 * modelInput.hashCode() + lossFnInputs.hashCode();
  }

  @Override
  public String toString() {
    return "Datum{" + modelInput + ", " + lossFnInputs + "}";
  }
}
