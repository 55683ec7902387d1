package io.tinker4j.testkit;

import io.tinker4j.testkit.model.Loss;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.DmelChunk;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.Metrics;
import io.tinker4j.types.SampleResponse;
import io.tinker4j.types.TensorData;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** SkyRL's server with its JAX backend, as it was seen in August 2026. */
final class SkyrlBehaviour extends Behaviour {
  private static final Duration ARCHIVE_LIFE = Duration.ofHours(2);

  @Override
  boolean requiresCredential() {
    return false;
  }

  @Override
  boolean modelsSurviveRestart() {
    return false;
  }

  @Override
  boolean ordersRequests() {
    return false;
  }

  @Override
  boolean recognises(OperationKind kind) {
    return switch (kind) {
      case FORWARD, FORWARD_BACKWARD, OPTIM_STEP -> true;
      case SAVE_WEIGHTS, SAVE_WEIGHTS_EXTERNAL, SAVE_WEIGHTS_FOR_SAMPLER, LOAD_WEIGHTS -> false;
    };
  }

  @Override
  boolean recognisesSamples() {
    return false;
  }

  @Override
  boolean refusesExistingNames() {
    return true;
  }

  @Override
  Duration holdTime() {
    return Duration.ofMinutes(5);
  }

  @Override
  Duration archiveLife() {
    return ARCHIVE_LIFE;
  }

  /** Ids of requests are small numbers. */
  @Override
  String requestPrefix() {
    return "";
  }

  @Override
  String sessionId() {
    return "session_" + eightDigits();
  }

  @Override
  String modelId(Session session, int modelSeqId) {
    return "model_" + eightDigits();
  }

  @Override
  String samplerId(Session session, int samplingSessionSeqId) {
    return "sampling_" + eightDigits();
  }

  private static String eightDigits() {
    return UUID.randomUUID().toString().substring(0, 8);
  }

  @Override
  PassRequest pass(PassRequest request) {
    if (request.loss() instanceof Loss.Dro) {
      throw RefusedException.unprocessable(
          List.of("body", "loss_fn"), "dro is not a loss of this server", "literal_error");
    }
    for (Datum datum : request.data()) {
      if (datum.modelInput().chunks().stream().anyMatch(DmelChunk.class::isInstance)) {
        throw RefusedException.unprocessable(
            List.of("body", "data"), "audio is not supported", "value_error");
      }
      if (datum.lossFnInputs().values().stream().anyMatch(TensorData::isSparse)) {
        throw RefusedException.unprocessable(
            List.of("body", "data"), "sparse tensors are not supported", "value_error");
      }
    }
    return request;
  }

  /**
   * Every loss is multiplied by the weights, ones when there are none, divided by their sum in the
   * example, and averaged over the examples. What a loss does not read is ignored.
   */
  @Override
  List<Datum> examples(PassRequest request) {
    List<Datum> scaled = new ArrayList<>();
    for (Datum datum : request.data()) {
      Map<String, TensorData> inputs = new LinkedHashMap<>();
      for (String name : List.of(Datum.TARGET_TOKENS, Datum.LOGPROBS)) {
        TensorData tensor = datum.lossFnInputs().get(name);
        if (tensor != null) {
          inputs.put(name, tensor);
        }
      }
      TensorData targets = datum.lossFnInputs().get(Datum.TARGET_TOKENS);
      if (targets == null) {
        throw new IllegalStateException("target_tokens is missing");
      }
      float[] weights = floats(datum.lossFnInputs().get(Datum.WEIGHTS), targets.size());
      scale(weights, request.data().size());
      if (request.loss() instanceof Loss.CrossEntropy) {
        inputs.put(Datum.WEIGHTS, TensorData.of(weights));
      } else {
        inputs.put(Datum.ADVANTAGES, product(datum.lossFnInputs().get(Datum.ADVANTAGES), weights));
      }
      scaled.add(Datum.of(datum.modelInput(), inputs));
    }
    return scaled;
  }

  private static float[] floats(@Nullable TensorData tensor, int size) {
    float[] values = new float[size];
    if (tensor == null) {
      Arrays.fill(values, 1);
    } else {
      FloatBuffer given = tensor.floats();
      given.get(values, 0, Math.min(size, given.remaining()));
    }
    return values;
  }

  private static void scale(float[] weights, int examples) {
    double sum = 0;
    for (float weight : weights) {
      sum += weight;
    }
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) (weights[i] / sum / examples);
    }
  }

  private static TensorData product(@Nullable TensorData advantages, float[] weights) {
    float[] product = floats(advantages, weights.length);
    for (int i = 0; i < product.length; i++) {
      product[i] *= weights[i];
    }
    return TensorData.of(product);
  }

  /** No metrics; what each token loses is an output instead. */
  @Override
  ForwardBackwardOutput output(ForwardBackwardOutput output) {
    List<Map<String, TensorData>> outputs = new ArrayList<>();
    for (Map<String, TensorData> datum : output.lossFnOutputs()) {
      Map<String, TensorData> more = new LinkedHashMap<>(datum);
      TensorData logprobs = datum.get("logprobs");
      if (logprobs != null) {
        float[] losses = floats(logprobs, logprobs.size());
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
  AdamParams adamParams(AdamParams params) {
    return AdamParams.builder().from(params).gradClipNorm(0).build();
  }

  @Override
  Map<String, Double> optimMetrics(Map<String, Double> metrics) {
    Map<String, Double> renamed = new LinkedHashMap<>();
    metrics.forEach((name, value) -> renamed.put("skyrl.ai/" + name, value));
    return renamed;
  }

  /** One value for each token of the prompt but the first, which others give as NaN. */
  @Override
  SampleResponse sample(SampleResponse response) {
    if (response.topkPromptLogprobs().isPresent()) {
      throw new OperationException("top-k prompt log-probabilities are not supported");
    }
    return response
        .promptLogprobs()
        .map(logprobs -> {
          float[] values = new float[logprobs.remaining() - 1];
          logprobs.get(1, values);
          return response.withPromptLogprobs(values);
        })
        .orElse(response);
  }

  @Override
  Answer failed(Outcome.Failed failed) {
    return Answer.json(400, JsonBodies.write(Map.of("detail", failed.message())));
  }

  @Override
  Answer notReady(Promise promise) {
    return Answer.json(
        408, JsonBodies.write(Map.of("detail", "request " + promise.requestId() + " timed out")));
  }

  @Override
  RefusedException notLoaded(String modelId) {
    return modelId.startsWith("model_")
        ? RefusedException.badRequest("Model " + modelId + " not loaded")
        : super.notLoaded(modelId);
  }

  @Override
  void adapt(Router router) {
    SkyrlRoutes.adapt(router);
  }
}
