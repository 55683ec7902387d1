package io.tinker4j.recipes.rl;

import io.tinker4j.recipes.internal.Waits;
import io.tinker4j.training.SamplingClient;
import io.tinker4j.types.Datum;
import io.tinker4j.types.TensorData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Asks a sampler for the log-probabilities of sequences. */
record SamplerLogprobs(SamplingClient sampler) implements SequenceLogprobs {
  @Override
  public List<float[]> ofTargets(List<Datum> data) {
    List<CompletableFuture<float[]>> asked = new ArrayList<>();
    List<float[]> logprobs = new ArrayList<>();
    try {
      for (int i = 0; i < data.size(); i++) {
        TensorData targets = targets(i, data.get(i));
        int last = Math.toIntExact(targets.longs().get(targets.size() - 1));
        asked.add(sampler.computeLogprobs(data.get(i).modelInput().append(last)));
      }
      for (int i = 0; i < asked.size(); i++) {
        float[] all = Waits.await("log-probabilities", asked.get(i));
        int length = targets(i, data.get(i)).size();
        logprobs.add(Arrays.copyOfRange(all, all.length - length, all.length));
      }
    } finally {
      asked.forEach(each -> each.cancel(false));
    }
    return logprobs;
  }

  private static TensorData targets(int index, Datum datum) {
    TensorData targets = LossInputs.tensor(index, datum, Datum.TARGET_TOKENS);
    if (targets.size() == 0) {
      throw new IllegalArgumentException("data[%d] has no target token".formatted(index));
    }
    return targets;
  }
}
