package io.tinker4j.training.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.training.Golden;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
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

  /** The trace of vector 313: who comes when the budget is overdrawn waits for a release. */
  @Test
  void v313_trace_isThatOfTheReferenceClient() throws Exception {
    Map<String, @Nullable Object> vector = Golden.json("313-byte-semaphore");
    ByteBudget budget = new ByteBudget((long) Golden.number(vector, "budget"));
    Map<String, Future<ByteBudget.Lease>> leases = new HashMap<>();
    List<String> trace = Golden.list(vector.get("trace"));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (String line : trace) {
        String[] words = line.split("[ ,]+", -1);
        switch (words[1]) {
          case "wants" -> {
            long before = budget.available();
            leases.put(words[0], threads.submit(() -> budget.acquire(Long.parseLong(words[2]))));
            if (before >= 0) {
              lease(leases, words[0]);
            }
          }
          case "got" -> lease(leases, words[0]);
          default -> lease(leases, words[0]).close();
        }
        if (words[1].equals("released") && !line.startsWith("A")) {
          assertThat(budget.available()).as(line).isEqualTo(Long.parseLong(words[4]));
        }
      }
    }
    assertThat(budget.available()).isEqualTo(10);
  }

  private static ByteBudget.Lease lease(Map<String, Future<ByteBudget.Lease>> leases, String name)
      throws Exception {
    return Objects.requireNonNull(leases.get(name)).get();
  }
}
