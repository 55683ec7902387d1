package io.tinker4j.examples;

import io.tinker4j.recipes.preference.PreferenceBatches;
import io.tinker4j.recipes.preference.PreferenceTraining;
import io.tinker4j.recipes.rl.SequenceLogprobs;
import io.tinker4j.recovery.ResumableTraining;
import io.tinker4j.text.data.PreferenceData;
import io.tinker4j.text.renderer.Renderer;
import io.tinker4j.text.renderer.Renderers;
import io.tinker4j.text.tokenizer.Tokenizers;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.types.AdamParams;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Learns from pairs of a better and a worse answer, by direct preference optimization. */
public final class PreferenceRun {
  private static final String MODEL = "tinker4j/tiny-bytes";

  private PreferenceRun() {}

  /** Uses the server and the key that TINKER_BASE_URL and TINKER_API_KEY name. */
  public static void main(String[] args) throws IOException, InterruptedException {
    System.out.println(run(ServiceClient::create, Path.of("pairs.jsonl"), Path.of("dpo-run")));
  }

  /** Returns by how much the better answers are preferred to the worse ones, step by step. */
  static List<Double> run(Supplier<ServiceClient> service, Path pairs, Path journal)
      throws IOException, InterruptedException {
    Renderer renderer = Renderers.of("role_colon", Tokenizers.bytes());
    AdamParams adam = AdamParams.builder().learningRate(0.02).build();
    List<Double> margins = new ArrayList<>();
    try (PreferenceData data = PreferenceData.open(pairs);
        ServiceClient references = service.get()) {
      SequenceLogprobs reference = SequenceLogprobs.of(references.createSamplingClient(MODEL));
      ResumableTraining.builder(
              PreferenceBatches.builder(data, renderer).batchSize(2).epochs(4).build(),
              PreferenceTraining.dpo(0.5, reference, step -> adam))
          .service(service)
          .baseModel(MODEL)
          .journal(journal)
          .onStep(done -> margins.add(done.metrics().get("margin")))
          .build()
          .resumeOrStart();
    }
    return margins;
  }
}
