package io.tinker4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.tinker4j.training.loss.CustomLoss;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.TensorData;
import io.tinker4j.types.proto.ForwardBackwardRequest;
import io.tinker4j.types.proto.Tensor;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Losses that the caller computes: vectors 304 and the custom case of 331. */
class CustomLossVectorsTest {
  /**
   * The loss functions of the vectors, by their text, as value and gradient per log-probability.
   */
  private static final Map<String, CustomLoss> LOSSES =
      Map.ofEntries(
          Map.entry("C = -mean(lp)", mean(Map.of())),
          Map.entry(
              "C = -mean(lp); metrics loss:sum=99", mean(Map.of("loss:sum", 99.0, "extra", 5.0))),
          Map.entry("C = -(sum of all lp)/5", each((i, t, lp) -> -1f / 5, Map.of())),
          Map.entry(
              "C = sum_i sum_t w[i][t]*lp[i][t], w = [[0,1,2],[0.5,-1.5]]",
              each(
                  (i, t, lp) -> new float[][] {{0, 1, 2}, {0.5f, -1.5f}}[i][t], Map.of("my", 1.0))),
          Map.entry("C = sum lp^2", each((i, t, lp) -> 2 * lp, Map.of("logprob_sq", 14.3125))),
          Map.entry("C = sum lp^2 / 2", each((i, t, lp) -> lp, Map.of())),
          Map.entry(
              "C = -sum exp(lp - old)*adv with old=-1, adv=2",
              each((i, t, lp) -> (float) (-2 * Math.exp(lp + 1)), Map.of())),
          Map.entry(
              "C = -sum min(r, clip(r,0.8,1.2)) with r=exp(lp+1)",
              each(
                  (i, t, lp) -> {
                    double ratio = Math.exp(lp + 1);
                    return ratio > 1.2 ? 0f : (float) -ratio;
                  },
                  Map.of())),
          Map.entry("C = 0*sum lp", each((i, t, lp) -> 0f, Map.of())),
          Map.entry("C = lp[3][7] (4x8 logprobs)", each((i, t, lp) -> t == 31 ? 1f : 0f, Map.of())),
          Map.entry(
              "C = -log sigmoid(0.1*(sum lp0 - sum lp1))",
              (data, logprobs) -> {
                double margin = 0.1 * (sum(logprobs.get(0)) - sum(logprobs.get(1)));
                float slope = (float) (0.1 / (1 + Math.exp(margin)));
                return each((i, t, lp) -> i == 0 ? -slope : slope, Map.of())
                    .compute(data, logprobs);
              }),
          Map.entry(
              "C = -mean(lp0) with two sequences",
              (data, logprobs) ->
                  CustomLoss.Result.of(0, List.of(new float[logprobs.get(0).length]))),
          Map.entry("any", mean(Map.of())));

  @FunctionalInterface
  private interface Slope {
    float of(int datum, int position, float logprob);
  }

  private static CustomLoss each(Slope slope, Map<String, Double> metrics) {
    return (data, logprobs) -> {
      List<float[]> gradients = new ArrayList<>();
      for (int i = 0; i < logprobs.size(); i++) {
        float[] gradient = new float[logprobs.get(i).length];
        for (int t = 0; t < gradient.length; t++) {
          gradient[t] = slope.of(i, t, logprobs.get(i)[t]);
        }
        gradients.add(gradient);
      }
      return new CustomLoss.Result(0, gradients, metrics);
    };
  }

  private static CustomLoss mean(Map<String, Double> metrics) {
    return (data, logprobs) ->
        each((i, t, lp) -> -1f / logprobs.get(0).length, metrics).compute(data, logprobs);
  }

  private static double sum(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += value;
    }
    return sum;
  }

  @TestFactory
  Stream<DynamicTest> v304_customLoss() throws IOException {
    List<Map<String, @Nullable Object>> cases = Golden.cases("304-custom-loss");
    assertThat(cases).hasSize(15);
    return cases.stream()
        .map(each -> dynamicTest(Golden.text(each, "case"), () -> new Case(each).check()));
  }

  /** One case. */
  private static final class Case {
    private final Map<String, @Nullable Object> vector;
    private final Map<String, @Nullable Object> expected;
    private final FakeService server = new FakeService();

    Case(Map<String, @Nullable Object> vector) {
      this.vector = vector;
      this.expected = Golden.map(vector.get("expect"));
      server.on(
          "retrieve_future",
          call ->
              FakeService.json(
                  200,
                  switch (call.headers().first("X-Tinker-Request-Type").orElse("")) {
                    case "CreateModel" -> Map.of("model_id", "m");
                    case "Forward" -> output(Golden.list(vector.get("logprobs")), Map.of());
                    default ->
                        output(
                            Golden.list(vector.get("logprobs")),
                            Map.of("loss:sum", 7.0, "n:max", 3.0));
                  }));
    }

    void check() {
      CustomLoss loss = Objects.requireNonNull(LOSSES.get(Golden.text(vector, "loss")));
      try (ServiceClient service = server.client().build()) {
        TrainingClient training = service.createLoraTrainingClient("base");
        if (expected.get("error") != null) {
          assertThatThrownBy(() -> training.forwardBackwardCustom(data(), loss).join())
              .satisfies(failure ->
                  assertThat(
                          failure instanceof IllegalArgumentException
                              ? failure
                              : failure.getCause())
                      .isInstanceOf(IllegalArgumentException.class));
          assertThat(server.callsTo("forward_backward").stream().map(PassBodies::read))
              .allSatisfy(pass -> assertThat(pass.getForwardOnly()).isTrue());
          return;
        }
        ForwardBackwardOutput output = training.forwardBackwardCustom(data(), loss).join();

        Map<String, @Nullable Object> metrics = Golden.map(expected.get("metrics"));
        assertThat(output.metrics().asMap()).containsOnlyKeys(metrics.keySet());
        metrics.forEach((name, value) ->
            assertThat(output.metrics().get(name))
                .hasValue(((Number) Objects.requireNonNull(value)).doubleValue()));
      }
      List<ForwardBackwardRequest> passes =
          server.callsTo("forward_backward").stream().map(PassBodies::read).toList();
      assertThat(passes)
          .extracting(ForwardBackwardRequest::getForwardOnly)
          .containsExactly(true, false);
      assertThat(passes).extracting(ForwardBackwardRequest::getSeqId).containsExactly(1, 2);
      checkPass(passes.get(0), "forward");
      checkPass(passes.get(1), "backward");
    }

    private void checkPass(ForwardBackwardRequest pass, String name) {
      assertThat(pass.getLossFn()).isEqualTo(expected.get(name + "LossFn"));
      List<Map<String, @Nullable Object>> weights = Golden.list(expected.get(name + "Weights"));
      assertThat(pass.getDataList()).hasSameSizeAs(weights);
      for (int i = 0; i < weights.size(); i++) {
        Map<String, Tensor> inputs = pass.getData(i).getLossFnInputsMap();
        assertThat(inputs).containsOnlyKeys("target_tokens", "weights");
        checkTensor(Objects.requireNonNull(inputs.get("weights")), weights.get(i));
      }
    }

    private static void checkTensor(Tensor tensor, Map<String, @Nullable Object> expected) {
      assertThat(tensor.getShapeList()).isEqualTo(longs(expected.get("shape")));
      boolean sparse = expected.get("sparse_crow_indices") != null;
      assertThat(tensor.hasSparseCsr()).isEqualTo(sparse);
      FloatBuffer values =
          (sparse ? tensor.getSparseCsr().getValues() : tensor.getDense())
              .asReadOnlyByteBuffer()
              .order(ByteOrder.LITTLE_ENDIAN)
              .asFloatBuffer();
      List<Number> data = Golden.list(expected.get("data"));
      assertThat(values.remaining()).isEqualTo(data.size());
      for (int i = 0; i < data.size(); i++) {
        assertThat((double) values.get(i)).isCloseTo(data.get(i).doubleValue(), within(1e-6));
      }
    }

    private static List<Long> longs(@Nullable Object values) {
      return Golden.<Number>list(values).stream().map(Number::longValue).toList();
    }

    private List<Datum> data() {
      List<Datum> data = new ArrayList<>();
      List<@Nullable Object> targets =
          vector.get("targetTokens") == null
              ? List.of(List.of(1))
              : Golden.list(vector.get("targetTokens"));
      String name = Golden.text(vector, "case");
      for (int i = 0; i < targets.size(); i++) {
        Map<String, TensorData> inputs = new LinkedHashMap<>();
        if (!name.startsWith("missing target_tokens")) {
          inputs.put(
              "target_tokens", TensorData.ofLongs(flat(targets.get(i)), shape(targets.get(i))));
        }
        if (vector.get("inputWeights") instanceof List<?> weights) {
          inputs.put("weights", floats(flatNumbers(weights.get(i))));
        }
        if (name.startsWith("unexpected loss input")) {
          inputs.put("advantages", TensorData.of(1f));
        }
        data.add(Datum.of(ModelInput.ofInts(1, 2, 3), inputs));
      }
      return data;
    }
  }

  private static Map<String, @Nullable Object> output(
      List<@Nullable Object> logprobs, Map<String, Double> metrics) {
    List<Map<String, Object>> outputs = new ArrayList<>();
    for (Object each : logprobs) {
      outputs.add(
          Map.of(
              "logprobs",
              Map.of("data", flatNumbers(each), "dtype", "float32", "shape", shape(each))));
    }
    Map<String, @Nullable Object> output = new LinkedHashMap<>();
    output.put("loss_fn_output_type", "x");
    output.put("loss_fn_outputs", outputs);
    output.put("metrics", metrics);
    return output;
  }

  private static List<Number> flatNumbers(@Nullable Object value) {
    List<Number> flat = new ArrayList<>();
    for (Object each : (List<?>) Objects.requireNonNull(value)) {
      if (each instanceof Number number) {
        flat.add(number);
      } else {
        flat.addAll(flatNumbers(each));
      }
    }
    return flat;
  }

  private static long[] flat(@Nullable Object value) {
    return flatNumbers(value).stream().mapToLong(Number::longValue).toArray();
  }

  private static TensorData floats(List<Number> values) {
    float[] floats = new float[values.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = values.get(i).floatValue();
    }
    return TensorData.of(floats);
  }

  private static long[] shape(@Nullable Object value) {
    List<?> rows = (List<?>) Objects.requireNonNull(value);
    return rows.get(0) instanceof List<?> columns
        ? new long[] {rows.size(), columns.size()}
        : new long[] {rows.size()};
  }

  @Test
  void v331_customLoss_optimStepCalledAtOnceComesBehindTheBackwardPass() {
    FakeService server = new FakeService();
    AtomicBoolean stepCalled = new AtomicBoolean();
    server.on(
        "retrieve_future",
        call ->
            FakeService.json(
                200,
                switch (call.headers().first("X-Tinker-Request-Type").orElse("")) {
                  case "CreateModel" -> Map.of("model_id", "m");
                  case "Forward" -> output(List.of(List.of(-1, -2)), Map.of());
                  default -> output(List.of(List.of(-1, -2)), Map.of());
                }));
    try (ServiceClient service = server.client().build()) {
      TrainingClient training = service.createLoraTrainingClient("base");
      CompletableFuture<Void> gate = new CompletableFuture<>();
      CompletableFuture<?> pass =
          training.forwardBackwardCustom(
              List.of(Datum.supervised(1, 2, 3)),
              (data, logprobs) -> {
                gate.join();
                assertThat(stepCalled).isTrue();
                return CustomLoss.Result.of(0, logprobs);
              });

      CompletableFuture<?> step = training.optimStep(AdamParams.builder().build());
      stepCalled.set(true);
      gate.complete(null);
      CompletableFuture.allOf(pass, step).join();
    }

    assertThat(server.callsTo("forward_backward").stream().map(PassBodies::seqId))
        .containsExactly(1L, 2L);
    assertThat(server.callsTo("optim_step"))
        .extracting(call -> (long) Golden.number(call.json(), "seq_id"))
        .containsExactly(3L);
  }

  @Test
  void forwardBackwardCustom_functionThrows_failsWhatCountedOnItAndTrainingGoesOn() {
    FakeService server = new FakeService();
    server.on(
        "retrieve_future",
        call ->
            FakeService.json(
                200,
                switch (call.headers().first("X-Tinker-Request-Type").orElse("")) {
                  case "CreateModel" -> Map.of("model_id", "m");
                  case "Forward" -> output(List.of(List.of(-1, -2)), Map.of());
                  default -> output(List.of(List.of(-1, -2)), Map.of());
                }));
    try (ServiceClient service = server.client().build()) {
      TrainingClient training = service.createLoraTrainingClient("base");
      CompletableFuture<Void> gate = new CompletableFuture<>();
      CompletableFuture<?> pass =
          training.forwardBackwardCustom(
              List.of(Datum.supervised(1, 2, 3)),
              (data, logprobs) -> {
                gate.join();
                throw new IllegalStateException("a bug in the loss");
              });
      CompletableFuture<?> step = training.optimStep(AdamParams.builder().build());
      gate.complete(null);

      assertThatThrownBy(pass::join).hasRootCauseMessage("a bug in the loss");
      assertThatThrownBy(step::join)
          .cause()
          .isInstanceOf(TrainingHaltedException.class)
          .hasRootCauseMessage("a bug in the loss");
      training.optimStep(AdamParams.builder().build()).join();
    }
    assertThat(server.callsTo("optim_step"))
        .extracting(call -> (long) Golden.number(call.json(), "seq_id"))
        .containsExactly(2L);
  }
}
