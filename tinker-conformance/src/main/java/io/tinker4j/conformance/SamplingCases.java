package io.tinker4j.conformance;

import io.tinker4j.transport.operation.JsonCodec;
import io.tinker4j.types.proto.SampleResponse;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Samplers and sampling. */
final class SamplingCases {
  private SamplingCases() {}

  static void addTo(CaseList cases) {
    samplers(cases);
    results(cases);
    parameters(cases);
    refusals(cases);
  }

  /** Samples in binary form. */
  private static SampleResponse sample(Probe probe, Map<String, @Nullable Object> request)
      throws Exception {
    Reply reply = probe.await(probe.submit("asample", request), Probe.PROTOBUF).is(200);
    if (!reply.isBinary()) {
      throw reply.unexpected("a binary result");
    }
    return SampleResponse.parseFrom(reply.body());
  }

  private static Map<String, @Nullable Object> with(
      String sampler, String name, @Nullable Object value) {
    return Bodies.with(Bodies.sample(sampler, 0), name, value);
  }

  private static Map<String, @Nullable Object> withParameter(
      String sampler, String name, @Nullable Object value) {
    return with(
        sampler,
        "sampling_params",
        Bodies.with(Bodies.of("max_tokens", 4, "seed", 42), name, value));
  }

  private static void expect(boolean condition, String expected, Object found) {
    if (!condition) {
      throw CaseException.differs("expected " + expected + ", found " + found);
    }
  }

  private static void samplers(CaseList cases) {
    cases
        .add(
            "sampler-base-model",
            "9.2",
            "a base model has a sampler",
            probe ->
                probe
                    .post(
                        "create_sampling_session",
                        Bodies.baseSampler(probe.session(), probe.nextSampler(), probe.baseModel()))
                    .ok()
                    .text("sampling_session_id"))
        .add(
            "sampler-id",
            "8.2",
            "the sampler id follows from session and number",
            probe -> {
              int seqId = probe.nextSampler();
              probe
                  .post(
                      "create_sampling_session",
                      Bodies.baseSampler(probe.session(), seqId, probe.baseModel()))
                  .ok()
                  .hasText("sampling_session_id", probe.session() + ":sample:" + seqId);
            })
        .add(
            "sampler-checkpoint",
            "8.1",
            "a checkpoint has a sampler",
            probe -> {
              TestModel model = probe.newModel();
              String path = probe.savedForSampler(model, "s");
              SampleResponse unused = sample(probe, Bodies.sample(probe.newSampler(path), 0));
            })
        .add(
            "sampler-neither",
            "8.1",
            "a sampler needs a base model or a path",
            probe ->
                probe
                    .post(
                        "create_sampling_session",
                        Bodies.of(
                            "session_id",
                            probe.session(),
                            "sampling_session_seq_id",
                            probe.nextSampler()))
                    .isError(400, 422))
        .add(
            "sampler-unknown-path",
            "8.1",
            "a sampler of an unknown checkpoint is refused",
            probe ->
                probe
                    .post(
                        "create_sampling_session",
                        Bodies.of(
                            "session_id",
                            probe.session(),
                            "sampling_session_seq_id",
                            probe.nextSampler(),
                            "model_path",
                            "tinker://no-such/sampler_weights/a"))
                    .isError(400, 404))
        .add(
            "sampler-resent",
            "8.1",
            "the same sampler again is the same",
            probe -> {
              var body =
                  Bodies.baseSampler(probe.session(), probe.nextSampler(), probe.baseModel());
              String first =
                  probe.post("create_sampling_session", body).ok().text("sampling_session_id");
              probe
                  .post("create_sampling_session", body)
                  .ok()
                  .hasText("sampling_session_id", first);
            })
        .add(
            "get-sampler",
            "9.2",
            "a sampler tells its base model",
            probe -> {
              String sampler = probe.newSampler();
              probe
                  .get("samplers/" + sampler)
                  .ok()
                  .hasText("sampler_id", sampler)
                  .hasText("base_model", probe.baseModel())
                  .optional("model_path", String.class);
            })
        .add(
            "get-sampler-unknown",
            "7.3",
            "an unknown sampler is 404",
            probe -> probe.get("samplers/no-such-sampler").isError(404));
  }

  private static void results(CaseList cases) {
    cases
        .add(
            "sample-binary",
            "6.2",
            "a sample in binary form",
            probe -> {
              SampleResponse response = sample(probe, Bodies.sample(probe.newSampler(), 0));
              expect(
                  response.getSequencesCount() == 1, "one sequence", response.getSequencesCount());
            })
        .add(
            "sample-tokens",
            "6.2",
            "at most max_tokens int32 tokens",
            probe -> {
              int size =
                  sample(probe, Bodies.sample(probe.newSampler(), 0))
                      .getSequences(0)
                      .getTokens()
                      .size();
              expect(size > 0 && size <= 16 && size % 4 == 0, "4 to 16 bytes", size);
            })
        .add(
            "sample-logprobs",
            "6.2",
            "one logprob per token",
            probe -> {
              var sequence = sample(probe, Bodies.sample(probe.newSampler(), 0)).getSequences(0);
              expect(
                  sequence.getLogprobs().size() == sequence.getTokens().size(),
                  "as many logprobs as tokens",
                  sequence.getLogprobs().size());
            })
        .add(
            "sample-num-samples",
            "8.6",
            "num_samples sequences come back",
            probe -> {
              SampleResponse response = sample(probe, with(probe.newSampler(), "num_samples", 3));
              expect(
                  response.getSequencesCount() == 3, "3 sequences", response.getSequencesCount());
            })
        .add(
            "sample-seed",
            "8.6",
            "the same seed gives the same tokens",
            probe -> {
              String sampler = probe.newSampler();
              var first = sample(probe, Bodies.sample(sampler, 0)).getSequences(0).getTokens();
              var second = sample(probe, Bodies.sample(sampler, 1)).getSequences(0).getTokens();
              expect(first.equals(second), "equal tokens", "other ones");
            })
        .add(
            "sample-prompt-logprobs",
            "6.2",
            "prompt log-probabilities on request",
            probe -> {
              SampleResponse response =
                  sample(probe, with(probe.newSampler(), "prompt_logprobs", true));
              expect(
                  response.getPromptLogprobs().size() == 12,
                  "12 bytes for 3 tokens",
                  response.getPromptLogprobs().size());
            })
        .add(
            "sample-no-prompt-logprobs",
            "6.2",
            "none unless asked for",
            probe -> {
              SampleResponse response = sample(probe, Bodies.sample(probe.newSampler(), 0));
              expect(!response.hasPromptLogprobs(), "no prompt_logprobs", "some");
              expect(!response.hasTopkPromptLogprobs(), "no topk_prompt_logprobs", "some");
            })
        .add(
            "sample-topk",
            "6.2",
            "the k best tokens of each place on request",
            probe -> {
              var topk =
                  sample(probe, with(probe.newSampler(), "topk_prompt_logprobs", 2))
                      .getTopkPromptLogprobs();
              expect(topk.getK() == 2, "k = 2", topk.getK());
              expect(topk.getLength() == 3, "3 rows", topk.getLength());
              expect(topk.getTokenIds().size() == 24, "6 cells", topk.getTokenIds().size());
            })
        .add(
            "sample-json",
            "9.4",
            "a sample in JSON form",
            probe -> {
              Reply.Fields result =
                  probe
                      .await(
                          probe.submit("asample", Bodies.sample(probe.newSampler(), 0)), Probe.JSON)
                      .ok();
              Reply.Fields sequence = result.first("sequences");
              sequence.expect(
                  List.of("stop", "length").contains(sequence.text("stop_reason")),
                  "a stop reason");
              sequence.list("tokens");
            })
        .add(
            "sample-compute-logprobs",
            "9.4",
            "one token and prompt logprobs: compute_logprobs",
            probe -> {
              var request =
                  Bodies.with(
                      withParameter(probe.newSampler(), "max_tokens", 1), "prompt_logprobs", true);
              SampleResponse response = sample(probe, request);
              expect(response.hasPromptLogprobs(), "prompt_logprobs", "none");
            })
        .add(
            "sample-direct",
            "8.6",
            "a base model may be sampled without a sampler",
            probe -> {
              var request =
                  Bodies.with(
                      Bodies.without(Bodies.sample("x", 0), "sampling_session_id"),
                      "base_model",
                      probe.baseModel());
              SampleResponse unused = sample(probe, request);
            });
  }

  private static void parameters(CaseList cases) {
    Map<String, Map<String, @Nullable Object>> accepted =
        Map.of(
            "stop-text", Bodies.of("stop", "\n"),
            "stop-texts", Bodies.of("stop", List.of("\n\n", "###")),
            "stop-tokens", Bodies.of("stop", List.of(1, 2)),
            "stop-nothing", Bodies.of("stop", List.of()),
            "greedy", Bodies.of("temperature", 0.0),
            "top-k", Bodies.of("top_k", 5),
            "top-p", Bodies.of("top_p", 0.5),
            "integer-temperature", Bodies.of("temperature", 1),
            "unknown-parameter", Bodies.of("no_such_parameter", 1));
    accepted.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(entry -> {
          String name = entry.getValue().keySet().iterator().next();
          Object value = entry.getValue().get(name);
          cases.add(
              "sample-" + entry.getKey(),
              "8.6",
              "sampling with " + name + " = " + String.valueOf(value).replace("\n", "\\n"),
              probe -> {
                SampleResponse unused =
                    sample(probe, withParameter(probe.newSampler(), name, value));
              });
        });
    cases
        .add(
            "sample-image",
            "8.5",
            "a prompt may hold an image",
            probe -> {
              SampleResponse unused =
                  sample(probe, with(probe.newSampler(), "prompt", Bodies.imagePrompt(null)));
            })
        .add(
            "sample-seed-beyond-63-bits",
            "5.1",
            "a seed may exceed 63 bits",
            probe ->
                probe
                    .post(
                        "asample",
                        withParameter(
                            probe.newSampler(), "seed", new BigInteger("18446744073709551615")))
                    .ok()
                    .text("request_id"))
        .add(
            "sample-backpressure-header",
            "4",
            "the backpressure header is accepted",
            probe -> {
              String sampler = probe.newSampler();
              Reply reply =
                  probe.send(
                      "POST",
                      "asample",
                      JsonCodec.write(Bodies.sample(sampler, 0)),
                      Map.of("X-Tinker-Sampling-Backpressure", "1"));
              reply.is(200, 429);
            });
  }

  private static void refusals(CaseList cases) {
    Map<String, Map<String, @Nullable Object>> refused =
        Map.of(
            "num-samples", Bodies.of("num_samples", 0),
            "negative-topk", Bodies.of("topk_prompt_logprobs", -1),
            "empty-prompt", Bodies.of("prompt", Bodies.prompt()),
            "chunk-without-tokens",
                Bodies.of(
                    "prompt", Bodies.of("chunks", List.of(Bodies.of("type", "encoded_text")))),
            "unknown-chunk",
                Bodies.of(
                    "prompt", Bodies.of("chunks", List.of(Bodies.of("type", "smell", "data", "")))),
            "negative-max-tokens", Bodies.of("sampling_params", Bodies.of("max_tokens", -1)),
            "mixed-stop",
                Bodies.of("sampling_params", Bodies.of("max_tokens", 1, "stop", List.of("a", 1))),
            "negative-temperature",
                Bodies.of("sampling_params", Bodies.of("max_tokens", 1, "temperature", -1.0)),
            "top-p-above-one",
                Bodies.of("sampling_params", Bodies.of("max_tokens", 1, "top_p", 1.5)));
    refused.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(entry -> {
          String name = entry.getValue().keySet().iterator().next();
          cases.add(
              "sample-refuses-" + entry.getKey(),
              "8.6",
              "asample with " + entry.getKey().replace('-', ' ') + " is refused",
              probe ->
                  probe
                      .post("asample", with(probe.newSampler(), name, entry.getValue().get(name)))
                      .isError(400, 422));
        });
    cases.add(
        "sample-unknown-sampler",
        "7.3",
        "asample with an unknown sampler is refused",
        probe -> probe.post("asample", Bodies.sample("no-such-sampler", 0)).isError(400, 404, 410));
  }
}
