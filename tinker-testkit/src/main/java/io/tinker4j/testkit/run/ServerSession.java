package io.tinker4j.testkit.run;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A client's session. Safe for use by many threads. */
public final class ServerSession {
  private final String id;
  private final String owner;
  private final Instant created;
  private final Map<String, String> userMetadata;
  private volatile Instant lastHeartbeat;
  private volatile long lastHeard;
  private volatile @Nullable String project;
  private final AtomicReference<@Nullable Ending> ending = new AtomicReference<>();
  private volatile boolean expired;

  public ServerSession(
      String id,
      String owner,
      Instant created,
      Map<String, String> userMetadata,
      @Nullable String project) {
    this.id = id;
    this.owner = owner;
    this.created = created;
    this.userMetadata = Map.copyOf(userMetadata);
    this.project = project;
    lastHeartbeat = created;
  }

  public String id() {
    return id;
  }

  public String owner() {
    return owner;
  }

  Instant created() {
    return created;
  }

  public Map<String, String> userMetadata() {
    return userMetadata;
  }

  /** The project that the session belongs to, if any. */
  public Optional<String> project() {
    return Optional.ofNullable(project);
  }

  public void moveTo(String newProject) {
    project = newProject;
  }

  /** When the session was last known to be alive. */
  Instant lastHeartbeat() {
    return lastHeartbeat;
  }

  /** The same in nanoseconds of a clock that does not jump. */
  long lastHeard() {
    return lastHeard;
  }

  void heartbeat(Instant now, long nanos) {
    lastHeartbeat = now;
    lastHeard = nanos;
  }

  /**
   * What its client said when it was done.
   *
   * @param reason success, errored or interrupted
   */
  public record Ending(String reason, @Nullable String detail, Instant time) {}

  /** Whether its client has said that it is done. */
  boolean isFinished() {
    return ending.get() != null;
  }

  /** Ends the session unless it is finished already; returns how it was finished first. */
  public Ending finish(Ending latest) {
    Ending first = ending.compareAndExchange(null, latest);
    return first == null ? latest : first;
  }

  /** Whether it was ended, because its heartbeats stayed away or by a fault. */
  boolean isExpired() {
    return expired;
  }

  public void expire() {
    expired = true;
  }
}
