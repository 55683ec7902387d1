package io.tinker4j.testkit;

import io.tinker4j.testkit.model.AdamSettings;
import io.tinker4j.testkit.model.Example;
import io.tinker4j.testkit.model.LoraModel;
import io.tinker4j.testkit.model.PassResult;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.Metrics;
import io.tinker4j.types.OptimStepRequest;
import io.tinker4j.types.OptimStepResponse;
import io.tinker4j.types.TensorData;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Passes and optimizer steps. */
final class TrainingEndpoints {
  private final Registry registry;
  private final ComputePool compute;

  TrainingEndpoints(Registry registry, ComputePool compute) {
    this.registry = registry;
    this.compute = compute;
  }

  void addTo(Router router) {
    router
        .add("POST", "forward_backward", this::forwardBackward)
        .add("POST", "forward", this::forward)
        .add("POST", "optim_step", this::optimStep);
  }

  private Answer forwardBackward(HttpCall call) {
    return submit(
        call,
        call.hasProtobufBody()
            ? PassReader.readProtobuf(call.body())
            : PassReader.readForwardBackward(call.body()));
  }

  private Answer forward(HttpCall call) {
    return submit(call, PassReader.readForward(call.body()));
  }

  private Answer submit(HttpCall call, PassRequest request) {
    TrainedModel model = registry.model(call.owner(), request.modelId());
    if (request.data().isEmpty()) {
      throw RefusedException.badRequest("data is empty; a pass needs an example");
    }
    Promise promise =
        model.submit(
            request.seqId(), request.kind(), request.fingerprint(), engine -> run(engine, request));
    return ModelEndpoints.promised(promise, model.id());
  }

  private ForwardBackwardOutput run(LoraModel engine, PassRequest request) {
    List<Example> examples = new ArrayList<>();
    for (Datum datum : request.data()) {
      try {
        examples.add(ExampleReader.read(datum));
      } catch (IllegalArgumentException | ArithmeticException e) {
        throw new OperationException("data[" + examples.size() + "]: " + e.getMessage());
      }
    }
    PassResult result =
        request.kind() == OperationKind.FORWARD_BACKWARD
            ? engine.forwardBackward(examples, request.loss(), compute.processors())
            : engine.forward(examples, request.loss(), compute.processors());
    List<Map<String, TensorData>> outputs = new ArrayList<>();
    for (int i = 0; i < result.size(); i++) {
      float[] logprobs = result.logprobs(i);
      long[] shape = ExampleReader.outputShape(request.data().get(i), logprobs.length);
      outputs.add(Map.of("logprobs", TensorData.ofFloats(logprobs, shape)));
    }
    return ForwardBackwardOutput.of(
        "ArrayRecord", outputs, Metrics.of(Map.of("loss:sum", result.lossSum())));
  }

  private Answer optimStep(HttpCall call) {
    OptimStepRequest request = JsonBodies.read(call.body(), OptimStepRequest.class);
    TrainedModel model = registry.model(call.owner(), request.modelId());
    AdamSettings settings = settings(request.adamParams());
    Promise promise =
        model.submit(
            request.seqId().orElse(0),
            OperationKind.OPTIM_STEP,
            JsonBodies.fingerprint("optim_step", request),
            engine ->
                OptimStepResponse.builder()
                    .metrics(Metrics.of(Map.copyOf(engine.optimStep(settings))))
                    .build());
    return ModelEndpoints.promised(promise, model.id());
  }

  private static AdamSettings settings(AdamParams params) {
    try {
      return new AdamSettings(
          params.learningRate(),
          params.beta1(),
          params.beta2(),
          params.eps(),
          params.weightDecay(),
          params.gradClipNorm());
    } catch (IllegalArgumentException e) {
      throw RefusedException.unprocessable(
          List.of("body", "adam_params"), String.valueOf(e.getMessage()), "value_error");
    }
  }
}
