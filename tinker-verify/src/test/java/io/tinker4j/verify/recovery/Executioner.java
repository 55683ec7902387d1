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
  private final SplittableRandom random = new SplittableRandom(Long.getLong("kill.seed", 1));
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

  /** Starts the server; lives last on average as long as given. */
  Executioner(List<String> serverOptions, Duration trainerLife, Duration serverLife)
      throws IOException {
    this.serverOptions = serverOptions;
    this.trainerLife = trainerLife;
    this.serverLife = serverLife;
    server = ServerProcess.start(0, serverOptions.toArray(String[]::new));
    url = server.baseUrl();
    port = URI.create(url).getPort();
  }

  /** Trains, in as many processes as it takes; returns the model. */
  String train(Path journal, int steps) throws Exception {
    while (true) {
      Process process = startTrainer(journal, steps);
      try (BufferedReader output = process.inputReader()) {
        for (String line = output.readLine(); line != null; line = output.readLine()) {
          if (line.startsWith("model ")) {
            return line.substring("model ".length());
          }
          stepDone(process, Instant.parse(line.substring(0, line.indexOf(' '))));
        }
      } finally {
        int unused = process.destroyForcibly().waitFor();
      }
      requireKilled(process);
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
      trainer =
          ServerProcess.java(
              TrainingProcess.class.getName(),
              List.of(url, journal.toString(), Integer.toString(steps)));
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

  private void requireKilled(Process process) throws Exception {
    lock.lock();
    try {
      if (failure != null) {
        throw failure;
      }
      if (process.equals(trainer)) {
        throw new AssertionError("the trainer has ended by itself: " + process.exitValue());
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
