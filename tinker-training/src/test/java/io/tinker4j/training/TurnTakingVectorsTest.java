package io.tinker4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import io.tinker4j.types.proto.ForwardBackwardRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The order in which submissions reach the server: vector 331. What follows a submission that was
 * refused for good is meant to differ: in the reference client it hangs or runs as if nothing had
 * happened; here it fails at once with the first cause. The custom loss is in {@link
 * CustomLossVectorsTest}.
 */
// readiness: B2, B4, B5
class TurnTakingVectorsTest {
  private static final LossFunction LOSS = LossFunction.CROSS_ENTROPY;

  @TestFactory
  Stream<DynamicTest> v331_turnTaking() throws IOException {
    List<Map<String, @Nullable Object>> cases = Golden.cases("331-turn-taking");
    assertThat(cases).hasSize(7);
    return cases.stream()
        .filter(each -> !Golden.text(each, "case").startsWith("custom loss"))
        .map(each -> dynamicTest(Golden.text(each, "case"), () -> check(each)));
  }

  private static void check(Map<String, @Nullable Object> vector) {
    boolean parallel = Golden.text(vector, "case").endsWith("parallel=True");
    FakeService server = new FakeService();
    server.on(
        "client/config",
        call ->
            FakeService.json(
                200, Map.of("fwdbwd_max_chunk_len", 2, "parallel_fwdbwd_chunks", parallel)));
    try (ServiceClient service = server.client().build()) {
      TrainingClient training = service.createLoraTrainingClient("base");
      if (vector.containsKey("arrivals")) {
        checkArrivals(vector, server, training, parallel);
      } else {
        int refused =
            Integer.parseInt(Golden.text(vector, "case").replaceAll(".*; seq (\\d).*", "$1"));
        checkRefusal(server, training, refused, parallel);
      }
    }
  }

  private static void checkArrivals(
      Map<String, @Nullable Object> vector,
      FakeService server,
      TrainingClient training,
      boolean parallel) {
    CompletableFuture<?> pass = training.forwardBackward(data(7), LOSS);
    CompletableFuture<?> step = training.optimStep(AdamParams.builder().build());
    CompletableFuture<?> forward = training.forward(data(1), LOSS);
    CompletableFuture.allOf(pass, step, forward, training.saveState("w")).join();

    List<Arrival> arrived = arrivals(server);
    List<Arrival> expected =
        Golden.<Map<String, @Nullable Object>>list(vector.get("arrivals")).stream()
            .map(TurnTakingVectorsTest::arrival)
            .toList();
    if (parallel) {
      assertThat(arrived.subList(0, 3)).containsExactlyInAnyOrderElementsOf(expected.subList(0, 3));
      assertThat(arrived.subList(3, 7)).isEqualTo(expected.subList(3, 7));
    } else {
      assertThat(arrived).isEqualTo(expected);
    }
  }

  private static void checkRefusal(
      FakeService server, TrainingClient training, long refused, boolean parallel) {
    server.on(
        "forward_backward",
        call ->
            PassBodies.seqId(call) == refused
                ? FakeService.json(422, Map.of("detail", "refused"))
                : FakeService.json(200, Map.of("request_id", "r")));
    CompletableFuture<?> pass = training.forwardBackward(data(5), LOSS);
    CompletableFuture<?> step = training.optimStep(AdamParams.builder().build());

    int before = refused == 1 ? (parallel ? 2 : 0) : parallel ? 1 : 2;
    assertThatThrownBy(pass::join)
        .cause()
        .satisfies(failure -> {
          if (before == 0) {
            assertThat(failure).isInstanceOf(ApiStatusException.class);
          } else {
            assertPartial(failure, before);
          }
        });
    assertThatThrownBy(step::join)
        .cause()
        .isInstanceOf(TrainingHaltedException.class)
        .hasRootCauseInstanceOf(ApiStatusException.class);
    assertThat(server.callsTo("optim_step")).isEmpty();
  }

  private static void assertPartial(Throwable failure, int accepted) {
    assertThat(failure)
        .isInstanceOfSatisfying(
            PartialSubmissionException.class,
            partial -> {
              assertThat(partial.accepted()).isEqualTo(accepted);
              assertThat(partial.requests()).isEqualTo(3);
            })
        .hasCauseInstanceOf(ApiStatusException.class)
        .hasMessageContaining(accepted + " of 3")
        .hasMessageContaining("refused");
  }

  private static List<Datum> data(int size) {
    return new ArrayList<>(Collections.nCopies(size, Datum.supervised(1, 2, 3)));
  }

  private record Arrival(String endpoint, long seqId, int datums, boolean forwardOnly) {}

  private static Arrival arrival(Map<String, @Nullable Object> expected) {
    return new Arrival(
        Golden.text(expected, "endpoint"),
        (long) Golden.number(expected, "seq_id"),
        expected.containsKey("datums") ? (int) Golden.number(expected, "datums") : 0,
        Boolean.TRUE.equals(expected.get("forward_only")));
  }

  private static Arrival arrival(ForwardBackwardRequest pass) {
    return new Arrival(
        "forward_backward", pass.getSeqId(), pass.getDataCount(), pass.getForwardOnly());
  }

  private static List<Arrival> arrivals(FakeService server) {
    return server.calls.stream()
        .filter(
            call -> List.of("forward_backward", "optim_step", "save_weights").contains(call.path()))
        .map(call ->
            call.path().equals("forward_backward")
                ? arrival(PassBodies.read(call))
                : new Arrival(call.path(), (long) Golden.number(call.json(), "seq_id"), 0, false))
        .toList();
  }
}
