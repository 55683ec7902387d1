package io.tinker4j.examples;

import io.tinker4j.recipes.distillation.Distillation;
import io.tinker4j.recipes.rl.SequenceLogprobs;
import io.tinker4j.recipes.rollout.Observation;
import io.tinker4j.recipes.rollout.RolloutOptions;
import io.tinker4j.recovery.Batches;
import io.tinker4j.training.SamplingClient;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Distills a teacher: the student samples, and learns what the teacher would rather have said. */
public final class DistillationRun {
  private DistillationRun() {}

  /** Uses the server and the key that TINKER_BASE_URL and TINKER_API_KEY name. */
  public static void main(String[] args) throws InterruptedException {
    System.out.println(run(ServiceClient::create, Path.of("distill-run"), 18)); // KL by step
  }

  static List<Double> run(Supplier<ServiceClient> service, Path journal, int steps)
      throws InterruptedException {
    List<Double> divergence = new ArrayList<>();
    try (ServiceClient teachers = service.get()) {
      SequenceLogprobs teacher = SequenceLogprobs.of(teacher(teachers));
      Distillation.onPolicy(RolloutOptions.builder(2).build(), teacher)
          .learningRate(step -> 0.02)
          .build()
          .training(
              Batches.of(List.of(List.of(97, 98, 99, 100)), steps),
              token -> Distillation.prompt(32, Observation.ofInts(token)))
          .service(service)
          .baseModel("tinker4j/nano-bytes")
          .journal(journal)
          .onStep(done -> divergence.add(done.metrics().get("teacher_kl")))
          .build()
          .resumeOrStart();
    }
    return divergence;
  }

  /** Stands for a larger model, or one with a longer prompt: it likes some letters. */
  private static SamplingClient teacher(ServiceClient service) {
    TrainingClient training = service.createLoraTrainingClient("tinker4j/nano-bytes");
    List<Datum> likes = new ArrayList<>();
    "adgjmpsv".chars().forEach(letter -> likes.add(Datum.supervised('a', letter, letter)));
    for (int step = 0; step < 3; step++) {
      training.forwardBackward(likes, LossFunction.CROSS_ENTROPY).join();
      training.optimStep(AdamParams.builder().learningRate(0.04).build()).join();
    }
    return training.saveWeightsAndGetSamplingClient();
  }
}
