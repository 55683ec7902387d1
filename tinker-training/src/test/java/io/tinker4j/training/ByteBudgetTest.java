package io.tinker4j.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class ByteBudgetTest {
  @Test
  void acquire_nothingOverdrawn_admitsAnySize() throws Exception {
    ByteBudget budget = new ByteBudget(10);

    try (ByteBudget.Lease lease = budget.acquire(1000)) {
      assertThat(budget.available()).isEqualTo(-990);
    }
    assertThat(budget.available()).isEqualTo(10);
  }

  @Test
  void acquire_overdrawn_waitsForARelease() throws Exception {
    ByteBudget budget = new ByteBudget(10);
    ByteBudget.Lease a = budget.acquire(6);
    ByteBudget.Lease b = budget.acquire(7);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<Long> third =
          () -> {
            try (ByteBudget.Lease lease = budget.acquire(1)) {
              return budget.available();
            }
          };
      Future<Long> waiting = threads.submit(third);
      assertThat(waiting.isDone()).isFalse();

      a.close();

      assertThat(waiting.get()).isEqualTo(2);
    }
    b.close();
    assertThat(budget.available()).isEqualTo(10);
  }

  @Test
  void acquire_zeroBudget_admitsOneAtATime() throws Exception {
    ByteBudget budget = new ByteBudget(0);

    try (ByteBudget.Lease lease = budget.acquire(5)) {
      assertThat(budget.available()).isEqualTo(-5);
    }
    assertThat(budget.available()).isZero();
  }
}
