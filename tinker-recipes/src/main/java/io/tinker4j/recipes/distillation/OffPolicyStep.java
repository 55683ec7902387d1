package io.tinker4j.recipes.distillation;

import io.tinker4j.recipes.rollout.Observation;
import io.tinker4j.recovery.TrainingStep;
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

/** A pass over the teacher's answers, then an update. */
record OffPolicyStep(TeacherSamples teacher, LongFunction<AdamParams> adam)
    implements TrainingStep<List<Observation>> {
  @Override
  public Submitted submit(TrainingClient client, List<List<Observation>> batches, long step) {
    List<Observation> prompts = batches.stream().flatMap(List::stream).toList();
    List<Datum> data = teacher.sample(prompts, step);
    List<CompletableFuture<ForwardBackwardOutput>> passes = new ArrayList<>();
    passes.add(client.forwardBackward(data, LossFunction.CROSS_ENTROPY));
    return new Submitted(passes, client.optimStep(adam.apply(step)));
  }

  @Override
  public Map<String, String> settings(long step) {
    return Map.of(
        "loss", "cross_entropy",
        "teacher", teacher.toString(),
        "optimizer", adam.apply(step).toString());
  }
}
