package io.tinker4j.testkit.run;

import io.tinker4j.testkit.checkpoint.OperationException;
import io.tinker4j.testkit.http.RefusedException;
import io.tinker4j.testkit.model.Sampler;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A sampling session: a model at one moment, under an id. Safe for use by many threads. */
public final class BoundSampler {
  private final String id;
  private final String owner;
  private final String sessionId;
  private final int seqId;
  private final Source source;
  private final Loading loading;

  /** Guards all fields below. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Map<Long, Request> requests = new HashMap<>();
  private @Nullable Sampler sampler;

  /** A request that was taken in: what tells it from others, and where it is in the journal. */
  public record Request(String fingerprint, String requestId, long entry) {}

  /** Makes the model when it is first sampled from. */
  @FunctionalInterface
  interface Loading {
    Sampler load() throws IOException;
  }

  /**
   * What is sampled from.
   *
   * @param modelPath null unless it is a checkpoint
   * @param fingerprint what identical requests for a sampling session have in common
   */
  public record Source(String baseModel, @Nullable String modelPath, String fingerprint) {}

  BoundSampler(
      String id, String owner, String sessionId, int seqId, Source source, Loading loading) {
    this.id = id;
    this.owner = owner;
    this.sessionId = sessionId;
    this.seqId = seqId;
    this.source = source;
    this.loading = loading;
  }

  public String id() {
    return id;
  }

  String owner() {
    return owner;
  }

  /** The session it belongs to; empty for one that is made for a single request. */
  String sessionId() {
    return sessionId;
  }

  /** Position among the samplers of the session. */
  public int seqId() {
    return seqId;
  }

  /** On whose account samples are. */
  public UsageMeter.Account account() {
    return new UsageMeter.Account(owner, sessionId, source.baseModel());
  }

  /**
   * Returns what a request was taken in as; it begins unless the same one has come before.
   *
   * @throws RefusedException 409 when another request has this number
   */
  public Request request(long number, String fingerprint, Supplier<Request> beginning) {
    lock.lock();
    try {
      Request first = requests.get(number);
      if (first == null) {
        first = beginning.get();
        requests.put(number, first);
      } else if (!first.fingerprint().equals(fingerprint)) {
        throw RefusedException.conflict(
            "seq_id " + number + " of sampler " + id + " belongs to another request");
      }
      return first;
    } finally {
      lock.unlock();
    }
  }

  public Source source() {
    return source;
  }

  /**
   * The model to sample from.
   *
   * @throws OperationException when it cannot be read any more
   */
  public Sampler sampler() {
    lock.lock();
    try {
      Sampler loaded = sampler;
      if (loaded == null) {
        loaded = loading.load();
        sampler = loaded;
      }
      return loaded;
    } catch (IOException | RefusedException e) {
      throw new OperationException("sampler " + id + " cannot be read: " + e.getMessage());
    } finally {
      lock.unlock();
    }
  }
}
