package io.tinker4j.conformance;

import com.github.luben.zstd.Zstd;
import com.google.protobuf.ByteString;
import io.tinker4j.types.proto.ArrayRecord;
import io.tinker4j.types.proto.BatchedTensor;
import io.tinker4j.types.proto.Chunk;
import io.tinker4j.types.proto.DType;
import io.tinker4j.types.proto.ForwardBackwardOutput;
import io.tinker4j.types.proto.ForwardBackwardRequest;
import io.tinker4j.types.proto.ImageChunk;
import io.tinker4j.types.proto.SparseCsr;
import io.tinker4j.types.proto.Tensor;
import java.util.List;
import java.util.Map;

/** Passes and optimizer steps, mostly in binary form. */
final class TrainingCases {
  private static final double LN_1000 = 6.9;

  private TrainingCases() {}

  static void addTo(CaseList cases) {
    passes(cases);
    losses(cases);
    inputs(cases);
    malformed(cases);
    steps(cases);
    order(cases);
  }

  private static void expect(boolean condition, String expected, Object found) {
    if (!condition) {
      throw CaseException.differs("expected " + expected + ", found " + found);
    }
  }

  private static double loss(ForwardBackwardOutput output) {
    Double loss = output.getMetricsMap().get("loss:sum");
    if (loss == null) {
      throw CaseException.differs("expected the metric loss:sum, found " + output.getMetricsMap());
    }
    return loss;
  }

  private static BatchedTensor logprobs(ForwardBackwardOutput output) {
    expect(output.getLossFnOutputsCount() > 0, "outputs", "none");
    BatchedTensor logprobs = output.getLossFnOutputs(0).getFieldsMap().get("logprobs");
    if (logprobs == null) {
      throw CaseException.differs(
          "expected the output logprobs, found "
              + output.getLossFnOutputs(0).getFieldsMap().keySet());
    }
    return logprobs;
  }

  private static void passes(CaseList cases) {
    cases
        .add(
            "fwdbwd-binary",
            "6.2",
            "a binary pass has a binary result",
            probe -> {
              ForwardBackwardOutput unused = probe.model().run(probe.model().pass());
            })
        .add(
            "fwdbwd-loss",
            "9.3",
            "the result has the metric loss:sum",
            probe -> {
              double loss = loss(probe.model().run(probe.model().pass()));
              expect(loss > 0 && loss < 6 * 2 * LN_1000, "a loss of six tokens", loss);
            })
        .add(
            "fwdbwd-logprobs",
            "6.2",
            "the result has one logprob per target",
            probe -> {
              BatchedTensor logprobs = logprobs(probe.model().run(probe.model().pass()));
              expect(logprobs.getDtype() == DType.DTYPE_FLOAT32, "float32", logprobs.getDtype());
              expect(logprobs.getData().size() == 24, "24 bytes", logprobs.getData().size());
              expect(
                  logprobs.getOffsets().size() == 16, "two offsets", logprobs.getOffsets().size());
            })
        .add(
            "fwdbwd-two-datums",
            "6.2",
            "each datum has its outputs",
            probe -> {
              TestModel model = probe.model();
              ForwardBackwardOutput output = model.run(model.pass().addData(Bodies.datum()));
              long datums =
                  output.getLossFnOutputsList().stream().mapToLong(ArrayRecord::getNumDatums).sum();
              expect(datums == 2, "2 datums", datums);
            })
        .add(
            "fwdbwd-zstd",
            "6.1",
            "a body compressed with zstd is read",
            probe -> {
              TestModel model = probe.model();
              byte[] body = Zstd.compress(model.pass().build().toByteArray());
              Reply reply =
                  probe.send(
                      "POST",
                      "forward_backward",
                      body,
                      Map.of("Content-Type", Probe.PROTOBUF, "Content-Encoding", "zstd"));
              double unused = loss(model.output(reply.ok().text("request_id")));
            })
        .add(
            "fwdbwd-future-model-id",
            "9.2",
            "the future may name the model",
            probe -> {
              TestModel model = probe.model();
              probe
                  .postBinary(model.pass().build().toByteArray())
                  .ok()
                  .optional("model_id", String.class)
                  .text("request_id");
            })
        .add(
            "forward-only",
            "6.1",
            "forward_only computes the same loss",
            probe -> {
              TestModel model = probe.model();
              double forward = loss(model.run(model.pass().setForwardOnly(true)));
              double both = loss(model.run(model.pass()));
              expect(Math.abs(forward - both) < 1e-3 * both, "the loss " + both, forward);
            })
        .add(
            "forward-only-no-gradient",
            "6.1",
            "forward_only leaves no gradient",
            probe -> {
              TestModel model = probe.newModel();
              double before = loss(model.run(model.pass().setForwardOnly(true)));
              probe.run("optim_step", model.optimStep());
              double after = loss(model.run(model.pass().setForwardOnly(true)));
              expect(Math.abs(before - after) < 1e-6 * before, "the loss " + before, after);
            })
        .add(
            "forward-deterministic",
            "6.2",
            "the same pass gives the same result",
            probe -> {
              TestModel model = probe.newModel();
              ByteString first = logprobs(model.run(model.pass().setForwardOnly(true))).getData();
              ByteString second = logprobs(model.run(model.pass().setForwardOnly(true))).getData();
              expect(first.equals(second), "equal logprobs", "different ones");
            })
        .add(
            "fwdbwd-json",
            "7.2",
            "a JSON pass is read (older clients)",
            probe -> {
              TestModel model = probe.model();
              probe
                  .run("forward_backward", jsonPass("forward_backward_input", model))
                  .get("metrics");
            })
        .add(
            "forward-json",
            "7.2",
            "POST forward is there (older clients)",
            probe -> {
              TestModel model = probe.model();
              probe.run("forward", jsonPass("forward_input", model)).get("metrics");
            })
        .add(
            "fwdbwd-json-result",
            "9.3",
            "a result in JSON has outputs and metrics",
            probe -> {
              TestModel model = probe.model();
              Reply.Fields result = probe.await(model.submit(model.pass()), Probe.JSON).ok();
              result.object("metrics").number("loss:sum");
              result.first("loss_fn_outputs").object("logprobs").hasText("dtype", "float32");
              result.text("loss_fn_output_type");
            });
  }

  private static Map<String, ? extends Object> jsonPass(String input, TestModel model) {
    Map<String, Object> targets =
        Map.of("data", List.of(2, 3, 4), "dtype", "int64", "shape", List.of(3));
    return Map.of(
        "model_id",
        model.id(),
        "seq_id",
        model.next(),
        input,
        Map.of(
            "loss_fn",
            "cross_entropy",
            "data",
            List.of(
                Map.of(
                    "model_input",
                    Bodies.prompt(1, 2, 3),
                    "loss_fn_inputs",
                    Map.of("target_tokens", targets)))));
  }

  private static void losses(CaseList cases) {
    for (String loss : List.of("importance_sampling", "ppo", "cispo", "dro")) {
      cases.add(
          "loss-" + loss.replace('_', '-'),
          "8.3",
          "the loss " + loss + " is known",
          probe -> {
            TestModel model = probe.model();
            ForwardBackwardRequest.Builder pass = model.pass().setLossFn(loss);
            pass.getDataBuilder(0)
                .removeLossFnInputs("weights")
                .putLossFnInputs("logprobs", Bodies.floats(-1, -1, -1, -1, -1, -1))
                .putLossFnInputs("advantages", Bodies.floats(1, 1, 1, 1, 1, 1));
            double unused = loss(model.run(pass));
          });
    }
    cases
        .add(
            "loss-config",
            "8.3",
            "ppo takes its clip thresholds",
            probe -> {
              TestModel model = probe.model();
              ForwardBackwardRequest.Builder pass =
                  model
                      .pass()
                      .setLossFn("ppo")
                      .putLossFnConfig("clip_low_threshold", 0.9)
                      .putLossFnConfig("clip_high_threshold", 1.1);
              pass.getDataBuilder(0)
                  .removeLossFnInputs("weights")
                  .putLossFnInputs("logprobs", Bodies.floats(-1, -1, -1, -1, -1, -1))
                  .putLossFnInputs("advantages", Bodies.floats(1, 1, 1, 1, 1, 1));
              double unused = loss(model.run(pass));
            })
        .add(
            "loss-unknown",
            "8.3",
            "an unknown loss is refused or fails",
            probe -> {
              TestModel model = probe.newModel();
              Reply reply =
                  probe.postBinary(model.pass().setLossFn("no_such_loss").build().toByteArray());
              if (reply.status() == 200) {
                requireFailure(probe, reply.ok().text("request_id"));
              } else {
                reply.isError(400, 422);
              }
            })
        .add(
            "loss-weights-optional",
            "8.3",
            "cross_entropy without weights weighs all one",
            probe -> {
              TestModel model = probe.newModel();
              ForwardBackwardRequest.Builder pass = model.pass().setForwardOnly(true);
              pass.getDataBuilder(0).removeLossFnInputs("weights");
              double without = loss(model.run(pass));
              double with = loss(model.run(model.pass().setForwardOnly(true)));
              expect(Math.abs(without - with) < 1e-4 * with, "the loss " + with, without);
            })
        .add(
            "loss-weights-scale",
            "8.3",
            "weights scale the loss",
            probe -> {
              TestModel model = probe.newModel();
              ForwardBackwardRequest.Builder pass = model.pass().setForwardOnly(true);
              pass.getDataBuilder(0).putLossFnInputs("weights", Bodies.floats(2, 2, 2, 2, 2, 2));
              double twice = loss(model.run(pass));
              double once = loss(model.run(model.pass().setForwardOnly(true)));
              expect(Math.abs(twice - 2 * once) < 1e-3 * twice, "twice " + once, twice);
            });
  }

  private static void requireFailure(Probe probe, String requestId) throws Exception {
    Reply.Fields result = probe.await(requestId, Probe.JSON).ok();
    result.text("error");
    result.expect(
        List.of("user", "server", "unknown").contains(result.text("category")), "a category");
  }

  private static void inputs(CaseList cases) {
    cases
        .add(
            "input-image",
            "8.5",
            "an image is accepted in a pass",
            probe -> {
              TestModel model = probe.model();
              int length = DifferenceCases.imageTokens(probe, null) + 1;
              ForwardBackwardRequest.Builder pass = model.pass();
              pass.getDataBuilder(0)
                  .clearModelInput()
                  .addModelInput(
                      Chunk.newBuilder()
                          .setImage(
                              ImageChunk.newBuilder().setData(Bodies.image()).setFormat("png")))
                  .addModelInput(Bodies.text(1))
                  .putLossFnInputs("target_tokens", Bodies.longs(new long[length]))
                  .putLossFnInputs("weights", Bodies.floats(new float[length]));
              double unused = loss(model.run(pass));
            })
        .add(
            "input-sparse-weights",
            "6.1",
            "sparse tensors are read",
            probe -> {
              TestModel model = probe.model();
              ForwardBackwardRequest.Builder pass = model.pass();
              pass.getDataBuilder(0)
                  .putLossFnInputs(
                      "target_tokens", matrix(Bodies.longs(2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0)))
                  .putLossFnInputs("weights", sparse());
              double unused = loss(model.run(pass));
            })
        .add(
            "input-shape-absent",
            "6.1",
            "tensors without a shape are read",
            probe -> {
              TestModel model = probe.model();
              ForwardBackwardRequest.Builder pass = model.pass();
              pass.getDataBuilder(0)
                  .putLossFnInputs(
                      "weights", Bodies.floats(1, 1, 1, 1, 1, 1).toBuilder().clearShape().build());
              double unused = loss(model.run(pass));
            })
        .add(
            "input-lengths-differ",
            "8.3",
            "targets of another length fail",
            probe -> {
              TestModel model = probe.newModel();
              ForwardBackwardRequest.Builder pass = model.pass();
              pass.getDataBuilder(0).putLossFnInputs("target_tokens", Bodies.longs(1, 2));
              Reply reply = probe.postBinary(pass.build().toByteArray());
              if (reply.status() == 200) {
                requireFailure(probe, reply.ok().text("request_id"));
              } else {
                reply.isError(400, 422);
              }
            });
  }

  private static Tensor matrix(Tensor flat) {
    return flat.toBuilder().clearShape().addShape(6).addShape(2).build();
  }

  /** Six rows of two columns with a one in the first of each. */
  private static Tensor sparse() {
    return Tensor.newBuilder()
        .setDtype(DType.DTYPE_FLOAT32)
        .addShape(6)
        .addShape(2)
        .setSparseCsr(
            SparseCsr.newBuilder()
                .setValues(Bodies.floats(1, 1, 1, 1, 1, 1).getDense())
                .setCrowIndices(Bodies.longs(0, 1, 2, 3, 4, 5, 6).getDense())
                .setColIndices(Bodies.longs(0, 0, 0, 0, 0, 0).getDense()))
        .build();
  }

  private static void malformed(CaseList cases) {
    cases
        .add(
            "fwdbwd-garbage",
            "11",
            "a binary body that is none is 400",
            probe -> probe.postBinary(new byte[] {(byte) 0xFF, 1, 2, 3}).isError(400, 422))
        .add(
            "fwdbwd-garbage-zstd",
            "11",
            "a compressed body that is none is 400",
            probe ->
                probe
                    .send(
                        "POST",
                        "forward_backward",
                        new byte[] {1, 2, 3, 4},
                        Map.of("Content-Type", Probe.PROTOBUF, "Content-Encoding", "zstd"))
                    .isError(400, 422))
        .add(
            "fwdbwd-empty",
            "8.3",
            "a pass without data is refused",
            probe ->
                probe
                    .postBinary(
                        Bodies.pass(probe.model().id(), probe.model().next())
                            .clearData()
                            .build()
                            .toByteArray())
                    .isError(400, 422))
        .add(
            "fwdbwd-unknown-model",
            "7.2",
            "a pass of an unknown model is refused",
            probe ->
                probe
                    .postBinary(Bodies.pass("no-such-model", 1).build().toByteArray())
                    .isError(400, 404))
        .add(
            "fwdbwd-without-key",
            "3",
            "a binary pass without a credential is 401",
            probe -> {
              Reply open = probe.send("GET", "training_runs", null, Map.of("X-API-Key", ""));
              if (open.status() == 200) {
                throw CaseException.refused("the server asks for no credential");
              }
              probe
                  .send(
                      "POST",
                      "forward_backward",
                      Bodies.pass(probe.model().id(), probe.model().next()).build().toByteArray(),
                      Map.of("Content-Type", Probe.PROTOBUF, "X-API-Key", ""))
                  .isError(401);
            });
  }

  private static void steps(CaseList cases) {
    cases
        .add(
            "optim-step",
            "9.3",
            "optim_step ends, with metrics if any",
            probe -> {
              TestModel model = probe.model();
              probe.run("optim_step", model.optimStep()).optional("metrics", Map.class);
            })
        .add(
            "optim-step-learns",
            "8.3",
            "steps lower the loss",
            probe -> {
              TestModel model = probe.newModel();
              double before = loss(model.run(model.pass().setForwardOnly(true)));
              for (int i = 0; i < 5; i++) {
                model.train();
              }
              double after = loss(model.run(model.pass().setForwardOnly(true)));
              expect(after < before, "less than " + before, after);
            })
        .add(
            "optim-step-defaults",
            "8.3",
            "adam_params may be empty",
            probe -> {
              TestModel model = probe.model();
              probe.run("optim_step", Bodies.with(model.optimStep(), "adam_params", Map.of()));
            })
        .add(
            "optim-step-integers",
            "5.2",
            "integers are read for floats",
            probe -> {
              TestModel model = probe.model();
              probe.run(
                  "optim_step",
                  Bodies.with(
                      model.optimStep(),
                      "adam_params",
                      Bodies.of("learning_rate", 0, "weight_decay", 0, "grad_clip_norm", 1)));
            })
        .add(
            "optim-step-zero-rate",
            "8.3",
            "a learning rate of 0 changes nothing",
            probe -> {
              TestModel model = probe.newModel();
              double before = loss(model.run(model.pass()));
              probe.run(
                  "optim_step",
                  Bodies.with(model.optimStep(), "adam_params", Bodies.of("learning_rate", 0.0)));
              double after = loss(model.run(model.pass().setForwardOnly(true)));
              expect(Math.abs(before - after) < 1e-6 * before, "the loss " + before, after);
            })
        .add(
            "optim-step-adam-unknown-field",
            "5.1",
            "adam_params is strict too",
            probe ->
                probe
                    .post(
                        "optim_step",
                        Bodies.with(
                            Bodies.optimStep(probe.model().id(), probe.model().next()),
                            "adam_params",
                            Bodies.of("momentum", 0.9)))
                    .isError(400, 422))
        .add(
            "optim-step-negative-rate",
            "8.3",
            "a negative learning rate is refused",
            probe ->
                probe
                    .post(
                        "optim_step",
                        Bodies.with(
                            Bodies.optimStep(probe.model().id(), probe.model().next()),
                            "adam_params",
                            Bodies.of("learning_rate", -1.0)))
                    .isError(400, 422))
        .add(
            "optim-step-unknown-model",
            "7.2",
            "a step of an unknown model is refused",
            probe ->
                probe.post("optim_step", Bodies.optimStep("no-such-model", 1)).isError(400, 404))
        .add(
            "optim-step-clears-gradients",
            "8.3",
            "a step uses the gradients up",
            probe -> {
              TestModel model = probe.newModel();
              model.train();
              double before = loss(model.run(model.pass().setForwardOnly(true)));
              probe.run(
                  "optim_step",
                  Bodies.with(
                      model.optimStep(),
                      "adam_params",
                      Bodies.of("learning_rate", 0.01, "beta1", 0.0, "beta2", 0.0, "eps", 1.0)));
              double after = loss(model.run(model.pass().setForwardOnly(true)));
              expect(Math.abs(before - after) < 1e-6 * before, "the loss " + before, after);
            });
  }

  private static void order(CaseList cases) {
    cases
        .add(
            "order-gap-waits",
            "8.3",
            "an operation beyond a gap waits for it",
            probe -> {
              TestModel model = probe.newModel();
              int first = model.next();
              String late = probe.submit("optim_step", Bodies.optimStep(model.id(), model.next()));
              Reply early = probe.post("retrieve_future", Bodies.of("request_id", late));
              boolean pending =
                  early.status() == 408 || "try_again".equals(early.json().get("type"));
              expect(pending, "a result that is not ready", early.what());
              probe.run("optim_step", Bodies.optimStep(model.id(), first));
              probe.await(late, Probe.JSON).ok();
            })
        .add(
            "order-resent",
            "8.3",
            "the same request again is the same future",
            probe -> {
              TestModel model = probe.newModel();
              var body = model.optimStep();
              String first = probe.submit("optim_step", body);
              String second = probe.submit("optim_step", body);
              expect(first.equals(second), "the request id " + first, second);
            })
        .add(
            "order-resent-binary",
            "8.3",
            "so it is for binary passes",
            probe -> {
              TestModel model = probe.newModel();
              ForwardBackwardRequest.Builder pass = model.pass();
              String first = model.submit(pass);
              String second = model.submit(pass);
              expect(first.equals(second), "the request id " + first, second);
            })
        .add(
            "order-conflict",
            "11",
            "another request under a used number is 409",
            probe -> {
              TestModel model = probe.newModel();
              var body = model.optimStep();
              probe.run("optim_step", body);
              probe
                  .post(
                      "optim_step",
                      Bodies.with(body, "adam_params", Bodies.of("learning_rate", 0.5)))
                  .isError(409);
            })
        .add(
            "order-pipelined",
            "8.3",
            "operations may be sent before earlier ones end",
            probe -> {
              TestModel model = probe.newModel();
              String[] requests = new String[10];
              for (int i = 0; i < requests.length; i += 2) {
                requests[i] = model.submit(model.pass());
                requests[i + 1] = probe.submit("optim_step", model.optimStep());
              }
              for (String request : requests) {
                Reply.Fields result = probe.await(request, Probe.JSON).ok();
                result.expect(!result.has("error"), "success");
              }
            });
  }
}
