package io.tinker4j.training;

import io.tinker4j.training.internal.ResultType;
import io.tinker4j.training.loss.CustomLoss;
import io.tinker4j.types.Datum;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.LossFunction;
import io.tinker4j.types.Metrics;
import io.tinker4j.types.TensorData;
import io.tinker4j.types.TensorDtype;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A loss that the user computes: a forward pass for the log-probabilities, the user's function, and
 * a backward pass that gives the model the function's gradient.
 *
 * <p>The server's cross-entropy is L = -Σ w·ℓ, so ∂L/∂ℓ = -w; with w = -∂C/∂ℓ for the user's loss C
 * its gradient is that of C. Both passes happen in one turn of the lane, so nothing comes between
 * them, and what was called afterwards comes behind them.
 */
final class CustomLossCall {
  private final PassContext context;
  private final String modelId;
  private final List<Datum> data;
  private final CustomLoss loss;
  private Map<String, Double> metrics = Map.of();

  /**
   * Prepares the passes.
   *
   * @throws IllegalArgumentException when an example has no targets, or inputs besides targets and
   *     weights
   */
  CustomLossCall(PassContext context, String modelId, List<Datum> data, CustomLoss loss) {
    this.context = context;
    this.modelId = modelId;
    this.data = data;
    this.loss = loss;
    data.forEach(CustomLossCall::check);
  }

  private static void check(Datum datum) {
    Set<String> names = datum.lossFnInputs().keySet();
    if (!names.contains(Datum.TARGET_TOKENS)) {
      throw new IllegalArgumentException(
          "an example has no target_tokens; a custom loss is a function of their"
              + " log-probabilities");
    }
    Set<String> others = new TreeSet<>(names);
    others.removeAll(Set.of(Datum.TARGET_TOKENS, Datum.WEIGHTS));
    if (!others.isEmpty()) {
      throw new IllegalArgumentException(
          "an example has the loss inputs %s; a custom loss takes target_tokens and weights only"
              .formatted(others));
    }
  }

  /** Does all up to the submission of the backward pass. */
  Backward submit(SubmissionLane.Turn turn, PendingCall<?> call) throws Exception {
    ForwardBackwardCall forward =
        pass(data.stream().map(CustomLossCall::withWeights).toList(), true);
    ForwardBackwardCall.Promises promises = forward.submit(turn);
    ForwardBackwardOutput output = forward.await(promises, call, failure -> failure.apply(false));
    ForwardBackwardCall backward = pass(turn.callUser(() -> weighted(output)), false);
    return new Backward(backward, backward.submit(turn));
  }

  /** A backward pass that the server has accepted. */
  record Backward(ForwardBackwardCall pass, ForwardBackwardCall.Promises promises) {}

  /** Waits for the result of the backward pass; the user's metrics go before the server's. */
  ForwardBackwardOutput await(
      Backward backward, PendingCall<?> call, ForwardBackwardCall.Failing failing)
      throws Exception {
    ForwardBackwardOutput output = backward.pass().await(backward.promises(), call, failing);
    Map<String, @Nullable Double> all = new LinkedHashMap<>(output.metrics().asMap());
    all.putAll(metrics);
    return ForwardBackwardOutput.of(
        output.lossFnOutputType(), output.lossFnOutputs(), Metrics.of(all));
  }

  private ForwardBackwardCall pass(List<Datum> data, boolean forwardOnly) {
    return new ForwardBackwardCall(context, modelId, data, LossFunction.CROSS_ENTROPY, forwardOnly);
  }

  private static Datum withWeights(Datum datum) {
    if (datum.lossFnInputs().containsKey(Datum.WEIGHTS)) {
      return datum;
    }
    TensorData targets = targets(datum).toDense();
    return datum.with(
        Datum.WEIGHTS, TensorData.ofFloats(new float[targets.size()], targets.shape()));
  }

  @SuppressWarnings("NullAway") // every example has been checked for them
  private static TensorData targets(Datum datum) {
    return datum.lossFnInputs().get(Datum.TARGET_TOKENS);
  }

  private List<Datum> weighted(ForwardBackwardOutput forward) {
    List<TensorData> tensors = new ArrayList<>();
    for (Map<String, TensorData> output : forward.lossFnOutputs()) {
      tensors.add(logprobs(tensors.size(), output));
    }
    List<float[]> logprobs = tensors.stream().map(TensorData::toFloats).toList();
    CustomLoss.Result result = loss.compute(data, logprobs).checkedFor(logprobs);
    metrics = result.metrics();
    List<Datum> weighted = new ArrayList<>();
    for (int i = 0; i < data.size(); i++) {
      float[] weights = result.gradients().get(i).clone();
      for (int t = 0; t < weights.length; t++) {
        weights[t] = -weights[t];
      }
      context.features().warnOfWeights(weights);
      TensorData dense = TensorData.ofFloats(weights, tensors.get(i).shape());
      weighted.add(data.get(i).with(Datum.WEIGHTS, dense.sparseIfSmaller()));
    }
    return weighted;
  }

  private static TensorData logprobs(int example, Map<String, TensorData> output) {
    TensorData logprobs = output.get(Datum.LOGPROBS);
    if (logprobs == null) {
      throw unusable("data[%d]: the answer has no logprobs".formatted(example));
    }
    if (logprobs.dtype() != TensorDtype.FLOAT32) {
      throw unusable(
          "data[%d]: the answer's logprobs are %s".formatted(example, logprobs.dtype().value()));
    }
    return logprobs;
  }

  private static RequestFailedException unusable(String what) {
    return new RequestFailedException(
        ResultType.FORWARD.requestType(), "unknown", what, RequestFailedException.Category.SERVER);
  }
}
