package io.tinker4j.recovery;

import io.tinker4j.recovery.journal.JournalEntry.LineageBegun;
import io.tinker4j.training.RestClient;
import io.tinker4j.transport.TinkerException;
import io.tinker4j.transport.internal.TinkerThreads;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The models of a run that lineages have left on the server: those of processes that were killed
 * have a place in its memory until their sessions time out. Used by one thread.
 */
final class LeftModels {
  private static final System.Logger log = System.getLogger(LeftModels.class.getName());

  /** Those that are older are gone with their sessions. */
  private static final int MOST = 32;

  private final TinkerThreads threads;
  private final TimedAttempt briefly;
  private final Set<String> freed = new HashSet<>();

  LeftModels(TinkerThreads threads, TimedAttempt briefly) {
    this.threads = threads;
    this.briefly = briefly;
  }

  /** Notes that a model needs no more of this. */
  void noteFreed(String modelId) {
    freed.add(modelId);
  }

  /**
   * Asks the server to unload the models of these lineages, each once, at the same time and in
   * little time. A model that stays costs a place until its session times out, and no more, so a
   * failure is none of the run.
   */
  void free(List<LineageBegun> lineages, RestClient rest) throws InterruptedException {
    List<String> left =
        lineages.reversed().stream()
            .limit(MOST)
            .map(LineageBegun::modelId)
            .filter(freed::add)
            .toList();
    if (left.isEmpty()) {
      return;
    }
    try {
      Object unused = briefly.run(() -> unload(left, rest));
    } catch (TinkerException | AttemptException e) {
      log.log(
          System.Logger.Level.DEBUG,
          () -> "models may stay on the server: models=%s cause=%s".formatted(left, e));
    }
  }

  private boolean unload(List<String> modelIds, RestClient rest) throws InterruptedException {
    List<Thread> calls = new ArrayList<>();
    try {
      for (String each : modelIds) {
        calls.add(threads.start("unload", () -> unload(each, rest)));
      }
      for (Thread each : calls) {
        each.join();
      }
      return true;
    } finally {
      calls.forEach(Thread::interrupt);
    }
  }

  private static void unload(String modelId, RestClient rest) {
    try {
      rest.unloadModel(modelId);
    } catch (RuntimeException e) { // such as IllegalStateException when its client is closed
      log.log(
          System.Logger.Level.DEBUG,
          () -> "a model is gone or stays: model=%s cause=%s".formatted(modelId, e.getMessage()));
    }
  }
}
