package io.tinker4j.verify.recovery;

import io.tinker4j.verify.ServerProcess;
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
 * counts from the first step on, so that slow machines train, too; one in four counts from the
 * start, to end before that.
 */
final class Executioner implements AutoCloseable {
  private final List<String> serverOptions;
  private final Duration trainerLife;
  private final Duration serverLife;
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
  private boolean isTrainerDoomed;
  private boolean isServerDoomed;
  private int trainers;
  private int servers;

  /** Who was killed, and how long it took each time until the next step was done. */
  record Toll(int trainers, int servers, List<Duration> recoveries) {}

  /** How long trainers and servers live on average, and what chance begins with. */
  record Lives(Duration trainer, Duration server, long seed) {}

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
    this.trainerLife = lives.trainer();
    this.serverLife = lives.server();
    this.random = new SplittableRandom(lives.seed());
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
      doomTrainer();
      doomServer();
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

  private void doomTrainer() {
    if (!isTrainerDoomed) {
      isTrainerDoomed = true;
      killAfter(trainerLife, this::killTrainer);
    }
  }

  private void doomServer() {
    if (!isServerDoomed) {
      isServerDoomed = true;
      killAfter(serverLife, this::killServer);
    }
  }

  private boolean diesEarly() {
    return random.nextInt(4) == 0;
  }

  /** Half to one and a half times the average life from now. */
  private void killAfter(Duration life, Runnable kill) {
    long nanos = (long) (life.toNanos() * (0.5 + random.nextDouble()));
    var unused = killer.schedule(kill, nanos, TimeUnit.NANOSECONDS);
  }

  private void killTrainer() {
    lock.lock();
    try {
      isTrainerDoomed = false;
      if (trainer != null) {
        end(trainer);
        trainer = null;
        trainers++;
        goDown();
      }
      if (diesEarly()) {
        doomTrainer();
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
      isServerDoomed = false;
      if (diesEarly()) {
        doomServer();
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
