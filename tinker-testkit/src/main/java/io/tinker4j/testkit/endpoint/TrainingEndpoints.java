package io.tinker4j.testkit.endpoint;

import io.tinker4j.testkit.checkpoint.OperationException;
import io.tinker4j.testkit.http.JsonBodies;
import io.tinker4j.testkit.http.RefusedException;
import io.tinker4j.testkit.model.AdamSettings;
import io.tinker4j.testkit.model.Example;
import io.tinker4j.testkit.model.LoraModel;
import io.tinker4j.testkit.model.PassResult;
import io.tinker4j.testkit.model.Vocabulary;
import io.tinker4j.testkit.run.Behaviour;
import io.tinker4j.testkit.run.ComputePool;
import io.tinker4j.testkit.run.ModelOperation;
import io.tinker4j.testkit.run.OperationKind;
import io.tinker4j.testkit.run.PassRequest;
import io.tinker4j.testkit.run.StoredRequest;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.Metrics;
import io.tinker4j.types.OptimStepResponse;
import io.tinker4j.types.TensorData;
import io.tinker4j.types.wire.OptimStepRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Passes over data and optimizer steps. */
public final class TrainingEndpoints {
  private final ComputePool compute;

  private final Behaviour behaviour;
  private final boolean stubbed;

  /** Creates the endpoints; with {@code stubbed} they compute nothing, for measuring the rest. */
  public TrainingEndpoints(ComputePool compute, Behaviour behaviour, boolean stubbed) {
    this.stubbed = stubbed;
    this.compute = compute;
    this.behaviour = behaviour;
  }

  public void addTo(ModelOperations operations) {
    operations
        .add(
            "forward_backward",
            request ->
                pass(
                    request.isProtobuf()
                        ? PassReader.readProtobuf(request.body(), behaviour)
                        : PassReader.readForwardBackward(request.body(), behaviour)))
        .add("forward", request -> pass(PassReader.readForward(request.body(), behaviour)))
        .add("optim_step", this::optimStep);
  }

  private ModelOperation pass(PassRequest received) {
    PassRequest request = behaviour.pass(received);
    if (request.data().isEmpty()) {
      throw RefusedException.badRequest("data is empty; a pass needs an example");
    }
    request.data().forEach(datum -> InputTokens.requireExpected(datum.modelInput()));
    return new ModelOperation(
            request.modelId(),
            request.seqId(),
            request.kind(),
            request.fingerprint(),
            (model, engine) -> run(engine, request))
        .withUsage(request.data().stream().mapToLong(InputTokens::count).sum());
  }

  private ForwardBackwardOutput run(LoraModel engine, PassRequest request) {
    List<Example> examples = new ArrayList<>();
    List<Datum> data = behaviour.examples(request);
    if (stubbed) {
      return stub(data);
    }
    Vocabulary vocabulary = engine.baseModel().vocabulary();
    for (Datum datum : data) {
      try {
        examples.add(ExampleReader.read(datum, vocabulary, !behaviour.checksValues()));
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
      long[] shape = ExampleReader.outputShape(data.get(i), logprobs.length);
      outputs.add(Map.of("logprobs", TensorData.ofFloats(logprobs, shape)));
    }
    return behaviour.output(
        ForwardBackwardOutput.of(
            "ArrayRecord", outputs, Metrics.of(Map.of("loss:sum", result.lossSum()))));
  }

  /** Zeros in the shape of the result. */
  private static ForwardBackwardOutput stub(List<Datum> data) {
    List<Map<String, TensorData>> outputs = new ArrayList<>();
    for (Datum datum : data) {
      int length = (int) InputTokens.count(datum);
      outputs.add(Map.of("logprobs", TensorData.ofFloats(new float[length], length)));
    }
    return ForwardBackwardOutput.of("ArrayRecord", outputs, Metrics.of(Map.of("loss:sum", 0.0)));
  }

  private ModelOperation optimStep(StoredRequest stored) {
    OptimStepRequest request = JsonBodies.read(stored.body(), OptimStepRequest.class);
    AdamSettings settings =
        settings(
            request
                .adamParams()
                .orElseThrow(() ->
                    RefusedException.badRequest("optimizer_params: this server has adamw only")));
    return new ModelOperation(
        request.modelId(),
        request.seqId().orElse(0),
        OperationKind.OPTIM_STEP,
        JsonBodies.fingerprint(
            "optim_step", OptimStepRequest.builder().from(request).modelId("").seqId(0).build()),
        (model, engine) -> {
          Map<String, Double> metrics = engine.optimStep(settings, !behaviour.checksValues());
          return OptimStepResponse.builder()
              .metrics(Metrics.of(behaviour.optimMetrics(Map.copyOf(metrics))))
              .build();
        });
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
