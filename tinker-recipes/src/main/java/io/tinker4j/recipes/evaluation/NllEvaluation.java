package io.tinker4j.recipes.evaluation;

import io.tinker4j.recipes.internal.Waits;
import io.tinker4j.recipes.rl.SequenceLogprobs;
import io.tinker4j.recovery.PeriodicEvaluation;
import io.tinker4j.text.supervised.Losses;
import io.tinker4j.text.tokenizer.Tokenizer;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import io.tinker4j.types.TensorData;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The loss on held-out examples: {@code nll}, the mean negative log-likelihood in nats per token,
 * and, with a tokenizer, {@code bits_per_byte}, by which models with different tokenizers can be
 * compared. For a run's {@code evaluation}, or called by itself. Immutable; as thread-safe as the
 * tokenizer is.
 */
public final class NllEvaluation implements PeriodicEvaluation.Evaluation {
  private final List<Datum> data;
  private final @Nullable Tokenizer tokenizer;

  private NllEvaluation(List<Datum> data, @Nullable Tokenizer tokenizer) {
    this.data = data;
    this.tokenizer = tokenizer;
  }

  /**
   * Returns the evaluation by {@code nll} alone.
   *
   * @param data with {@code target_tokens} and {@code weights}, as for cross entropy
   * @throws IllegalArgumentException when there is none, or a loss input is missing
   */
  public static NllEvaluation of(List<Datum> data) {
    return new NllEvaluation(checked(data), null);
  }

  /** Returns the evaluation by {@code bits_per_byte} too. */
  public static NllEvaluation of(List<Datum> data, Tokenizer tokenizer) {
    return new NllEvaluation(checked(data), Objects.requireNonNull(tokenizer, "tokenizer"));
  }

  private static List<Datum> checked(List<Datum> data) {
    if (data.isEmpty()) {
      throw new IllegalArgumentException("there are no examples to evaluate");
    }
    data.forEach(datum -> {
      TensorData unused = input(datum, Datum.TARGET_TOKENS);
      unused = input(datum, Datum.WEIGHTS);
    });
    return List.copyOf(data);
  }

  private static TensorData input(Datum datum, String name) {
    TensorData tensor = datum.lossFnInputs().get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("an example to evaluate has no " + name);
    }
    return tensor;
  }

  /**
   * Evaluates a model in training by a forward pass. Blocks.
   *
   * @throws io.tinker4j.transport.TinkerException when the pass fails
   */
  @Override
  public Map<String, Double> evaluate(TrainingClient client, long step) {
    List<float[]> logprobs =
        Waits.await("a forward pass", client.forward(data, LossFunction.CROSS_ENTROPY))
            .lossFnOutputs()
            .stream()
            .map(
                output -> Objects.requireNonNull(output.get(Datum.LOGPROBS), "logprobs").toFloats())
            .toList();
    return metrics(logprobs);
  }

  /**
   * Evaluates a sampler. Blocks.
   *
   * @throws io.tinker4j.transport.TinkerException when the sampler fails
   */
  public Map<String, Double> evaluate(SequenceLogprobs model) {
    return metrics(model.ofTargets(data));
  }

  private Map<String, Double> metrics(List<float[]> logprobs) {
    List<float[]> weights =
        data.stream().map(each -> input(each, Datum.WEIGHTS).toFloats()).toList();
    Map<String, Double> metrics = new LinkedHashMap<>();
    Losses.meanNll(logprobs, weights).ifPresent(nll -> metrics.put("nll", nll));
    Tokenizer known = tokenizer;
    if (known != null) {
      List<int[]> targets = new ArrayList<>();
      for (Datum each : data) {
        TensorData tokens = input(each, Datum.TARGET_TOKENS);
        int[] ids = new int[tokens.size()];
        for (int i = 0; i < ids.length; i++) {
          ids[i] = Math.toIntExact(tokens.longs().get(i));
        }
        targets.add(ids);
      }
      Losses.bitsPerByte(logprobs, weights, targets, known)
          .ifPresent(bits -> metrics.put("bits_per_byte", bits));
    }
    return metrics;
  }
}
