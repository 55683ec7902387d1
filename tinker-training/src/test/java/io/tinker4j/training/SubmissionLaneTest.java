package io.tinker4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.tinker4j.training.SubmissionLane.Effect;
import io.tinker4j.training.SubmissionLane.Turn;
import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.TinkerException;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.client.CallOptions;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.wire.OptimStepRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

// readiness: B4
class SubmissionLaneTest {
  private final SubmissionLane lane = new SubmissionLane("m", 1);
  private boolean isSeen;

  private Turn reserve(Effect effect) {
    return lane.reserve(effect, () -> isSeen);
  }

  private long sent(Turn turn) throws Exception {
    return turn.<Long>take(place -> place.send(number -> number));
  }

  /** What the transport throws when a server answers so. */
  static TinkerException answer(int status, String detail) {
    FakeService fake = new FakeService();
    fake.on("optim_step", call -> FakeService.json(status, Map.of("detail", detail)));
    return failure(fake);
  }

  static TinkerException lost() {
    FakeService fake = new FakeService();
    fake.on(
        "optim_step",
        call -> {
          throw new IOException("connection reset");
        });
    return failure(fake);
  }

  /** Requests that take so many numbers. */
  private static SubmissionLane.Numbered<Long> numbers(int count) {
    return new SubmissionLane.Numbered<>() {
      @Override
      public int count() {
        return count;
      }

      @Override
      public Long send(long firstNumber) {
        return firstNumber;
      }
    };
  }

  private static TinkerException failure(FakeService fake) {
    try (ApiClient api = FakeService.api(fake)) {
      OptimStepRequest request =
          OptimStepRequest.builder()
              .modelId("m")
              .seqId(1)
              .adamParams(AdamParams.builder().build())
              .build();
      return (TinkerException)
          catchThrowable(() ->
              api.call(
                  Operations.OPTIM_STEP, request, CallOptions.builder().maxRetries(0).build()));
    }
  }

  private static void refuse(Turn turn, TinkerException refusal) {
    assertThatThrownBy(() ->
            turn.take(place ->
                place.send(number -> {
                  throw refusal;
                })))
        .isSameAs(refusal);
  }

  @Property(tries = 200)
  void take_anyStartOrder_submitsInSequenceWithoutGaps(
      @ForAll List<@IntRange(min = 1, max = 4) Integer> counts, @ForAll long seed)
      throws Exception {
    SubmissionLane lane = new SubmissionLane("m", 1);
    List<Turn> turns =
        counts.stream().map(count -> lane.reserve(Effect.GRADIENT, () -> true)).toList();
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < turns.size(); i++) {
      order.add(i);
    }
    Collections.shuffle(order, new Random(seed));

    List<Long> submitted = Collections.synchronizedList(new ArrayList<>());
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Boolean>> running = new ArrayList<>();
      for (int i : order) {
        Callable<Boolean> take =
            () -> turns.get(i).take(turn -> submitted.add(turn.send(numbers(counts.get(i)))));
        running.add(threads.submit(take));
      }
      for (Future<Boolean> future : running) {
        assertThat(future.get()).isTrue();
      }
    }

    long next = 1;
    for (int i = 0; i < turns.size(); i++) {
      assertThat(submitted.get(i)).isEqualTo(next);
      next += counts.get(i);
    }
  }

  @ParameterizedTest
  @EnumSource(Effect.class)
  void take_fateUnknown_haltsWaitingAndLaterTurnsWithTheFirstCause(Effect effect) {
    Turn first = reserve(effect);
    Turn second = reserve(Effect.NONE);
    TinkerException cause = lost();

    refuse(first, cause);

    assertThatThrownBy(() -> sent(second))
        .isInstanceOfSatisfying(
            TrainingHaltedException.class, halted -> assertThat(halted.isFinal()).isTrue())
        .hasCause(cause)
        .hasMessageContaining("connection reset");
    assertThatThrownBy(() -> reserve(Effect.NONE))
        .isInstanceOf(TrainingHaltedException.class)
        .hasCause(cause);
  }

  @ParameterizedTest
  @EnumSource(
      value = Effect.class,
      names = {"GRADIENT", "STEP", "STATE"})
  void take_changeRefused_failsWhatWasReservedBehindItAndGoesOnWithTheNumber(Effect effect)
      throws Exception {
    Turn refused = reserve(effect);
    Turn behind = reserve(Effect.STEP);
    TinkerException refusal = answer(422, "no such loss");

    refuse(refused, refusal);

    assertThatThrownBy(() -> sent(behind))
        .isInstanceOfSatisfying(
            TrainingHaltedException.class, halted -> assertThat(halted.isFinal()).isFalse())
        .hasCause(refusal);
    assertThat(sent(reserve(Effect.STEP))).isEqualTo(1);
  }

  @Test
  void take_readRefused_letsWhatWasReservedBehindItGoOn() throws Exception {
    Turn refused = reserve(Effect.NONE);
    Turn behind = reserve(Effect.STEP);

    refuse(refused, answer(400, "bad name"));

    assertThat(sent(behind)).isEqualTo(1);
  }

  @Test
  void reserve_stepBehindARefusedPassNotLookedAt_failsOnce() throws Exception {
    TinkerException refusal = answer(422, "no such loss");
    refuse(reserve(Effect.GRADIENT), refusal);
    assertThat(sent(reserve(Effect.NONE))).isEqualTo(1);

    assertThatThrownBy(() -> reserve(Effect.STEP))
        .isInstanceOf(TrainingHaltedException.class)
        .hasCause(refusal);
    assertThat(sent(reserve(Effect.STEP))).isEqualTo(2);
  }

  @Test
  void reserve_nextStepBehindARefusedStepNotLookedAt_failsWithItsPassOnce() throws Exception {
    TinkerException refusal = answer(400, "no such optimizer");
    refuse(reserve(Effect.STEP), refusal);

    assertThatThrownBy(() -> reserve(Effect.GRADIENT)).hasCause(refusal);
    assertThatThrownBy(() -> reserve(Effect.STEP)).hasCause(refusal);
    assertThat(sent(reserve(Effect.GRADIENT))).isEqualTo(1);
    assertThat(sent(reserve(Effect.STEP))).isEqualTo(2);
  }

  @Test
  void reserve_loadBehindARefusedPass_countsOnNothing() throws Exception {
    refuse(reserve(Effect.GRADIENT), answer(422, "no such loss"));

    assertThat(sent(reserve(Effect.STATE))).isEqualTo(1);
    assertThat(sent(reserve(Effect.STEP))).isEqualTo(2);
  }

  @Test
  void reserve_stepBehindARefusedPassThatWasLookedAt_goesOn() throws Exception {
    refuse(reserve(Effect.GRADIENT), answer(422, "no such loss"));
    isSeen = true;

    assertThat(sent(reserve(Effect.STEP))).isEqualTo(1);
  }

  @Test
  void send_refusedNumberCountsAsUsed_triesTheNextOne() throws Exception {
    refuse(reserve(Effect.NONE), answer(400, "bad name"));
    List<Long> tried = new ArrayList<>();

    long taken =
        reserve(Effect.NONE)
            .<Long>take(turn ->
                turn.send(number -> {
                  tried.add(number);
                  if (number == 1) {
                    throw answer(409, "seq_id 1 belongs to another request");
                  }
                  return number;
                }));

    assertThat(taken).isEqualTo(2);
    assertThat(tried).containsExactly(1L, 2L);
    assertThat(sent(reserve(Effect.NONE))).isEqualTo(3);
  }

  @Test
  void send_answerToTheRefusedNumberComesAgain_triesTheNextOne() throws Exception {
    refuse(reserve(Effect.NONE), answer(400, "bad name"));

    long taken =
        reserve(Effect.NONE)
            .<Long>take(turn ->
                turn.send(number -> {
                  if (number == 1) {
                    throw answer(400, "bad name");
                  }
                  return number;
                }));

    assertThat(taken).isEqualTo(2);
  }

  @Test
  void send_conflictUnderAFreshNumber_isTheOperations() throws Exception {
    List<Long> tried = new ArrayList<>();
    TinkerException conflict = answer(409, "the name is taken");

    assertThatThrownBy(() ->
            reserve(Effect.NONE)
                .take(turn ->
                    turn.send(number -> {
                      tried.add(number);
                      throw conflict;
                    })))
        .isSameAs(conflict);

    assertThat(tried).containsExactly(1L);
    assertThat(sent(reserve(Effect.NONE))).isEqualTo(1);
  }

  @Test
  void isCertain_afterARefusal_isFalseUntilTheNumberIsPassed() throws Exception {
    Turn refused = reserve(Effect.NONE);
    refuse(refused, answer(400, "bad name"));
    assertThat(refused.isCertain()).isFalse();

    Turn next = reserve(Effect.NONE);
    sent(next);

    assertThat(next.isCertain()).isTrue();
  }

  @Test
  void usable_afterAHalt_goesOnWithTheNumberInDoubt() throws Exception {
    sent(reserve(Effect.NONE));
    refuse(reserve(Effect.NONE), lost());

    SubmissionLane after = lane.usable();

    assertThat(after).isNotSameAs(lane);
    assertThat(after.usable()).isSameAs(after);
    Turn rescue = after.reserve(Effect.NONE, () -> true);
    assertThat(rescue.isCertain()).isFalse();
    assertThat(sent(rescue)).isEqualTo(2);
  }

  @Test
  void send_modelOfUnknownPast_findsTheFirstFreeNumber() throws Exception {
    List<Long> probed = new ArrayList<>();
    SubmissionLane unknown =
        SubmissionLane.ofUnknown(
            "m",
            1,
            number -> {
              probed.add(number);
              if (number < 40) {
                throw answer(409, "used");
              }
              return number;
            });

    long taken = unknown.reserve(Effect.STEP, () -> true).<Long>take(turn -> turn.send(n -> n));

    assertThat(probed).hasSize(40).last().isEqualTo(40L);
    assertThat(taken).isEqualTo(41);
  }

  @Test
  void take_userCodeFails_failsOnlyThoseThatCountedOnItAndLeavesNoGap() throws Exception {
    lane.reserve(Effect.GRADIENT, () -> true).take(turn -> turn.send(numbers(2)));
    Turn custom = reserve(Effect.GRADIENT);
    Turn behind = reserve(Effect.NONE);
    IllegalStateException cause = new IllegalStateException("the user's loss threw");

    assertThatThrownBy(() ->
            custom.take(turn -> {
              turn.send(number -> number);
              return turn.callUser(() -> {
                throw cause;
              });
            }))
        .isSameAs(cause);

    assertThatThrownBy(() -> sent(behind))
        .isInstanceOf(TrainingHaltedException.class)
        .hasCause(cause);
    assertThat(sent(reserve(Effect.NONE))).isEqualTo(4);
  }

  @Test
  void reserve_fromUserCodeOfTheSameModel_throwsInsteadOfWaitingForItself() throws Exception {
    reserve(Effect.GRADIENT)
        .take(turn ->
            turn.callUser(() ->
                assertThatThrownBy(() -> reserve(Effect.NONE))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("custom loss")));
  }

  @Test
  void callUser_value_isHandedOn() throws Exception {
    assertThat(reserve(Effect.GRADIENT).<String>take(turn -> turn.callUser(() -> "weights")))
        .isEqualTo("weights");
  }

  @Test
  void reserveAnyhow_haltedLane_comesInItsTurn() throws Exception {
    lane.halt(new IOException("gone"));

    assertThat(sent(lane.reserveAnyhow())).isEqualTo(1);
    assertThatThrownBy(() -> reserve(Effect.NONE)).isInstanceOf(TrainingHaltedException.class);
  }

  @Test
  void reserveAnyhow_fromUserCodeOfTheSameModel_throws() throws Exception {
    reserve(Effect.GRADIENT)
        .take(turn ->
            turn.callUser(() ->
                assertThatThrownBy(lane::reserveAnyhow)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("custom loss")));
  }

  @Test
  void abandon_turnThatCannotBegin_failsWhatCountsOnItAndLetsTheNextIn() throws Exception {
    Turn abandoned = reserve(Effect.GRADIENT);
    Turn step = reserve(Effect.STEP);
    IllegalStateException cause = new IllegalStateException("no thread");

    abandoned.abandon(cause);

    assertThatThrownBy(() -> sent(step))
        .isInstanceOf(TrainingHaltedException.class)
        .hasCause(cause);
    assertThat(sent(reserve(Effect.NONE))).isEqualTo(1);
  }

  @Test
  void failedWith_saysWhetherAStepBehindWasSent() throws Exception {
    Turn step = reserve(Effect.STEP);
    Turn pass = reserve(Effect.GRADIENT);
    sent(step);
    sent(pass);
    List<Boolean> stepped = new ArrayList<>();

    pass.failedWith(isSent -> noted(stepped, isSent));
    sent(reserve(Effect.NONE));
    pass.failedWith(isSent -> noted(stepped, isSent));
    sent(reserve(Effect.STEP));
    pass.failedWith(isSent -> noted(stepped, isSent));

    assertThat(stepped).containsExactly(false, false, true);
  }

  private static Exception noted(List<Boolean> stepped, boolean isSent) {
    stepped.add(isSent);
    return new IOException("of unknown fate");
  }

  @Test
  void failedWith_operationThatTheServerFailed_failsTheStepBehindIt() throws Exception {
    Turn pass = reserve(Effect.GRADIENT);
    Turn step = reserve(Effect.STEP);
    sent(pass);
    RequestFailedException failure =
        new RequestFailedException(
            "ForwardBackward", "req-1", "bad data", RequestFailedException.Category.USER);

    assertThat(pass.failedWith(isSent -> failure)).isSameAs(failure);

    assertThatThrownBy(() -> sent(step))
        .isInstanceOf(TrainingHaltedException.class)
        .hasCause(failure);
  }

  @Test
  void failedWith_expiredPromise_failsTheStepBehindIt() throws Exception {
    Turn pass = reserve(Effect.GRADIENT);
    Turn step = reserve(Effect.STEP);
    sent(pass);
    PromiseExpiredException failure =
        new PromiseExpiredException(
            "ForwardBackward", "req-1", (ApiStatusException) answer(410, "gone"));

    assertThat(pass.failedWith(isSent -> failure)).isSameAs(failure);

    assertThatThrownBy(() -> sent(step)).hasCause(failure);
  }

  @Test
  void failedWith_fateUnknown_letsTheStepBehindItGoOn() throws Exception {
    Turn pass = reserve(Effect.GRADIENT);
    Turn step = reserve(Effect.STEP);
    sent(pass);

    pass.failedWith(isSent -> new IOException("the caller stopped waiting"));

    assertThat(sent(step)).isEqualTo(2);
  }

  @Test
  void send_modelOfUnknownPast_mayMeetMoreUsedNumbersBehindTheFirstFreeOne() throws Exception {
    SubmissionLane unknown = SubmissionLane.ofUnknown("m", 1, number -> number);
    unknown.reserve(Effect.NONE, () -> true).take(turn -> turn.send(number -> number));

    long taken =
        unknown
            .reserve(Effect.NONE, () -> true)
            .<Long>take(turn ->
                turn.send(number -> {
                  if (number < 50) {
                    throw answer(409, "used");
                  }
                  return number;
                }));

    assertThat(taken).isEqualTo(50);
  }
}
