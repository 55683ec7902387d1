package io.tinker4j.testkit.skyrl;

import io.tinker4j.testkit.checkpoint.OperationException;
import io.tinker4j.testkit.http.Answer;
import io.tinker4j.testkit.http.HttpQuirks;
import io.tinker4j.testkit.http.JsonBodies;
import io.tinker4j.testkit.http.RefusedException;
import io.tinker4j.testkit.http.Router;
import io.tinker4j.testkit.model.Loss;
import io.tinker4j.testkit.run.Behaviour;
import io.tinker4j.testkit.run.OperationKind;
import io.tinker4j.testkit.run.Outcome;
import io.tinker4j.testkit.run.PassRequest;
import io.tinker4j.testkit.run.Promise;
import io.tinker4j.testkit.run.ServerSession;
import io.tinker4j.types.Datum;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.LoraConfig;
import io.tinker4j.types.Metrics;
import io.tinker4j.types.SampleResponse;
import io.tinker4j.types.TensorData;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** SkyRL's server with its JAX backend, as it was seen in August and November 2026. */
public final class SkyrlBehaviour extends Behaviour {
  @Override
  public boolean requiresCredential() {
    return false;
  }

  @Override
  public boolean modelsSurviveRestart() {
    return false;
  }

  @Override
  public boolean checksValues() {
    return false;
  }

  @Override
  public boolean describesUnloadedModels() {
    return true;
  }

  @Override
  public boolean stopsAtEndOfText() {
    return false;
  }

  @Override
  public boolean writesNullForNaN() {
    return true;
  }

  @Override
  public HttpQuirks http() {
    return new HttpQuirks(true, false);
  }

  /** Any rank up to the largest is taken; the engine has the next one that it knows. */
  @Override
  public LoraConfig loraConfig(LoraConfig asked) {
    int rank = asked.rank();
    int known = rank <= 1 ? 1 : Integer.highestOneBit(rank - 1) * 2;
    return known == rank ? asked : LoraConfig.builder().from(asked).rank(known).build();
  }

  @Override
  public boolean ordersRequests() {
    return false;
  }

  @Override
  public boolean recognises(OperationKind kind) {
    return switch (kind) {
      case FORWARD, FORWARD_BACKWARD, OPTIM_STEP -> true;
      case SAVE_WEIGHTS, SAVE_WEIGHTS_EXTERNAL, SAVE_WEIGHTS_FOR_SAMPLER, LOAD_WEIGHTS -> false;
    };
  }

  @Override
  public boolean recognisesSamples() {
    return false;
  }

  @Override
  public boolean refusesTakenNames() {
    return true;
  }

  @Override
  public boolean samplersOverwriteModels() {
    return true;
  }

  /** What is saved without a name is a checkpoint all the same. */
  @Override
  public Optional<String> unnamedCheckpoint(int samplingSessionSeqId, long seqId) {
    return Optional.of("ss" + samplingSessionSeqId + "_seq" + seqId);
  }

  @Override
  public Duration holdTime() {
    return Duration.ofMinutes(5);
  }

  /** Ids of requests are small numbers. */
  @Override
  public String requestPrefix() {
    return "";
  }

  @Override
  public String sessionId() {
    return "session_" + eightDigits();
  }

  @Override
  public String modelId(ServerSession session, int modelSeqId) {
    return "model_" + eightDigits();
  }

  @Override
  public String samplerId(ServerSession session, int samplingSessionSeqId) {
    return "sampling_" + eightDigits();
  }

  private static String eightDigits() {
    return UUID.randomUUID().toString().substring(0, 8);
  }

  @Override
  public Loss loss(String name, Map<String, Double> config) {
    return SkyrlPasses.loss(name, config);
  }

  @Override
  public PassRequest pass(PassRequest request) {
    return SkyrlPasses.checked(request);
  }

  @Override
  public List<Datum> examples(PassRequest request) {
    return SkyrlPasses.scaled(request);
  }

  /** No metrics; what each token loses is an output instead. */
  @Override
  public ForwardBackwardOutput output(ForwardBackwardOutput output) {
    List<Map<String, TensorData>> outputs = new ArrayList<>();
    for (Map<String, TensorData> datum : output.lossFnOutputs()) {
      Map<String, TensorData> more = new LinkedHashMap<>(datum);
      TensorData logprobs = datum.get("logprobs");
      if (logprobs != null) {
        float[] losses = logprobs.toFloats();
        for (int i = 0; i < losses.length; i++) {
          losses[i] = -losses[i];
        }
        more.put("elementwise_loss", TensorData.of(losses));
      }
      outputs.add(more);
    }
    return ForwardBackwardOutput.of("scalar", outputs, Metrics.of(Map.of()));
  }

  @Override
  public Map<String, Double> optimMetrics(Map<String, Double> metrics) {
    Map<String, Double> renamed = new LinkedHashMap<>();
    metrics.forEach((name, value) -> renamed.put("skyrl.ai/" + name, value));
    return renamed;
  }

  /** One value for each token of the prompt but the first, which others give as NaN. */
  @Override
  public SampleResponse sample(SampleResponse response) {
    if (response.topkPromptLogprobs().isPresent()) {
      throw new OperationException("top-k prompt log-probabilities are not supported");
    }
    return response
        .promptLogprobs()
        .map(logprobs -> {
          float[] values = new float[Math.max(0, logprobs.remaining() - 1)];
          logprobs.get(Math.min(1, logprobs.remaining()), values);
          return response.withPromptLogprobs(values);
        })
        .orElse(response);
  }

  @Override
  public Answer failed(Outcome.Failed failed) {
    return Answer.json(400, JsonBodies.write(Map.of("detail", failed.message())));
  }

  @Override
  public Answer notReady(Promise promise) {
    return Answer.json(
        408, JsonBodies.write(Map.of("detail", "request " + promise.requestId() + " timed out")));
  }

  @Override
  public RefusedException notLoaded(String modelId) {
    return modelId.startsWith("model_")
        ? RefusedException.badRequest("Model " + modelId + " not loaded")
        : super.notLoaded(modelId);
  }

  @Override
  public void adapt(Router router) {
    SkyrlRoutes.adapt(router);
    SkyrlRequests.adapt(router);
    SkyrlAnswers.adapt(router);
  }
}
