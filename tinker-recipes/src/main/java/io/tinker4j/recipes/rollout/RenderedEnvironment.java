package io.tinker4j.recipes.rollout;

import io.tinker4j.text.chat.Message;
import io.tinker4j.text.renderer.ParseFailure;
import io.tinker4j.text.renderer.ParsedResponse;
import io.tinker4j.text.renderer.Renderer;
import io.tinker4j.types.SampledSequence;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** An environment of messages in the tokens of a renderer. */
final class RenderedEnvironment implements Environment {
  private final MessageEnvironment environment;
  private final Renderer renderer;
  private final double failedParseReward;

  RenderedEnvironment(MessageEnvironment environment, Renderer renderer, double failedParseReward) {
    this.environment = environment;
    this.renderer = Objects.requireNonNull(renderer, "renderer");
    this.failedParseReward = failedParseReward;
  }

  @Override
  public Observation initialObservation() throws Exception {
    return observation(environment.initialObservation());
  }

  private Observation observation(List<Message> messages) {
    return new Observation(renderer.generationPrompt(messages), renderer.stop());
  }

  @Override
  public StepResult step(SampledSequence action) throws Exception {
    ParsedResponse response = renderer.parseResponse(action.toInts());
    boolean isBroken =
        response
            .failure()
            .map(failure -> failure.kind() == ParseFailure.Kind.STRUCTURAL)
            .orElse(false);
    if (isBroken) {
      return StepResult.done(failedParseReward).withMetric("parse_error", 1);
    }
    MessageStepResult taken = environment.step(response.message());
    StepResult result =
        taken.isEpisodeDone()
            ? StepResult.done(taken.reward())
            : StepResult.next(taken.reward(), observation(taken.nextMessages()));
    result = result.withMetric("parse_error", 0);
    for (Map.Entry<String, Double> metric : taken.metrics().entrySet()) {
      result = result.withMetric(metric.getKey(), metric.getValue());
    }
    return result;
  }

  @Override
  public void close() {
    environment.close();
  }
}
