package io.tinker4j.testkit;

import com.github.marschall.memoryfilesystem.MemoryFileSystemBuilder;
import io.tinker4j.testkit.http.FaultControl;
import io.tinker4j.testkit.http.FaultGate;
import io.tinker4j.testkit.http.RequestLog;
import io.tinker4j.testkit.http.Surroundings;
import io.tinker4j.testkit.run.TrainedModel;
import io.tinker4j.testkit.time.ServerTime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** What stays while a server goes away and comes back: its address, its clock and its faults. */
final class ServerHost implements AutoCloseable, FaultGate.Controls {
  private static final Logger LOG = System.getLogger(ServerHost.class.getName());

  private final ServerSettings settings;
  private final ServerTime time;
  private final RequestLog requests;
  private final FaultGate faults;

  /** Holds what a server without a data directory keeps. */
  private final @Nullable FileSystem memory;

  private final AtomicBoolean closed = new AtomicBoolean();

  /** Guards: changes of running. */
  private final ReentrantLock lock = new ReentrantLock();

  private volatile @Nullable RunningServer running;
  private volatile @Nullable URI baseUrl;

  private ServerHost(ServerSettings settings) throws IOException {
    this.settings = settings;
    memory = settings.dataDirectory == null ? MemoryFileSystemBuilder.newEmpty().build() : null;
    time = ServerTime.of(settings.time);
    requests = new RequestLog(settings.requestListener);
    faults = new FaultGate(time, settings.heldTime(), this);
    faults.use(settings.faults);
  }

  /**
   * Starts a server.
   *
   * @throws UncheckedIOException when the port is taken
   * @throws IOException when the data directory cannot be used
   */
  static ServerHost start(ServerSettings settings) throws IOException {
    ServerHost host = new ServerHost(settings);
    try {
      RunningServer started = host.open(settings.port);
      host.running = started;
      host.baseUrl = host.address(started.port());
      return host;
    } catch (RuntimeException | IOException e) {
      host.forget();
      throw e;
    }
  }

  private URI address(int port) {
    String name = settings.host.contains(":") ? "[" + settings.host + "]" : settings.host;
    return URI.create((settings.tls == null ? "http://" : "https://") + name + ":" + port);
  }

  private RunningServer open(int port) throws IOException {
    Path data = memory == null ? settings.dataDirectory : memory.getPath("data");
    FaultControl control =
        settings.faultControl ? new FaultControl(faults, requests, time, this) : null;
    return RunningServer.start(
        settings,
        new Surroundings(time, faults, requests, control),
        new RunningServer.Place(Objects.requireNonNull(data), port, this::baseUrl));
  }

  URI baseUrl() {
    return Objects.requireNonNull(baseUrl);
  }

  RequestLog requests() {
    return requests;
  }

  FaultGate faults() {
    return faults;
  }

  RunningServer running() {
    return Objects.requireNonNull(running);
  }

  /** Stops the server; does nothing the second time. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    lock.lock();
    try {
      running().close();
    } finally {
      lock.unlock();
      forget();
    }
  }

  private void forget() {
    if (memory != null) {
      try {
        memory.close();
      } catch (IOException e) {
        throw new UncheckedIOException("cannot forget the files in memory", e);
      }
    }
  }

  /**
   * Stops the server and starts it again on its port, after so long.
   *
   * @throws IllegalStateException when it is closed
   */
  void restartNow(Duration downtime) throws InterruptedException {
    lock.lock();
    try {
      if (closed.get()) {
        throw new IllegalStateException("the server is closed");
      }
      running().close();
      time.beginWork();
      try {
        time.sleep(downtime);
        running = open(baseUrl().getPort());
      } finally {
        time.endWork();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start again: " + e.getMessage(), e);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void expirePromise(String requestId) {
    running().futures().expire(requestId);
  }

  @Override
  public void killSession(String sessionId) {
    running().registry().killSession(sessionId);
  }

  @Override
  public void poisonRun(String modelId) {
    TrainedModel model = running().registry().findModel(modelId);
    if (model != null) {
      running().poison(model);
    }
  }

  @Override
  public void restart(Duration downtime) {
    running().refuseRequests();
    // Not in the thread of a request: closing the server waits for that.
    Thread unused =
        Thread.ofPlatform()
            .daemon()
            .name("tinker-server-restart")
            .start(() -> restartLogged(downtime));
  }

  private void restartLogged(Duration downtime) {
    try {
      restartNow(downtime);
    } catch (InterruptedException | RuntimeException e) {
      LOG.log(Level.ERROR, "the server did not start again", e);
    }
  }
}
