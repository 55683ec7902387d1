package io.tinker4j.testkit.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** The order of operations under any interleaving. */
class OperationLaneTest {
  @Property(tries = 200)
  void operations_submittedByManyThreadsInAnyOrder_runOneByOneInTheirs(
      @ForAll @IntRange(min = 1, max = 60) int count, @ForAll long seed)
      throws InterruptedException {
    OperationLane lane = new OperationLane(Thread::startVirtualThread, 0);
    List<Long> numbers = new ArrayList<>(LongStream.range(0, count).boxed().toList());
    Collections.shuffle(numbers, new Random(seed));
    // A plain list: the lane's promise to run one operation after the other is what keeps it whole.
    List<Long> executed = new ArrayList<>();
    CountDownLatch finished = new CountDownLatch(count);

    for (long number : numbers) {
      Thread.startVirtualThread(() ->
          lane.submit(
              number,
              () -> {
                executed.add(number);
                finished.countDown();
              }));
    }

    assertThat(finished.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(executed).isSorted().hasSize(count);
  }

  @Test
  void finish_runsAfterWhatIsReadyAndDropsWhatIsBeyondAGap() {
    OperationLane lane = new OperationLane(Runnable::run, 0);
    List<String> executed = new ArrayList<>();
    lane.submit(2, () -> executed.add("2"));

    lane.submit(0, () -> executed.add("0"));
    lane.finish(() -> executed.add("last"));
    lane.submit(1, () -> executed.add("1"));

    assertThat(executed).containsExactly("0", "last", "1");
  }
}
