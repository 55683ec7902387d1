package io.tinker4j.chaos;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Runs a trainer and its server as processes, kills both at random and starts them again. A life
 * has so many steps, so that slow machines train as much, and ends at any moment of the next one;
 * one in four ends after a moment instead, most often before the first step.
 */
final class Executioner implements AutoCloseable {
  private static final Duration MOMENT = Duration.ofMillis(1500);
  private static final Duration STEP = Duration.ofMillis(100);

  private final List<String> serverOptions;
  private final SplittableRandom random;
  private final Trainers launcher;
  private final ScheduledExecutorService killer = Executors.newSingleThreadScheduledExecutor();
  private final int port;
  private final String url;
  // guards: the fields below
  private final ReentrantLock lock = new ReentrantLock();
  private final List<Duration> recoveries = new ArrayList<>();
  private ServerProcess server;
  private @Nullable Process trainer;
  private @Nullable Exception failure;
  private Instant killed = Instant.EPOCH;
  private boolean isDown;
  private final Fate trainerFate;
  private final Fate serverFate;
  private int trainers;
  private int servers;

  /** Who was killed, and how long it took each time until the next step was done. */
  record Toll(int trainers, int servers, List<Duration> recoveries) {}

  /** How many steps trainers and servers live on average, and what chance begins with. */
  record Lives(int trainer, int server, long seed) {}

  /** When one of the two is killed. */
  private final class Fate {
    private final int life;
    private final Runnable kill;
    private int stepsLeft;
    private boolean isSealed;

    Fate(int life, Runnable kill) {
      this.life = life;
      this.kill = kill;
      begin();
    }

    /** A new process begins, with half to one and a half times the average life. */
    void begin() {
      stepsLeft = life / 2 + random.nextInt(life + 1);
      isSealed = false;
    }

    void stepDone() {
      stepsLeft--;
      if (stepsLeft <= 0) {
        killWithin(STEP);
      }
    }

    void killWithin(Duration most) {
      if (!isSealed) {
        isSealed = true;
        var unused = killer.schedule(kill, random.nextLong(most.toNanos()), TimeUnit.NANOSECONDS);
      }
    }
  }

  /** Starts trainers, and knows them. */
  interface Trainers {
    /** Plain ones, which end only when they are killed or done. */
    Trainers PLAIN =
        (url, journal, steps) ->
            ServerProcess.java(
                TrainingProcess.class.getName(),
                List.of(url, journal.toString(), Integer.toString(steps)));

    Process start(String url, Path journal, int steps) throws IOException;

    /** Is told what a trainer says beside its steps. */
    default void said(String line) {}

    /** Whether a trainer may have ended by itself as it did. */
    default boolean mayEnd(Process trainer) {
      return false;
    }
  }

  /** Starts the server. */
  Executioner(List<String> serverOptions, Lives lives, Trainers launcher) throws IOException {
    this.serverOptions = serverOptions;
    this.random = new SplittableRandom(lives.seed());
    this.trainerFate = new Fate(lives.trainer(), this::killTrainer);
    this.serverFate = new Fate(lives.server(), this::killServer);
    this.launcher = launcher;
    server = ServerProcess.start(0, serverOptions.toArray(String[]::new));
    url = server.baseUrl();
    port = URI.create(url).getPort();
  }

  /** Trains, in as many processes as it takes; returns the model. */
  String train(Path journal, int steps) throws Exception {
    while (true) {
      Process process = startTrainer(journal, steps);
      String last = "";
      try (BufferedReader output = process.inputReader()) {
        for (String line = output.readLine(); line != null; line = output.readLine()) {
          if (line.startsWith("model ")) {
            return line.substring("model ".length());
          }
          if (line.contains(" step ")) {
            stepDone(process, Instant.parse(line.substring(0, line.indexOf(' '))));
          } else {
            last = line;
            launcher.said(line);
          }
        }
      } finally {
        int unused = process.destroyForcibly().waitFor();
      }
      requireKilled(process, last);
    }
  }

  /** Ends the training with the stacks of its threads when it is not over by then. */
  void giveUpAfter(Duration longest) {
    var unused = killer.schedule(this::giveUp, longest.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void giveUp() {
    lock.lock();
    try {
      failure = new IllegalStateException("the run does not end; its trainer:\n" + stacks());
      if (trainer != null) {
        end(trainer);
      }
    } finally {
      lock.unlock();
    }
  }

  private String stacks() {
    if (trainer == null) {
      return "none";
    }
    try {
      Path tool = Path.of(System.getProperty("java.home"), "bin", "jcmd");
      Process dump =
          new ProcessBuilder(tool.toString(), Long.toString(trainer.pid()), "Thread.print")
              .redirectErrorStream(true)
              .start();
      try (BufferedReader output = dump.inputReader()) {
        return output.lines().collect(Collectors.joining("\n"));
      }
    } catch (IOException e) {
      return "no stacks: " + e.getMessage();
    }
  }

  Toll toll() {
    lock.lock();
    try {
      return new Toll(trainers, servers, new ArrayList<>(recoveries));
    } finally {
      lock.unlock();
    }
  }

  private Process startTrainer(Path journal, int steps) throws IOException {
    lock.lock();
    try {
      trainer = launcher.start(url, journal, steps);
      return trainer;
    } finally {
      lock.unlock();
    }
  }

  /** Steps that were done before the last kill may be read only now. */
  private void stepDone(Process process, Instant when) {
    lock.lock();
    try {
      if (!process.equals(trainer) || !when.isAfter(killed)) {
        return;
      }
      if (isDown) {
        recoveries.add(Duration.between(killed, when));
        isDown = false;
      }
      trainerFate.stepDone();
      serverFate.stepDone();
    } finally {
      lock.unlock();
    }
  }

  private void requireKilled(Process process, String last) throws Exception {
    lock.lock();
    try {
      if (failure != null) {
        throw failure;
      }
      if (process.equals(trainer) && !launcher.mayEnd(process)) {
        throw new AssertionError(
            "the trainer has ended by itself: %d, %s".formatted(process.exitValue(), last));
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean diesEarly() {
    return random.nextInt(4) == 0;
  }

  private void killTrainer() {
    lock.lock();
    try {
      trainerFate.begin();
      if (trainer != null) {
        end(trainer);
        trainer = null;
        trainers++;
        goDown();
      }
      if (diesEarly()) {
        trainerFate.killWithin(MOMENT);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Unlike the process's own method, leaves what it has written to be read. */
  private static void end(Process process) {
    boolean unused = process.toHandle().destroyForcibly();
  }

  /** Its steps can only go on when it is back, hence the lock meanwhile. */
  private void killServer() {
    lock.lock();
    try {
      goDown();
      servers++;
      server.close();
      server = ServerProcess.start(port, serverOptions.toArray(String[]::new));
      serverFate.begin();
      if (diesEarly()) {
        serverFate.killWithin(MOMENT);
      }
    } catch (IOException | InterruptedException e) {
      failure = e;
      if (trainer != null) {
        end(trainer);
      }
    } finally {
      lock.unlock();
    }
  }

  private void goDown() {
    if (!isDown) {
      isDown = true;
      killed = Instant.now();
    }
  }

  @Override
  public void close() throws InterruptedException {
    killer.shutdownNow();
    boolean unused = killer.awaitTermination(10, TimeUnit.SECONDS);
    server.close();
  }
}
