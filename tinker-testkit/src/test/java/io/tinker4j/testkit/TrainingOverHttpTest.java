package io.tinker4j.testkit;

import static io.tinker4j.testkit.WireClient.forwardBackward;
import static io.tinker4j.testkit.WireClient.list;
import static io.tinker4j.testkit.WireClient.lossSum;
import static io.tinker4j.testkit.WireClient.map;
import static io.tinker4j.testkit.WireClient.ok;
import static io.tinker4j.testkit.WireClient.optimStep;
import static io.tinker4j.testkit.WireClient.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import io.tinker4j.testkit.observe.ExecutedOperation;
import io.tinker4j.types.proto.ArrayRecord;
import io.tinker4j.types.proto.BatchedTensor;
import io.tinker4j.types.proto.DType;
import io.tinker4j.types.proto.Datum;
import io.tinker4j.types.proto.ForwardBackwardOutput;
import io.tinker4j.types.proto.ForwardBackwardRequest;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Training through the wire protocol, in both of its forms. */
class TrainingOverHttpTest {
  private final EmbeddedTinkerServer server =
      EmbeddedTinkerServer.builder().holdTime(Duration.ofMillis(50)).start();
  private final WireClient client = new WireClient(server);

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void training_overEveryHttpVersion_lowersTheLoss(HttpClient.Version version) {
    if (version != HttpClient.Version.HTTP_1_1 && version != HttpClient.Version.HTTP_2) {
      return;
    }
    try (WireClient versioned = new WireClient(server, "tml-test", version)) {
      String model = versioned.createModel();

      double first = lossSum(versioned.run("forward_backward", forwardBackward(model, 1)));
      versioned.run("optim_step", optimStep(model, 2));
      for (long seqId = 3; seqId < 23; seqId += 2) {
        versioned.train(model, seqId);
      }
      double last = lossSum(versioned.run("forward_backward", forwardBackward(model, 23)));

      assertThat(last).isLessThan(first / 2);
      assertThat(versioned.send(versioned.request("healthz").GET()).version()).isEqualTo(version);
    }
  }

  @Test
  void forwardBackward_inJson_answersLossAndLogprobs() {
    String model = client.createModel();

    Map<String, @Nullable Object> result =
        client.run("forward_backward", forwardBackward(model, 1));

    List<?> outputs = list(result.get("loss_fn_outputs"));
    Map<?, ?> logprobs = map(map(outputs.get(0)).get("logprobs"));
    assertThat(outputs).hasSize(1);
    assertThat(list(logprobs.get("data"))).hasSize(5);
    assertThat(logprobs.get("dtype")).isEqualTo("float32");
    assertThat(logprobs.get("shape")).isEqualTo(List.of(5));
    assertThat(lossSum(result)).isPositive();
  }

  @Test
  void optimStep_answersItsMetrics() {
    String model = client.createModel();
    client.run("forward_backward", forwardBackward(model, 1));

    Map<String, @Nullable Object> result = client.run("optim_step", optimStep(model, 2));

    assertThat(map(result.get("metrics")).get("learning_rate")).isEqualTo(0.01);
    assertThat(map(result.get("metrics")).get("grad_norm")).isNotEqualTo(0.0);
  }

  @Test
  void protobufWithZstd_leavesTheSameWeightsAsJson() throws Exception {
    String first = client.createModel();
    client.train(first, 1);
    String second = client.createModel();

    byte[] body = BinaryPass.request(second, 1, false).toByteArray();
    HttpResponse<byte[]> submitted = client.tryPostProtobuf(Zstd.compress(body), "zstd");
    String requestId = text(ok(submitted), "request_id");
    client.run("optim_step", optimStep(second, 2));
    HttpResponse<byte[]> result = client.retrieveBinary(requestId);

    assertThat(result.headers().firstValue("content-type")).hasValue("application/x-protobuf");
    ForwardBackwardOutput output = ForwardBackwardOutput.parseFrom(result.body());
    ArrayRecord record = output.getLossFnOutputs(0);
    BatchedTensor logprobs = record.getFieldsOrThrow("logprobs");
    assertThat(record.getNumDatums()).isEqualTo(1);
    assertThat(logprobs.getData().size()).isEqualTo(20);
    assertThat(logprobs.getOffsets()).isEqualTo(BinaryPass.longs(0, 20));
    assertThat(logprobs.getDtype()).isEqualTo(DType.DTYPE_FLOAT32);
    assertThat(output.getMetricsMap()).containsKey("loss:sum");
    assertThat(server.weightsHash(second)).isEqualTo(server.weightsHash(first));
  }

  @Test
  void retrieve_binaryAskedForJsonOnlyResult_answersJson() {
    String model = client.createModel();
    String requestId = client.submit("optim_step", optimStep(model, 1));
    client.await(requestId);

    assertThat(ok(client.retrieveBinary(requestId))).containsKey("metrics");
  }

  @Test
  void protobufResults_off_answersJsonWhateverIsAccepted() {
    try (EmbeddedTinkerServer plain =
            EmbeddedTinkerServer.builder().protobufResults(false).start();
        WireClient plainClient = new WireClient(plain)) {
      String model = plainClient.createModel();
      String requestId = plainClient.submit("forward_backward", forwardBackward(model, 1));
      plainClient.await(requestId);

      assertThat(ok(plainClient.retrieveBinary(requestId))).containsKey("loss_fn_outputs");
    }
  }

  @Test
  void forwardOnly_inBothForms_leavesNoGradients() {
    String model = client.createModel();
    String untouched = client.createModel();

    client.await(
        text(
            ok(client.tryPostProtobuf(BinaryPass.request(model, 1, true).toByteArray(), null)),
            "request_id"));
    client.run(
        "forward", forwardBackward(model, 2).replace("forward_backward_input", "forward_input"));
    client.run("optim_step", optimStep(model, 3));

    assertThat(server.weightsHash(model)).isEqualTo(server.weightsHash(untouched));
    assertThat(server.ledger(model))
        .extracting(ExecutedOperation::kind)
        .containsExactly("forward", "forward", "optim_step");
  }

  @Test
  void ledger_tellsWhatWasAskedForAndInWhichOrder() {
    String one = client.createModel();
    String other = client.createModel();

    client.run("forward_backward", forwardBackward(one, 1));
    client.run("forward_backward", forwardBackward(other, 1));
    client.run("forward_backward", forwardBackward(one, 2).replace("0.5]", "0.25]"));

    assertThat(server.ledger(one).get(0).payloadHash())
        .matches("[0-9a-f]{64}")
        .isEqualTo(server.ledger(other).get(0).payloadHash())
        .isNotEqualTo(server.ledger(one).get(1).payloadHash());
    assertThat(server.ledger(one)).extracting(ExecutedOperation::order).containsExactly(0L, 2L);
    assertThat(server.ledger(other)).extracting(ExecutedOperation::order).containsExactly(1L);
  }

  @Test
  void sparseTwoDimensionalTargets_giveTheDenseResult() throws Exception {
    String model = client.createModel();
    String dense =
        """
        {"model_id":"%s","seq_id":1,"forward_input":{"loss_fn":"cross_entropy","data":[
          {"model_input":{"chunks":[{"type":"encoded_text","tokens":[97,98]}]},
           "loss_fn_inputs":{
             "target_tokens":{"data":[98,0,0,99],"dtype":"int64","shape":[2,2]},
             "weights":{"data":[0.5,0,0,2],"dtype":"float32","shape":[2,2]}}}]}}
        """
            .formatted(model);
    ForwardBackwardRequest sparse =
        ForwardBackwardRequest.newBuilder()
            .setModelId(model)
            .setSeqId(2)
            .setForwardOnly(true)
            .setLossFn("cross_entropy")
            .addData(
                Datum.newBuilder()
                    .addModelInput(BinaryPass.chunk(97, 98))
                    .putLossFnInputs(
                        "target_tokens",
                        BinaryPass.csr(BinaryPass.longs(98, 99), DType.DTYPE_INT64))
                    .putLossFnInputs(
                        "weights", BinaryPass.csr(BinaryPass.floats(0.5f, 2), DType.DTYPE_FLOAT32)))
            .build();

    Map<String, @Nullable Object> expected = client.run("forward", dense);
    String requestId = text(ok(client.tryPostProtobuf(sparse.toByteArray(), null)), "request_id");
    client.await(requestId);
    ForwardBackwardOutput output =
        ForwardBackwardOutput.parseFrom(client.retrieveBinary(requestId).body());

    assertThat(output.getMetricsMap().get("loss:sum")).isEqualTo(lossSum(expected));
    assertThat(output.getLossFnOutputs(0).getFieldsOrThrow("logprobs").getTrailingShapeList())
        .containsExactly(2L);
  }

  @Test
  void laterNumberFirst_waitsForTheGapAndThenRuns() {
    String model = client.createModel();

    String step = client.submit("optim_step", optimStep(model, 2));
    Map<String, @Nullable Object> early =
        client.post("retrieve_future", "{\"request_id\":\"%s\"}".formatted(step));
    client.run("forward_backward", forwardBackward(model, 1));
    Map<String, @Nullable Object> late = client.await(step);

    assertThat(early)
        .containsEntry("type", "try_again")
        .containsEntry("request_id", step)
        .containsEntry("queue_state", "active");
    assertThat(late).containsKey("metrics");
    assertThat(server.submissions(model)).containsExactly(2L, 1L);
    assertThat(server.ledger(model)).extracting(ExecutedOperation::seqId).containsExactly(1L, 2L);
  }

  @Test
  void resend_identical_answersTheFirstPromiseAndRunsOnce() {
    String model = client.createModel();

    String first = client.submit("forward_backward", forwardBackward(model, 1));
    String second = client.submit("forward_backward", forwardBackward(model, 1));
    client.await(first);

    assertThat(second).isEqualTo(first);
    assertThat(server.ledger(model)).hasSize(1);
    assertThat(server.submissions(model)).containsExactly(1L);
  }

  @Test
  void resend_differentUnderTheSameNumber_isConflict() {
    String model = client.createModel();
    client.submit("forward_backward", forwardBackward(model, 1));

    HttpResponse<byte[]> other =
        client.tryPost("forward_backward", forwardBackward(model, 1).replace("0.5", "0.25"));
    HttpResponse<byte[]> otherKind = client.tryPost("optim_step", optimStep(model, 1));

    assertThat(other.statusCode()).isEqualTo(409);
    assertThat(otherKind.statusCode()).isEqualTo(409);
  }

  @Test
  void createModel_again_answersTheFirstPromiseOrConflict() {
    String session = client.createSession();
    String request =
        """
        {"session_id":"%s","model_seq_id":0,"base_model":"tinker4j/tiny-bytes","lora_config":{"rank":4}}
        """
            .formatted(session);

    String first = client.submit("create_model", request);
    String second = client.submit("create_model", request);

    assertThat(second).isEqualTo(first);
    assertThat(client.tryPost("create_model", request.replace("4}", "8}")).statusCode())
        .isEqualTo(409);
    assertThat(client.await(first)).containsEntry("model_id", session + ":train:0");
  }

  @Test
  void tokenOutsideTheVocabulary_failsThePromiseAndTheModelGoesOn() {
    String model = client.createModel();

    Map<String, @Nullable Object> failed =
        client.await(
            client.submit(
                "forward_backward", forwardBackward(model, 1).replace("[104,", "[9999,")));

    assertThat(failed).containsEntry("category", "user");
    assertThat(text(failed, "error")).contains("data[0]", "9999");
    client.train(model, 2);
    assertThat(server.ledger(model)).hasSize(3);
  }

  @Test
  void unknownOrMissingLossInput_failsThePromise() {
    String model = client.createModel();

    String unknown =
        client.submit(
            "forward_backward", forwardBackward(model, 1).replace("\"weights\"", "\"mask\""));
    String missing =
        client.submit(
            "forward_backward", forwardBackward(model, 2).replace("cross_entropy", "ppo"));

    assertThat(text(client.await(unknown), "error")).contains("mask");
    assertThat(text(client.await(missing), "error")).contains("logprobs is missing");
  }

  @Test
  void imagePointer_countsItsExpectedTokens() {
    String model = client.createModel();
    String request =
        """
        {"model_id":"%s","seq_id":1,"forward_input":{"loss_fn":"cross_entropy","data":[
          {"model_input":{"chunks":[
            {"type":"image_asset_pointer","format":"png","location":"s3://x","expected_tokens":3},
            {"type":"encoded_text","tokens":[97]}]},
           "loss_fn_inputs":{"target_tokens":{"data":[0,0,97,98],"dtype":"int64"}}}]}}
        """
            .formatted(model);

    Map<String, @Nullable Object> result = client.run("forward", request);

    assertThat(lossSum(result)).isPositive();
  }

  @Test
  void twoServers_sameOperations_sameHash() {
    String model = client.createModel();
    client.train(model, 1);

    try (EmbeddedTinkerServer other = EmbeddedTinkerServer.start();
        WireClient otherClient = new WireClient(other)) {
      String otherModel = otherClient.createModel();
      otherClient.train(otherModel, 1);

      assertThat(other.weightsHash(otherModel)).isEqualTo(server.weightsHash(model));
      assertThat(other.ledger(otherModel)).isEqualTo(server.ledger(model));
    }
  }

  @Test
  void largeResult_metadataAllowed_isAnnouncedFirst() {
    try (EmbeddedTinkerServer small = EmbeddedTinkerServer.builder().metadataThreshold(50).start();
        WireClient smallClient = new WireClient(small)) {
      String model = smallClient.createModel();
      String requestId = smallClient.submit("forward_backward", forwardBackward(model, 1));
      Map<String, @Nullable Object> full = smallClient.await(requestId);

      Map<String, @Nullable Object> announced =
          smallClient.post(
              "retrieve_future",
              "{\"request_id\":\"%s\",\"allow_metadata_only\":true}".formatted(requestId));

      assertThat(announced).containsEntry("status", "complete_metadata");
      assertThat(announced).extractingByKey("response_payload_size").isInstanceOf(Integer.class);
      assertThat(full).containsKey("metrics");
    }
  }

  @Test
  void unload_endsTheModelAndFailsWhatWaits() {
    String model = client.createModel();
    String waiting = client.submit("optim_step", optimStep(model, 2));

    String request = "{\"model_id\":\"%s\"}".formatted(model);
    Map<String, @Nullable Object> unloaded = client.run("unload_model", request);

    assertThat(unloaded).containsEntry("model_id", model);
    assertThat(text(client.await(waiting), "error")).contains("unloaded");
    assertThat(client.tryPost("get_info", request).statusCode()).isEqualTo(404);
    assertThat(client.tryPost("optim_step", optimStep(model, 1)).statusCode()).isEqualTo(404);
  }

  @Test
  void weightsHash_unknownModel_saysSo() {
    assertThatThrownBy(() -> server.weightsHash("nobody"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nobody");
  }
}
