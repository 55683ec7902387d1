package io.tinker4j.conformance;

import com.google.protobuf.ByteString;
import io.tinker4j.types.proto.ForwardBackwardOutput;
import io.tinker4j.types.proto.ForwardBackwardRequest;
import io.tinker4j.types.proto.SampleResponse;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** In what servers of the protocol are known to differ, beyond what the other cases ask. */
final class DifferenceCases {
  private static final String LOW = "clip_low_threshold";
  private static final String HIGH = "clip_high_threshold";

  private DifferenceCases() {}

  static void addTo(CaseList cases) {
    weights(cases);
    losses(cases);
    inputs(cases);
  }

  private static void weights(CaseList cases) {
    cases
        .add(
            "sampler-leaves-weights",
            "9.3",
            "sampling from an older checkpoint leaves the weights of its model alone",
            probe -> {
              TestModel model = probe.newModel();
              String path = probe.savedForSampler(model, "older");
              model.train();
              ByteString before = logprobs(model);
              Reply.Fields unused = probe.run("asample", Bodies.sample(probe.newSampler(path), 0));
              expect(before.equals(logprobs(model)), "the log-probabilities of before");
            })
        .add(
            "sampler-ephemeral-no-checkpoint",
            "9.3",
            "an unnamed sampler save makes no checkpoint",
            probe -> {
              TestModel model = probe.newModel();
              Reply.Fields unused =
                  probe.run(
                      "save_weights_for_sampler",
                      Bodies.of(
                          "model_id",
                          model.id(),
                          "seq_id",
                          model.next(),
                          "sampling_session_seq_id",
                          probe.nextSampler()));
              Reply.Fields list = probe.get("training_runs/" + model.id() + "/checkpoints").ok();
              list.expect(list.list("checkpoints").isEmpty(), "no checkpoints");
            })
        .add(
            "sample-resent",
            "8.3",
            "the same sample again is the same future",
            probe -> {
              Map<String, @Nullable Object> sample = Bodies.sample(probe.newSampler(), 0);
              String first = probe.submit("asample", sample);
              expect(first.equals(probe.submit("asample", sample)), "the request id " + first);
            });
  }

  private static void losses(CaseList cases) {
    cases.add(
        "loss-cispo-defaults",
        "8.5",
        "cispo without settings clips at 0 and 4",
        probe -> {
          double bare = cispo(probe.model(), Map.of());
          expect(bare == cispo(probe.model(), Map.of(LOW, 0.0, HIGH, 4.0)), "the loss of 0 and 4");
          expect(bare != cispo(probe.model(), Map.of(LOW, 0.8, HIGH, 1.2)), "another loss");
        });
    for (String loss : List.of("gspo", "ppo_critic", "dppo")) {
      cases.add(
          "loss-" + loss,
          "8.5",
          "the loss " + loss + " of other servers is refused",
          probe -> {
            TestModel model = probe.newModel();
            Reply unused =
                probe.postBinary(model.pass().setLossFn(loss).build().toByteArray()).isError(422);
          });
    }
  }

  private static void inputs(CaseList cases) {
    cases
        .add(
            "targets-missing",
            "8.5",
            "a pass without target_tokens is the caller's mistake",
            probe -> {
              ForwardBackwardRequest.Builder pass = probe.newModel().pass();
              pass.getDataBuilder(0).removeLossFnInputs("target_tokens");
              Reply reply = probe.postBinary(pass.build().toByteArray()).is(200, 400, 422);
              if (reply.status() == 200) {
                Reply.Fields failed = probe.await(reply.ok().text("request_id"), Probe.JSON).ok();
                failed.hasText("category", "user");
              }
            })
        .add(
            "image-counts",
            "8.5",
            "an image that expects the tokens it takes is read",
            probe -> {
              int tokens = imageTokens(probe, null);
              expect(imageTokens(probe, tokens) == tokens, "an image of " + tokens + " tokens");
            })
        .add(
            "image-expects-other",
            "8.5",
            "an image that expects another number is refused or fails",
            probe -> {
              int tokens = imageTokens(probe, null);
              Reply reply = probe.post("asample", imageSample(probe, tokens + 1)).is(200, 400, 422);
              if (reply.status() == 200) {
                probe.await(reply.ok().text("request_id"), Probe.JSON).ok().text("error");
              }
            });
  }

  private static Map<String, @Nullable Object> imageSample(
      Probe probe, @Nullable Integer expectedTokens) throws Exception {
    Map<String, @Nullable Object> sample = Bodies.sample(probe.newSampler(), 0);
    return Bodies.with(
        Bodies.with(sample, "prompt", Bodies.imagePrompt(expectedTokens)), "prompt_logprobs", true);
  }

  /** How many places an image takes in a prompt, to judge by their log-probabilities. */
  static int imageTokens(Probe probe, @Nullable Integer expectedTokens) throws Exception {
    Reply reply =
        probe.await(probe.submit("asample", imageSample(probe, expectedTokens)), Probe.PROTOBUF);
    SampleResponse response = SampleResponse.parseFrom(reply.is(200).body());
    int tokens = response.getPromptLogprobs().size() / Float.BYTES - 1;
    expect(tokens > 0, "log-probabilities of an image and a token");
    return tokens;
  }

  private static ByteString logprobs(TestModel model) throws Exception {
    return model
        .run(model.pass().setForwardOnly(true))
        .getLossFnOutputs(0)
        .getFieldsOrThrow("logprobs")
        .getData();
  }

  /** The loss of a pass whose ratios are above 4. */
  private static double cispo(TestModel model, Map<String, Double> config) throws Exception {
    ForwardBackwardRequest.Builder pass =
        model.pass().setForwardOnly(true).setLossFn("cispo").putAllLossFnConfig(config);
    pass.getDataBuilder(0)
        .removeLossFnInputs("weights")
        .putLossFnInputs("logprobs", Bodies.floats(-9, -9, -9, -9, -9, -9))
        .putLossFnInputs("advantages", Bodies.floats(1, 1, 1, 1, 1, 1));
    ForwardBackwardOutput output = model.run(pass);
    expect(output.containsMetrics("loss:sum"), "the metric loss:sum");
    return output.getMetricsOrThrow("loss:sum");
  }

  private static void expect(boolean condition, String expected) {
    if (!condition) {
      throw CaseException.differs("expected " + expected);
    }
  }
}
