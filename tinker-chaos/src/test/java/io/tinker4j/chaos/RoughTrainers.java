package io.tinker4j.chaos;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Trainers behind a rough proxy, whose wall clock jumps; one in three has a disk that is full when
 * its journal has grown a little. The limit is that of the operating system for files of a process,
 * so it is met in the middle of a write as a full disk is.
 */
final class RoughTrainers implements Executioner.Trainers, AutoCloseable {
  private static final int MOST_GROWTH = 12_000;
  private static final int BLOCK = 512; // of ulimit, as POSIX has it

  private final SplittableRandom random;
  private @Nullable RoughProxy proxy;
  private volatile boolean isLimited;
  private final AtomicInteger jumps = new AtomicInteger();
  private final AtomicInteger fullDisks = new AtomicInteger();

  RoughTrainers(SplittableRandom random) {
    this.random = random;
  }

  @Override
  public Process start(String url, Path journal, int steps) throws IOException {
    RoughProxy between = proxy;
    if (between == null) {
      between = new RoughProxy(URI.create(url).getPort(), random.nextLong());
      proxy = between;
    }
    List<String> command =
        ServerProcess.command(
            TrainingProcess.class.getName(),
            List.of(
                between.url(),
                journal.toString(),
                Integer.toString(steps),
                Long.toString(random.nextLong())));
    isLimited = random.nextInt(3) == 0;
    return ServerProcess.start(isLimited ? limited(command, journal) : command);
  }

  private List<String> limited(List<String> command, Path journal) throws IOException {
    Path file = journal.resolve("progress.journal");
    long bytes = (Files.exists(file) ? Files.size(file) : 0) + random.nextInt(MOST_GROWTH);
    List<String> all = new ArrayList<>();
    all.addAll(List.of("sh", "-c", "ulimit -f \"$0\" && exec \"$@\""));
    all.add(Long.toString(1 + bytes / BLOCK));
    all.addAll(command);
    return all;
  }

  @Override
  public void said(String line) {
    if (line.startsWith(TrainingProcess.CLOCK)) {
      jumps.incrementAndGet();
    }
  }

  /** A journal that cannot be written ends a trainer in order. */
  @Override
  public boolean mayEnd(Process trainer) {
    boolean isFull = isLimited && trainer.exitValue() == TrainingProcess.JOURNAL_FAILED;
    fullDisks.addAndGet(isFull ? 1 : 0);
    return isFull;
  }

  int jumps() {
    return jumps.get();
  }

  int fullDisks() {
    return fullDisks.get();
  }

  RoughProxy.Toll connections() {
    return proxy == null ? new RoughProxy.Toll(0, 0, 0) : proxy.toll();
  }

  @Override
  public void close() throws IOException {
    if (proxy != null) {
      proxy.close();
    }
  }
}
