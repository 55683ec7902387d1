package io.tinker4j.cli;

import io.tinker4j.cli.cost.Spending;
import io.tinker4j.cli.output.CommandException;
import io.tinker4j.recovery.Batches;
import io.tinker4j.recovery.PeriodicEvaluation;
import io.tinker4j.recovery.journal.DataPosition;
import io.tinker4j.text.supervised.Losses;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.training.cost.TokenKind;
import io.tinker4j.types.Datum;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.LossFunction;
import io.tinker4j.types.TensorData;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.ObjDoubleConsumer;

/** The mean negative log-likelihood of the tokens that were held out. */
final class HeldOutLoss implements PeriodicEvaluation.Evaluation {
  static final String METRIC = "heldout:nll";

  private final Batches<List<Datum>> heldOut;
  private final Spending spending;
  private final ObjDoubleConsumer<Long> listener;

  /** Measures, notes what that uses before it is sent, and tells step and loss. */
  HeldOutLoss(Batches<List<Datum>> heldOut, Spending spending, ObjDoubleConsumer<Long> listener) {
    this.heldOut = heldOut;
    this.spending = spending;
    this.listener = listener;
  }

  @Override
  public Map<String, Double> evaluate(TrainingClient client, long step) {
    List<float[]> logprobs = new ArrayList<>();
    List<float[]> masks = new ArrayList<>();
    try (Batches.Reader<List<Datum>> reader = heldOut.open(DataPosition.START)) {
      while (reader.hasNext()) {
        List<Datum> batch = reader.next();
        spending.plan(TokenKind.PREFILL, TrainEstimate.tokens(batch));
        ForwardBackwardOutput output = client.forward(batch, LossFunction.CROSS_ENTROPY).join();
        for (int i = 0; i < batch.size(); i++) {
          logprobs.add(floats(output.lossFnOutputs().get(i), "logprobs"));
          masks.add(mask(floats(batch.get(i).lossFnInputs(), Datum.WEIGHTS)));
        }
      }
    }
    OptionalDouble loss = Losses.meanNll(logprobs, masks);
    if (loss.isEmpty()) {
      return Map.of();
    }
    listener.accept(step, loss.getAsDouble());
    return Map.of(METRIC, loss.getAsDouble());
  }

  private static float[] floats(Map<String, TensorData> tensors, String name) {
    TensorData tensor = tensors.get(name);
    if (tensor == null) {
      throw new CommandException("the server's answer to an evaluation has no " + name);
    }
    return tensor.toFloats();
  }

  /** Each learned token counts the same, however long its example is. */
  private static float[] mask(float[] weights) {
    for (int i = 0; i < weights.length; i++) {
      weights[i] = weights[i] > 0 ? 1 : 0;
    }
    return weights;
  }
}
