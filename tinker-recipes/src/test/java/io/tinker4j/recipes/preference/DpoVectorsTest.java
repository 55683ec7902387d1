package io.tinker4j.recipes.preference;

import static io.tinker4j.recipes.Recorded.assertClose;
import static io.tinker4j.recipes.Recorded.doubles;
import static io.tinker4j.recipes.Recorded.floats;
import static io.tinker4j.recipes.Recorded.forEachCase;
import static io.tinker4j.recipes.Recorded.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.training.loss.CustomLoss;
import io.tinker4j.training.loss.LossTerm;
import io.tinker4j.types.Datum;
import io.tinker4j.types.ModelInput;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Preference losses, gradients and metrics are those of the Python cookbook. */
class DpoVectorsTest {
  @Test
  void pairs_recordedSums_areTheReferences() throws Exception {
    forEachCase(
        "dpo_loss",
        it -> {
          boolean isSingle = it.get("dtype").asString().equals("float32");
          double[] chosen = ratios(it.get("chosen"), it.get("chosen_ref"), isSingle);
          double[] rejected = ratios(it.get("rejected"), it.get("rejected_ref"), isSingle);
          double beta = it.get("beta").asDouble();
          if (it.has("error")) {
            assertThatThrownBy(() -> PreferencePairs.of(beta, chosen, rejected))
                .as(id(it))
                .isInstanceOf(IllegalArgumentException.class);
            return;
          }

          PreferencePairs pairs = PreferencePairs.of(beta, chosen, rejected);

          JsonNode result = it.get("result");
          double tolerance = isSingle ? 1e-6 : 1e-12;
          // Means over rewards of both signs keep the rounding of the largest.
          double largest = beta * Math.max(largest(chosen), largest(rejected));
          double scaled = tolerance * (1 + largest);
          assertClose(id(it), pairs.loss(), result.get("loss").asDouble(), scaled);
          checkMetrics(id(it), pairs.metrics(), result.get("metrics"), scaled);
          assertThat(result.get("grad_chosen").size()).isEqualTo(pairs.size());
          for (int i = 0; i < pairs.size(); i++) {
            double chosenSlope = result.get("grad_chosen").get(i).asDouble();
            double rejectedSlope = result.get("grad_rejected").get(i).asDouble();
            assertClose(id(it), pairs.chosenGradient(i), chosenSlope, tolerance);
            assertClose(id(it), pairs.rejectedGradient(i), rejectedSlope, tolerance);
          }
        });
  }

  @Test
  void dpo_recordedTokens_isTheReferences() throws Exception {
    forEachCase(
        "dpo_tokens",
        it -> {
          List<Datum> data = new ArrayList<>();
          for (float[] weights : interleaved(it.get("weights_chosen_rejected"))) {
            int[] targets = new int[weights.length];
            data.add(Datum.of(ModelInput.ofInts(targets), targets, weights));
          }
          List<float[]> reference = interleaved(it.get("ref_logprobs_chosen_rejected"));
          Dpo loss = Dpo.of(it.get("beta").asDouble(), LossTerm.Reference.of(reference));

          CustomLoss.Result result =
              loss.compute(data, interleaved(it.get("logprobs_chosen_rejected")));

          JsonNode expected = it.get("result");
          assertClose(id(it), result.loss(), expected.get("loss").asDouble(), 1e-6);
          checkMetrics(id(it), result.metrics(), expected.get("metrics"), 1e-6);
          for (int i = 0; i < data.size(); i++) {
            JsonNode gradients = expected.get("grads").get(i % 2).get(i / 2);
            assertClose(id(it), result.gradients().get(i), gradients, 1e-6);
          }
        });
  }

  /** The accuracy is in single precision in any case. */
  private static void checkMetrics(
      String id, Map<String, Double> actual, JsonNode expected, double tolerance) {
    assertThat(actual.keySet()).containsExactlyInAnyOrderElementsOf(expected.propertyNames());
    expected.forEachEntry((name, value) ->
        assertClose(
            id + " " + name,
            actual.get(name),
            value.asDouble(),
            name.equals("accuracy") ? 1e-7 : tolerance));
  }

  private static double largest(double[] values) {
    double largest = 0;
    for (double value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  private static double[] ratios(JsonNode own, JsonNode reference, boolean isSingle) {
    double[] ratios = doubles(own);
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] =
          isSingle ? floats(own)[i] - floats(reference)[i] : ratios[i] - doubles(reference)[i];
    }
    return ratios;
  }

  private static List<float[]> interleaved(JsonNode sides) {
    List<float[]> all = new ArrayList<>();
    for (int pair = 0; pair < sides.get(0).size(); pair++) {
      all.add(floats(sides.get(0).get(pair)));
      all.add(floats(sides.get(1).get(pair)));
    }
    return all;
  }
}
