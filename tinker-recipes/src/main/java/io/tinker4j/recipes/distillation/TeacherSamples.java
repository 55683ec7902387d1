package io.tinker4j.recipes.distillation;

import io.tinker4j.recipes.internal.Waits;
import io.tinker4j.recipes.rollout.Observation;
import io.tinker4j.recipes.rollout.SamplingSeeds;
import io.tinker4j.training.SamplingClient;
import io.tinker4j.transport.CallInterruptedException;
import io.tinker4j.types.Datum;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.ModelInputChunk;
import io.tinker4j.types.SampleResponse;
import io.tinker4j.types.SampledSequence;
import io.tinker4j.types.SamplingParams;
import io.tinker4j.types.TensorData;
import io.tinker4j.types.internal.Checks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/** How a teacher answers prompts that a student is to learn. Immutable and thread-safe. */
public final class TeacherSamples {
  private final SamplingClient sampler;
  private final SamplingParams params;
  private final ModelInput context;
  private final int perPrompt;
  private final long seed;

  private TeacherSamples(
      SamplingClient sampler, SamplingParams params, ModelInput context, int perPrompt, long seed) {
    this.sampler = sampler;
    this.params = params;
    this.context = context;
    this.perPrompt = perPrompt;
    this.seed = seed;
  }

  /**
   * Returns a teacher that gives one answer to each prompt.
   *
   * @param sampler belongs to a service client that outlives the run
   * @param params how it samples; its seed and what stops it come from elsewhere
   */
  public static TeacherSamples of(SamplingClient sampler, SamplingParams params) {
    return new TeacherSamples(
        Objects.requireNonNull(sampler, "sampler"),
        Objects.requireNonNull(params, "params"),
        ModelInput.empty(),
        1,
        0);
  }

  /**
   * Returns the same teacher, but that it reads these tokens in front of each prompt; the student
   * does not, and so learns what they do.
   */
  public TeacherSamples withContext(ModelInput context) {
    return new TeacherSamples(sampler, params, context, perPrompt, seed);
  }

  /**
   * Returns the same teacher with so many answers to each prompt. Default: 1.
   *
   * @throws IllegalArgumentException when it is below 1
   */
  public TeacherSamples perPrompt(int samples) {
    Checks.atLeast("perPrompt", samples, 1);
    return new TeacherSamples(sampler, params, context, samples, seed);
  }

  /** Returns the same teacher with another seed that those of its samples are derived from. */
  public TeacherSamples seed(long seed) {
    return new TeacherSamples(sampler, params, context, perPrompt, seed);
  }

  /**
   * Samples answers and returns an example of each for {@code cross_entropy}: the prompt without
   * the teacher's context, and the answer, whose tokens have weight 1. Blocks.
   *
   * @param step of the run, which decides about seeds
   * @throws io.tinker4j.transport.TinkerException when sampling fails
   * @throws CallInterruptedException when the thread is interrupted
   */
  public List<Datum> sample(List<Observation> prompts, long step) {
    List<CompletableFuture<SampleResponse>> asked = new ArrayList<>();
    for (int i = 0; i < prompts.size(); i++) {
      asked.add(ask(prompts.get(i), new SamplingSeeds(seed, step, i)));
    }
    List<Datum> data = new ArrayList<>();
    try {
      for (int i = 0; i < asked.size(); i++) {
        for (SampledSequence answer : Waits.await("a teacher", asked.get(i)).sequences()) {
          data.add(datum(prompts.get(i).modelInput(), answer));
        }
      }
    } finally {
      asked.forEach(each -> each.cancel(false));
    }
    return data;
  }

  private CompletableFuture<SampleResponse> ask(Observation prompt, SamplingSeeds seeds) {
    List<ModelInputChunk> chunks = new ArrayList<>(context.chunks());
    chunks.addAll(prompt.modelInput().chunks());
    SamplingParams.Builder with = SamplingParams.builder().from(params).seed(seeds.of(0, 0));
    if (prompt.stop() != null) {
      with.stop(prompt.stop());
    }
    return sampler.sample(ModelInput.of(chunks), perPrompt, with.build());
  }

  /** The shape is that of an example for the policy losses, whose advantages become weights. */
  private static Datum datum(ModelInput prompt, SampledSequence answer) {
    float[] ones = new float[answer.tokens().remaining()];
    Arrays.fill(ones, 1);
    Datum policy = Datum.policy(prompt, answer, ones);
    Map<String, TensorData> inputs = new LinkedHashMap<>(policy.lossFnInputs());
    TensorData weights = Objects.requireNonNull(inputs.remove(Datum.ADVANTAGES));
    Object unused = inputs.remove(Datum.LOGPROBS);
    inputs.put(Datum.WEIGHTS, weights);
    return Datum.of(policy.modelInput(), inputs);
  }

  @Override
  public String toString() {
    return "TeacherSamples{%s, %d per prompt, seed %d}".formatted(params, perPrompt, seed);
  }
}
