package io.tinker4j.transport.jdk;

import io.tinker4j.transport.Time;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * HTTP clients for one kind of call. A request goes to the oldest client with room; when there is
 * none, another is opened. The youngest ones so run idle first, and are closed after a while.
 * Thread-safe; those who wait for room are served in order.
 */
final class ClientPool<C> implements AutoCloseable {
  private final PoolLimits limits;
  private final Time time;
  private final Supplier<C> open;
  private final Consumer<C> discard;
  private final Consumer<Duration> waited;
  private final Semaphore places;
  private final ReentrantLock lock = new ReentrantLock(); // guards: the fields below, members
  private final Condition changed = lock.newCondition();
  private final List<Member<C>> members = new ArrayList<>();
  private int perClient;
  private Time.@Nullable Scheduled sweep;
  private boolean closed;

  /**
   * Returns a pool without clients.
   *
   * @param discard closes a client; must not block
   * @param waited hears how long a request waited for a free place
   */
  ClientPool(
      PoolLimits limits,
      Time time,
      Supplier<C> open,
      Consumer<C> discard,
      Consumer<Duration> waited) {
    this.limits = limits;
    this.time = time;
    this.open = open;
    this.discard = discard;
    this.waited = waited;
    this.places = new Semaphore(limits.total(), true);
    this.perClient = limits.perClient();
  }

  private static final class Member<C> {
    private final C client;
    private int inFlight;
    private long idleSince;
    private boolean connected;
    private boolean retired;

    Member(C client, boolean connected) {
      this.client = client;
      this.connected = connected;
    }
  }

  /** The right to one request on a client. Closing it again does nothing. */
  static final class Lease<C> implements AutoCloseable {
    private final ClientPool<C> pool;
    private final Member<C> member;
    private final AtomicBoolean ended = new AtomicBoolean();

    private Lease(ClientPool<C> pool, Member<C> member) {
      this.pool = pool;
      this.member = member;
    }

    C client() {
      return member.client;
    }

    /** Learns that the client's connection is there. */
    void connected() {
      pool.connected(member);
    }

    /** Lets the client get no more requests. */
    void retire() {
      pool.retire(member);
    }

    /** Learns that the server takes no more requests than the client has, but for this one. */
    void refused() {
      pool.refused(member);
    }

    @Override
    public void close() {
      if (ended.compareAndSet(false, true)) {
        pool.release(member);
      }
    }
  }

  /** Waits for a place and takes it. */
  Lease<C> acquire() throws IOException, InterruptedException {
    if (!places.tryAcquire(0, TimeUnit.SECONDS)) {
      long start = time.nanoTime();
      places.acquire();
      waited.accept(Duration.ofNanos(time.nanoTime() - start));
    }
    @Nullable Lease<C> lease = null;
    lock.lock();
    try {
      Member<C> member = withRoom();
      while (member == null && !closed) {
        changed.await();
        member = withRoom();
      }
      if (member == null || closed) {
        throw new IOException("the transport is closed");
      }
      member.inFlight++;
      lease = new Lease<>(this, member);
      return lease;
    } finally {
      lock.unlock();
      if (lease == null) {
        places.release();
      }
    }
  }

  /** Returns null while a client opens its connection and no other has room. */
  private @Nullable Member<C> withRoom() {
    boolean connecting = false;
    for (Member<C> member : members) {
      boolean alone = member.inFlight == 0;
      if (!member.retired && (member.connected ? member.inFlight < perClient : alone)) {
        return member;
      }
      connecting |= !member.connected && !member.retired;
    }
    if (connecting || closed) {
      return null;
    }
    Member<C> fresh = new Member<>(open.get(), !limits.multiplexed());
    members.add(fresh);
    return fresh;
  }

  private void connected(Member<C> member) {
    lock.lock();
    try {
      member.connected = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void retire(Member<C> member) {
    lock.lock();
    try {
      member.retired = true;
    } finally {
      lock.unlock();
    }
  }

  private void refused(Member<C> member) {
    lock.lock();
    try {
      perClient = Math.max(1, Math.min(perClient, member.inFlight - 1));
      member.retired |= member.inFlight == 1;
    } finally {
      lock.unlock();
    }
  }

  private void release(Member<C> member) {
    lock.lock();
    try {
      member.inFlight--;
      changed.signalAll();
      member.idleSince = time.nanoTime();
      if (member.inFlight == 0 && member.retired) {
        drop(member);
      } else if (member.inFlight == 0 && sweep == null && !closed) {
        sweep = time.schedule(limits.idle(), this::closeIdle);
      }
    } finally {
      lock.unlock();
    }
    places.release();
  }

  private void drop(Member<C> member) {
    if (members.remove(member)) {
      discard.accept(member.client);
    }
  }

  private void closeIdle() {
    lock.lock();
    try {
      long now = time.nanoTime();
      sweep = null;
      for (Member<C> member : List.copyOf(members)) {
        if (member.inFlight == 0 && now - member.idleSince >= Time.nanos(limits.idle())) {
          drop(member);
        }
      }
      boolean someIdle = members.stream().anyMatch(member -> member.inFlight == 0);
      if (someIdle && !closed) {
        sweep = time.schedule(limits.idle(), this::closeIdle);
      }
    } finally {
      lock.unlock();
    }
  }

  int size() {
    lock.lock();
    try {
      return members.size();
    } finally {
      lock.unlock();
    }
  }

  /** Closes all clients; requests in flight and requests that wait fail. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
      if (sweep != null) {
        sweep.cancel();
      }
      List.copyOf(members).forEach(this::drop);
    } finally {
      lock.unlock();
    }
    places.release(limits.total());
  }
}
