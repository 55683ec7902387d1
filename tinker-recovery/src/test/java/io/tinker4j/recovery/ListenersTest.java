package io.tinker4j.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.transport.internal.TinkerThreads;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A listener that throws harms nobody but itself. */
@Timeout(60)
class ListenersTest {
  @Test
  void recoveryListener_throwsAnError_hearsOfTheEventsBehindIt() {
    List<RecoveryEvent> heard = new CopyOnWriteArrayList<>();
    RecoveryEvent.Context context = new RecoveryEvent.Context("r", "run", 1, Duration.ZERO);
    try (TinkerThreads threads = TinkerThreads.create()) {
      EventStream stream =
          new EventStream(
              threads,
              event -> {
                heard.add(event);
                throw new NoClassDefFoundError("test");
              });
      stream.send(new RecoveryEvent.Started(context));
      stream.send(new RecoveryEvent.Failed(context, "x"));

      stream.close();

      assertThat(heard).hasSize(2);
    }
  }
}
