package io.tinker4j.recovery;

import io.tinker4j.training.TrainingClient;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.LossFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongFunction;

/** A pass for each batch, then an update. */
record PlainStep(LossFunction loss, LongFunction<AdamParams> adam)
    implements TrainingStep<List<Datum>> {
  @Override
  public Submitted submit(TrainingClient client, List<List<Datum>> batches, long step) {
    List<CompletableFuture<ForwardBackwardOutput>> passes = new ArrayList<>();
    for (List<Datum> batch : batches) {
      passes.add(client.forwardBackward(batch, loss));
    }
    return new Submitted(passes, client.optimStep(adam.apply(step)));
  }

  @Override
  public Map<String, String> settings(long step) {
    AdamParams params = adam.apply(step);
    return Map.of(
        "loss",
        loss.toString(),
        "learning_rate",
        Double.toString(params.learningRate()),
        "optimizer",
        "adam, beta1 %s, beta2 %s, eps %s, weight decay %s, clip norm %s"
            .formatted(
                params.beta1(),
                params.beta2(),
                params.eps(),
                params.weightDecay(),
                params.gradClipNorm()));
  }
}
