package io.tinker4j.testkit.run;

import static org.assertj.core.api.Assertions.assertThatCode;

import io.tinker4j.testkit.time.ManualTime;
import io.tinker4j.testkit.time.ServerTime;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class ComputePoolTest {
  @Test
  void close_whileThreadsAreStarted_waitsForThoseThatRun() throws Exception {
    for (int i = 0; i < 200; i++) {
      ComputePool pool = new ComputePool(ServerTime.of(ManualTime.create()));
      CountDownLatch both = new CountDownLatch(2);
      Thread submitting =
          Thread.ofPlatform()
              .start(() -> {
                meet(both);
                try {
                  pool.processors().execute(() -> {});
                } catch (RejectedExecutionException e) {
                  // The pool was closed first.
                }
              });
      meet(both);
      assertThatCode(pool::close).doesNotThrowAnyException();
      submitting.join();
    }
  }

  private static void meet(CountDownLatch both) {
    both.countDown();
    try {
      both.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
