package io.tinker4j.testkit.openai;

import io.tinker4j.testkit.endpoint.SampleTask;
import io.tinker4j.testkit.http.RefusedException;
import io.tinker4j.testkit.model.Vocabulary;
import io.tinker4j.testkit.run.Behaviour;
import io.tinker4j.testkit.run.BoundSampler;
import io.tinker4j.testkit.run.Samplers;
import io.tinker4j.testkit.run.UsageMeter;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SampleResponse;
import io.tinker4j.types.SampledSequence;
import io.tinker4j.types.SamplingParams;
import io.tinker4j.types.StopCondition;
import io.tinker4j.types.StopReason;
import io.tinker4j.types.wire.SampleRequest;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.UnaryOperator;

/** Samples texts from the model that a request names. */
final class Inference {
  private static final String CHECKPOINT = "tinker://";
  private static final int MOST_CHOICES = 128;

  private final Samplers samplers;
  private final UsageMeter meter;
  private final Behaviour behaviour;

  Inference(Samplers samplers, UsageMeter meter, Behaviour behaviour) {
    this.samplers = samplers;
    this.meter = meter;
    this.behaviour = behaviour;
  }

  /** One continuation of the prompt, without what ended it. */
  record Choice(String text, StopReason reason) {
    String finish() {
      return reason.equals(StopReason.STOP) ? "stop" : "length";
    }
  }

  record Result(List<Choice> choices, int promptTokens, long generatedTokens) {
    Result withTexts(UnaryOperator<String> change) {
      return new Result(
          choices.stream()
              .map(choice -> new Choice(change.apply(choice.text()), choice.reason()))
              .toList(),
          promptTokens,
          generatedTokens);
    }
  }

  /**
   * Continues a text.
   *
   * @throws RefusedException 400 when a setting is out of range or the model's tokens are not
   *     bytes, 404 when the model or checkpoint does not exist
   */
  Result complete(
      String owner, RequestFields fields, String prompt, int maxTokens, List<String> stops)
      throws InterruptedException {
    BoundSampler sampler = sampler(owner, fields.text("model"));
    samplers.requireThere(sampler);
    if (!Vocabulary.of(sampler.source().baseModel()).isBytes()) {
      throw RefusedException.badRequest(
          "the tokens of %s are not bytes: only their tokenizer knows texts; sample tokens instead"
              .formatted(sampler.source().baseModel()));
    }
    SampleTask task = SampleTask.of(request(fields, prompt, maxTokens, stops), sampler, behaviour);
    SampleResponse response = run(task, sampler);
    long generated = SampleTask.generated(response);
    meter.add(sampler.account(), UsageMeter.Kind.PREFILL, task.promptLength());
    meter.add(sampler.account(), UsageMeter.Kind.SAMPLE, generated);
    return new Result(
        response.sequences().stream().map(sequence -> choice(sequence, stops)).toList(),
        task.promptLength(),
        generated);
  }

  /** A base model, a checkpoint, or both with a semicolon between them. */
  private BoundSampler sampler(String owner, String model) throws InterruptedException {
    int semicolon = model.indexOf(';');
    String path = model.substring(semicolon + 1);
    BoundSampler sampler =
        path.startsWith(CHECKPOINT)
            ? samplers.bind(owner, "", "", 0, null, path, "")
            : samplers.bind(owner, "", "", 0, model, null, "");
    String base = sampler.source().baseModel();
    if (semicolon >= 0 && !model.substring(0, semicolon).equals(base)) {
      throw RefusedException.badRequest(
          "%s is a checkpoint of %s, not of %s"
              .formatted(path, base, model.substring(0, semicolon)));
    }
    return sampler;
  }

  private static SampleRequest request(
      RequestFields fields, String prompt, int maxTokens, List<String> stops) {
    int n = fields.integer("n").orElse(1);
    if (n < 1 || n > MOST_CHOICES) {
      throw RequestFields.refused("n", "from 1 to " + MOST_CHOICES);
    }
    try {
      SamplingParams.Builder params = SamplingParams.builder().maxTokens(maxTokens);
      fields.number("temperature").ifPresent(params::temperature);
      fields.number("top_p").ifPresent(params::topP);
      fields.integer("seed").ifPresent(seed -> params.seed(BigInteger.valueOf(seed)));
      if (!stops.isEmpty()) {
        params.stop(StopCondition.texts(stops.toArray(String[]::new)));
      }
      return SampleRequest.builder()
          .prompt(ModelInput.ofInts(tokens(prompt)))
          .numSamples(n)
          .samplingParams(params.build())
          .build();
    } catch (IllegalArgumentException e) {
      throw RefusedException.badRequest(String.valueOf(e.getMessage()));
    }
  }

  private static int[] tokens(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int[] tokens = new int[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      tokens[i] = bytes[i] & 0xFF;
    }
    return tokens;
  }

  private SampleResponse run(SampleTask task, BoundSampler sampler) throws InterruptedException {
    CompletableFuture<SampleResponse> result = new CompletableFuture<>();
    samplers.sample(
        sampler,
        () -> {
          try {
            result.complete(behaviour.sample(task.run(sampler.sampler())));
          } catch (RuntimeException | Error e) {
            result.completeExceptionally(e);
          }
        });
    try {
      return result.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException failure
          ? failure
          : new IllegalStateException(e.getCause());
    }
  }

  private static Choice choice(SampledSequence sequence, List<String> stops) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int token : sequence.toInts()) {
      if (token != Vocabulary.END_OF_TEXT) {
        bytes.write(token);
      }
    }
    String text = bytes.toString(StandardCharsets.UTF_8);
    for (String stop : stops) {
      if (text.endsWith(stop)) {
        return new Choice(text.substring(0, text.length() - stop.length()), sequence.stopReason());
      }
    }
    return new Choice(text, sequence.stopReason());
  }

  /** Returns a text in the pieces that it is streamed in: its characters. */
  static List<String> pieces(String text) {
    List<String> pieces = new ArrayList<>();
    text.codePoints().forEach(point -> pieces.add(Character.toString(point)));
    return pieces;
  }
}
