package io.tinker4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

// readiness: B4
class SubmissionLaneTest {
  @Property(tries = 200)
  void take_anyStartOrder_submitsInSequenceWithoutGaps(
      @ForAll List<@IntRange(min = 1, max = 4) Integer> counts, @ForAll long seed)
      throws Exception {
    SubmissionLane lane = new SubmissionLane("m", 1);
    List<SubmissionLane.Turn> turns = counts.stream().map(count -> lane.reserve()).toList();
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
            () -> turns.get(i).take(turn -> submitted.add(turn.numbers(counts.get(i))));
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

  @Test
  void take_submissionFails_haltsWaitingAndLaterTurnsWithTheFirstCause() {
    SubmissionLane lane = new SubmissionLane("m", 1);
    SubmissionLane.Turn first = lane.reserve();
    SubmissionLane.Turn second = lane.reserve();
    IllegalStateException cause = new IllegalStateException("refused for good");

    assertThatThrownBy(() ->
            first.take(turn -> {
              throw cause;
            }))
        .isSameAs(cause);

    assertThatThrownBy(() -> second.take(turn -> "sent"))
        .isInstanceOf(TrainingHaltedException.class)
        .hasCause(cause)
        .hasMessageContaining("refused for good");
    assertThatThrownBy(() -> lane.reserve())
        .isInstanceOf(TrainingHaltedException.class)
        .hasCause(cause);
  }

  @Test
  void take_failsBeforeAnythingWasSent_failsOnlyThoseThatCountedOnItAndLeavesNoGap()
      throws Exception {
    SubmissionLane lane = new SubmissionLane("m", 1);
    lane.reserve().take(turn -> turn.numbers(2));
    SubmissionLane.Turn custom = lane.reserve();
    SubmissionLane.Turn behind = lane.reserve();
    IllegalStateException cause = new IllegalStateException("the user's loss threw");

    assertThatThrownBy(() ->
            custom.take(turn -> {
              turn.numbers(1);
              turn.between(() -> {
                throw cause;
              });
              return turn.numbers(1);
            }))
        .isSameAs(cause);

    assertThatThrownBy(() -> behind.take(turn -> turn.numbers(1)))
        .isInstanceOf(TrainingHaltedException.class)
        .hasCause(cause);
    assertThat(lane.reserve().<Long>take(turn -> turn.numbers(1))).isEqualTo(4);
  }
}
