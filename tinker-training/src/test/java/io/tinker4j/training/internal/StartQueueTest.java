package io.tinker4j.training.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StartQueueTest {
  private final List<String> heard = new ArrayList<>();

  private final class Task implements StartQueue.Entry {
    private final String name;
    private final boolean starts;

    Task(String name, boolean starts) {
      this.name = name;
      this.starts = starts;
    }

    @Override
    public void start() {
      if (!starts) {
        throw new IllegalStateException("closed");
      }
      heard.add(name);
    }

    @Override
    public void fail(RuntimeException reason) {
      heard.add("not " + name);
    }
  }

  @Test
  void add_beyondThePlaces_waitsInOrderAndTheRemovedDoNot() {
    StartQueue queue = new StartQueue(2);
    List<Task> tasks =
        List.of("a", "b", "c", "d", "e").stream().map(n -> new Task(n, true)).toList();
    tasks.forEach(queue::add);
    List<String> atFirst = List.copyOf(heard);

    boolean removed = queue.remove(tasks.get(2));
    boolean removedAfterItsStart = queue.remove(tasks.get(0));
    queue.leave();
    queue.leave();

    assertThat(atFirst).containsExactly("a", "b");
    assertThat(removed).isTrue();
    assertThat(removedAfterItsStart).isFalse();
    assertThat(heard).containsExactly("a", "b", "d", "e");
    queue.leave();
    queue.leave();
    assertThat(queue.free()).isEqualTo(2);
  }

  @Test
  void leave_nothingCanBeStartedAnyMore_failsAllThatWaitHoweverMany() {
    StartQueue queue = new StartQueue(1);
    queue.add(new Task("first", true));
    for (int i = 0; i < 100_000; i++) {
      queue.add(new Task("late", false));
    }

    queue.leave();

    assertThat(heard).hasSize(100_001).endsWith("not late");
    assertThat(queue.free()).isEqualTo(1);
  }
}
