package io.tinker4j.training;

import static io.tinker4j.testkit.fault.RequestMatcher.operation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.testkit.Personality;
import io.tinker4j.testkit.RefusedNumbers;
import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.CredentialSource;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.ClientConfigResponse;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import io.tinker4j.types.SaveWeightsResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A refused operation ends alone: the model lives, and its client goes on. */
@Timeout(60)
class DefiniteRefusalTest {
  private static final List<Datum> DATA = List.of(Datum.supervised(104, 101, 108, 108, 111));
  private static final AdamParams ADAM = AdamParams.builder().learningRate(0.01).build();
  private static final LossFunction LOSS = LossFunction.CROSS_ENTROPY;

  /** Everyday slips: those that this client sees, and those that only the server sees. */
  private static Map<String, Function<TrainingClient, CompletableFuture<?>>> slips() {
    Map<String, Function<TrainingClient, CompletableFuture<?>>> slips = new LinkedHashMap<>();
    slips.put("a space in a name", client -> client.saveState("step 10"));
    slips.put("a colon in a name", client -> client.saveState("step:10"));
    slips.put("an accent in a name", client -> client.saveWeightsForSampler("modèle"));
    slips.put("an empty name", client -> client.saveState(""));
    slips.put(
        "a short-lived export",
        client ->
            client.saveWeightsExternal(
                "x", SaveOptions.builder().ttl(Duration.ofSeconds(60)).build(), List.of()));
    slips.put(
        "a sampler loaded for training",
        client -> client.loadState("tinker://run/sampler_weights/x"));
    slips.put("a garbled path", client -> client.loadState("checkpoint-3"));
    slips.put("an unknown path", client -> client.loadState("tinker://run/weights/x"));
    slips.put("an unknown name", client -> client.loadState("tinker://" + client.modelId() + "/x"));
    slips.put("no data", client -> client.forwardBackward(List.of(), LOSS));
    slips.put(
        "a negative token",
        client -> client.forwardBackward(List.of(Datum.supervised(1, -1, 2)), LOSS));
    slips.put(
        "a typo in the loss",
        client -> client.forwardBackward(DATA, LossFunction.of("cros_entropy")));
    slips.put(
        "a typo in the loss that only the server sees",
        client -> client.forwardBackward(DATA, LossFunction.unchecked("cros_entropy")));
    slips.put(
        "a typo in a loss setting",
        client -> client.forwardBackward(DATA, LossFunction.PPO.with("clip_low", 0.8)));
    slips.put("no name of an optimizer", client -> client.optimStep(Map.of("lr", 0.1)));
    slips.put("another optimizer", client -> client.optimStep(Map.of("type", "muon", "lr", 0.1)));
    slips.put(
        "a body that is too large",
        client ->
            client.forwardBackward(
                Collections.nCopies(1000, Datum.supervised(new int[200])), LOSS));
    return slips;
  }

  static Stream<Arguments> slipsOnServersOfBothKinds() {
    return slips().entrySet().stream()
        .flatMap(slip ->
            Stream.of(RefusedNumbers.values())
                .map(numbers -> Arguments.of(slip.getKey(), numbers, slip.getValue())));
  }

  private static EmbeddedTinkerServer.Builder server(RefusedNumbers refusedNumbers) {
    return EmbeddedTinkerServer.builder()
        .refusedNumbers(refusedNumbers)
        .maxRequestBytes(100_000)
        .holdTime(Duration.ofMillis(50));
  }

  private static ServiceClient.Builder client(EmbeddedTinkerServer server) {
    return ServiceClient.builder().baseUrl(server.baseUrl().toString()).apiKey("tml-test");
  }

  private static TrainingClient model(ServiceClient service) {
    return service.createLoraTrainingClient("tinker4j/nano-bytes");
  }

  private static void step(TrainingClient client) {
    CompletableFuture<?> pass = client.forwardBackward(DATA, LOSS);
    client.optimStep(ADAM).join();
    pass.join();
  }

  @ParameterizedTest(name = "{0}, number {1}")
  @MethodSource("slipsOnServersOfBothKinds")
  void saveState_afterASlip_savesTheLiveModel(
      String slip, RefusedNumbers numbers, Function<TrainingClient, CompletableFuture<?>> call) {
    try (EmbeddedTinkerServer server = server(numbers).start();
        ServiceClient service = client(server).build()) {
      TrainingClient client = model(service);
      step(client);

      assertThat(catchThrowable(() -> call.apply(client).join()))
          .as("refused, and by the future")
          .isInstanceOf(CompletionException.class);

      assertThat(client.saveState("rescue").join().path()).endsWith("/weights/rescue");
      step(client);
      assertThat(server.ledger(client.modelId())).hasSize(5);
    }
  }

  @Test
  void call_refusedHere_failsByTheFutureAndSendsNothing() {
    List<String> local =
        List.of(
            "a space in a name",
            "a colon in a name",
            "an accent in a name",
            "an empty name",
            "a short-lived export",
            "a sampler loaded for training",
            "a garbled path",
            "no data",
            "a negative token",
            "a typo in the loss",
            "a typo in a loss setting",
            "no name of an optimizer");
    try (EmbeddedTinkerServer server = server(RefusedNumbers.USED).start();
        ServiceClient service = client(server).build()) {
      TrainingClient client = model(service);
      int before = server.requests().size();

      for (String slip : local) {
        assertThatThrownBy(() -> Objects.requireNonNull(slips().get(slip)).apply(client).join())
            .as(slip)
            .cause()
            .isInstanceOf(IllegalArgumentException.class);
      }

      assertThat(server.requests().subList(before, server.requests().size()))
          .noneMatch(request ->
              request.operation().startsWith("save")
                  || request.operation().startsWith("load")
                  || request.operation().startsWith("forward")
                  || request.operation().startsWith("optim"));
    }
  }

  @ParameterizedTest
  @EnumSource(RefusedNumbers.class)
  void optimStep_queuedBehindARefusedPass_isNotApplied(RefusedNumbers numbers) {
    try (EmbeddedTinkerServer server = server(numbers).start();
        ServiceClient service = client(server).build()) {
      TrainingClient client = model(service);
      for (LossFunction typo : List.of(LossFunction.of("typo"), LossFunction.unchecked("typo"))) {
        CompletableFuture<?> pass = client.forwardBackward(DATA, typo);
        CompletableFuture<?> update = client.optimStep(ADAM);

        assertThatThrownBy(update::join)
            .cause()
            .isInstanceOfSatisfying(
                TrainingHaltedException.class, halted -> assertThat(halted.isFinal()).isFalse());
        assertThatThrownBy(pass::join).isInstanceOf(CompletionException.class);
      }

      assertThat(server.ledger(client.modelId())).isEmpty();
      step(client);
      assertThat(server.ledger(client.modelId())).hasSize(2);
    }
  }

  @ParameterizedTest
  @EnumSource(RefusedNumbers.class)
  void passes_ofSeveralChunksAfterARefusedOne_takeTheirNumbers(RefusedNumbers numbers) {
    try (EmbeddedTinkerServer server =
            server(numbers)
                .clientConfig(
                    ClientConfigResponse.builder()
                        .fwdbwdMaxChunkLen(1)
                        .parallelFwdbwdChunks(true)
                        .build())
                .start();
        ServiceClient service = client(server).build()) {
      TrainingClient client = model(service);
      List<Datum> three = Collections.nCopies(3, DATA.get(0));
      assertThatThrownBy(() -> client.forwardBackward(three, LossFunction.unchecked("typo")).join())
          .cause()
          .isInstanceOf(ApiStatusException.class);

      for (int i = 0; i < 3; i++) {
        client.forwardBackward(three, LOSS).join();
        client.optimStep(ADAM).join();
      }

      assertThat(server.ledger(client.modelId())).hasSize(12);
    }
  }

  @ParameterizedTest
  @EnumSource(RefusedNumbers.class)
  void operations_withRefusedOnesAmongThem_areCarriedOutOnceEachInOrder(RefusedNumbers numbers) {
    try (EmbeddedTinkerServer server = server(numbers).start();
        ServiceClient service = client(server).build()) {
      TrainingClient client = model(service);
      List<String> expected = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        client.forwardBackward(DATA, LOSS).join();
        expected.add("forward_backward");
        for (int slips = 0; slips < i % 4; slips++) {
          assertThatThrownBy(() -> client.loadState("tinker://run/weights/x").join())
              .isInstanceOf(CompletionException.class);
        }
        client.optimStep(ADAM).join();
        expected.add("optim_step");
      }

      assertThat(server.ledger(client.modelId()))
          .extracting(each -> each.kind())
          .isEqualTo(expected);
    }
  }

  @Test
  void saveState_ofATakenNameOnSkyrl_endsAlone() {
    try (EmbeddedTinkerServer server =
            EmbeddedTinkerServer.builder().personality(Personality.SKYRL).start();
        ServiceClient service = client(server).build()) {
      TrainingClient client = model(service);
      String path = client.saveState("a").join().path();

      assertThatThrownBy(() -> client.saveState("a").join())
          .cause()
          .isInstanceOf(ApiStatusException.class)
          .hasMessageContaining("409");
      assertThatThrownBy(() -> client.loadState(path).join()).hasMessageContaining("not permitted");

      step(client);
      assertThat(client.saveState("b").join().path()).contains("b");
    }
  }

  @Test
  void optimStep_refusedWith409AtTheFirstTry_endsAlone() {
    try (EmbeddedTinkerServer server =
            EmbeddedTinkerServer.builder()
                .faults(FaultScript.of(Fault.on(operation("optim_step")).nth(1).answer(409)))
                .start();
        ServiceClient service = client(server).build()) {
      TrainingClient client = model(service);
      client.forwardBackward(DATA, LOSS).join();

      client.optimStep(ADAM).handle((response, failure) -> failure).join();

      assertThat(client.saveState("rescue").join().path()).endsWith("/weights/rescue");
    }
  }

  @Test
  void attachTrainingClient_afterAHalt_savesTheModelAndGoesOn() {
    try (EmbeddedTinkerServer server = server(RefusedNumbers.USED).start();
        TamperingTransport transport = new TamperingTransport();
        ServiceClient service = client(server).transport(transport).build()) {
      TrainingClient client = model(service);
      step(client);
      transport.spoilAnswers("optim_step");
      assertThatThrownBy(() -> client.optimStep(ADAM).join())
          .isInstanceOf(CompletionException.class);
      assertThatThrownBy(() -> client.saveState("rescue").join())
          .cause()
          .isInstanceOfSatisfying(
              TrainingHaltedException.class, halted -> assertThat(halted.isFinal()).isTrue());
      transport.release("optim_step");

      TrainingClient rescuer = service.attachTrainingClient(client.modelId());

      assertThat(rescuer.saveState("rescue").join().path()).endsWith("/weights/rescue");
      step(rescuer);
      assertThat(server.ledger(client.modelId()))
          .extracting(each -> each.kind())
          .containsExactly(
              "forward_backward",
              "optim_step",
              "optim_step",
              "save_weights",
              "forward_backward",
              "optim_step");
    }
  }

  @ParameterizedTest
  @EnumSource(RefusedNumbers.class)
  void attachTrainingClient_fromAnotherProcess_findsItsPlaceBeforeItsFirstOperation(
      RefusedNumbers numbers) {
    try (EmbeddedTinkerServer server = server(numbers).start();
        ServiceClient first = client(server).build();
        ServiceClient second = client(server).build()) {
      TrainingClient client = model(first);
      for (int i = 0; i < 5; i++) {
        step(client);
      }

      TrainingClient rescuer = second.attachTrainingClient(client.modelId());

      step(rescuer);
      assertThat(rescuer.saveState("rescue").join().path()).endsWith("/weights/rescue");
      assertThat(kinds(server, client))
          .filteredOn(kind -> !kind.equals("forward"))
          .hasSize(13)
          .endsWith("forward_backward", "optim_step", "save_weights");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void attachTrainingClient_savesUnderANameThatWasUsed_doesNotTakeTheOldCheckpointForIt(
      boolean overwrite) {
    SaveOptions options = SaveOptions.builder().overwrite(overwrite).build();
    try (EmbeddedTinkerServer server = server(RefusedNumbers.USED).start();
        ServiceClient first = client(server).build();
        ServiceClient second = client(server).build()) {
      TrainingClient client = model(first);
      client.saveState("rescue", options).join();
      step(client);
      String live = server.weightsHash(client.modelId());

      TrainingClient rescuer = second.attachTrainingClient(client.modelId());
      CompletableFuture<SaveWeightsResponse> save = rescuer.saveState("rescue", options);

      if (overwrite) {
        String path = save.join().path();
        TrainingClient restored = second.createTrainingClientFromStateWithOptimizer(path);
        assertThat(server.weightsHash(restored.modelId())).isEqualTo(live);
      } else {
        assertThatThrownBy(save::join).cause().isInstanceOf(RequestFailedException.class);
        assertThat(rescuer.saveState("rescue-2").join().path()).endsWith("/weights/rescue-2");
      }
    }
  }

  static Stream<Arguments> callsThatCannotBeSent() {
    Map<String, Function<TrainingClient, CompletableFuture<?>>> calls = new LinkedHashMap<>();
    calls.put(
        "a learning rate that is not a number",
        client -> client.optimStep(Map.of("type", "adam", "learning_rate", Double.NaN)));
    calls.put(
        "a setting that is no JSON",
        client -> client.optimStep(Map.of("type", "adam", "x", new Object())));
    calls.put(
        "a loss setting that is not a number",
        client -> client.forwardBackward(DATA, LossFunction.ppo(Double.NaN, 1.2)));
    calls.put(
        "a setting of an unchecked loss that is not a number",
        client ->
            client.forwardBackward(
                DATA, LossFunction.unchecked("ppo").with("clip_low_threshold", Double.NaN)));
    return calls.entrySet().stream().map(call -> Arguments.of(call.getKey(), call.getValue()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("callsThatCannotBeSent")
  void saveState_afterACallThatCannotBeSent_savesTheLiveModel(
      String name, Function<TrainingClient, CompletableFuture<?>> call) {
    try (EmbeddedTinkerServer server = server(RefusedNumbers.USED).start();
        ServiceClient service = client(server).build()) {
      TrainingClient client = model(service);
      step(client);

      assertThat(catchThrowable(() -> call.apply(client).join()))
          .isInstanceOf(CompletionException.class);

      assertThat(client.saveState("rescue").join().path()).endsWith("/weights/rescue");
      assertThat(server.ledger(client.modelId())).hasSize(3);
    }
  }

  @Test
  void saveState_afterTheCredentialSourceThrew_savesTheLiveModel() {
    AtomicBoolean sealed = new AtomicBoolean();
    CredentialSource vault =
        () -> {
          if (sealed.getAndSet(false)) {
            throw new IllegalStateException("the vault is sealed");
          }
          return "tml-test";
        };
    try (EmbeddedTinkerServer server = server(RefusedNumbers.USED).start();
        ServiceClient service = client(server).credentials(vault).build()) {
      TrainingClient client = model(service);
      step(client);
      sealed.set(true);

      assertThatThrownBy(client.forwardBackward(DATA, LOSS)::join)
          .cause()
          .isInstanceOf(CredentialSource.UnavailableException.class)
          .hasMessageContaining("java.lang.IllegalStateException")
          .hasMessageNotContaining("sealed");

      assertThat(client.saveState("rescue").join().path()).endsWith("/weights/rescue");
    }
  }

  private static List<String> kinds(EmbeddedTinkerServer server, TrainingClient client) {
    return server.ledger(client.modelId()).stream().map(each -> each.kind()).toList();
  }
}
