package io.tinker4j.examples;

import io.tinker4j.recovery.ResumableTraining;
import io.tinker4j.recovery.RunResult;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * A resumable run as a scheduler of jobs sees it: something with a name, a priority and a status,
 * that an executor runs once. A run that ended {@link Status#STOPPED} is resumed by another job,
 * with a run that is built anew for the same journal.
 *
 * {@snippet :
 * var jobs =
 *     new ThreadPoolExecutor(4, 4, 0, TimeUnit.SECONDS, new PriorityBlockingQueue<Runnable>());
 * TrainingJob job = TrainingJob.builder("nightly", run).priority(10).build();
 * jobs.execute(job); // submit() wraps the job in what has no order
 * RunResult result = job.result().join();
 * }
 *
 * <p>Jobs are ordered by priority, highest first, then by when they were built, earliest first.
 * Jobs are equal only to themselves, and no two compare as equal.
 *
 * <p>Thread-safe. The job has the run to itself: nothing else may train with it meanwhile.
 */
public final class TrainingJob implements Runnable, Comparable<TrainingJob> {
  private static final System.Logger log = System.getLogger(TrainingJob.class.getName());
  private static final AtomicLong numbers = new AtomicLong();

  private final long number = numbers.incrementAndGet();
  private final String id;
  private final ResumableTraining run;
  private final String kind;
  private final int priority;
  private final String tenant;
  private final Map<String, String> resources;
  private final Map<String, String> metadata;
  private final Consumer<? super Change> listener;
  private final AtomicReference<Status> status = new AtomicReference<>(Status.PENDING);
  private final AtomicBoolean isTaken = new AtomicBoolean();
  private final CompletableFuture<RunResult> outcome = new CompletableFuture<>();

  private TrainingJob(Builder builder) {
    this.id = builder.id;
    this.run = builder.run;
    this.kind = builder.kind;
    this.priority = builder.priority;
    this.tenant = builder.tenant;
    this.resources = builder.resources;
    this.metadata = builder.metadata;
    this.listener = builder.listener;
  }

  /** Where a job is. */
  public enum Status {
    /** It waits for its turn. */
    PENDING,
    /** It trains, or recovers. */
    RUNNING,
    /** All data was trained on. */
    COMPLETED,
    /** It was cancelled or interrupted; another job can resume the run. */
    STOPPED,
    /** The run was given up; {@link TrainingJob#result} has the cause. */
    FAILED
  }

  /** A job's status has changed. */
  public record Change(TrainingJob job, Status before, Status after) {}

  /**
   * Starts the settings of a job.
   *
   * @param id the scheduler's name for it
   * @throws IllegalArgumentException when {@code id} is blank
   */
  public static Builder builder(String id, ResumableTraining run) {
    return new Builder(id, run);
  }

  /** Returns the scheduler's name for it. */
  public String id() {
    return id;
  }

  /** Returns what kind of work it is. */
  public String kind() {
    return kind;
  }

  /** Returns its priority; the highest runs first. */
  public int priority() {
    return priority;
  }

  /** Returns whose job it is; empty when nobody was named. */
  public String tenant() {
    return tenant;
  }

  /** Returns what the scheduler is to know of the resources it needs. */
  public Map<String, String> resources() {
    return resources;
  }

  /** Returns what else was noted about it. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** Returns where it is now. */
  public Status status() {
    return Objects.requireNonNull(status.get());
  }

  /**
   * Returns a future of how the run ends. It fails with what the run fails with, with an {@link
   * InterruptedException} when the job's thread was interrupted, and is cancelled when the job was
   * before it ran. Each call returns a copy: completing or cancelling it changes nothing else, and
   * never ends training; {@link #cancel} does.
   */
  public CompletableFuture<RunResult> result() {
    CompletableFuture<RunResult> copy = new CompletableFuture<>();
    // Not copy(), which wraps failures: a cancelled job would not be seen to be cancelled.
    CompletableFuture<RunResult> unused =
        outcome.whenComplete((result, failure) -> {
          if (failure == null) {
            copy.complete(result);
          } else {
            copy.completeExceptionally(failure);
          }
        });
    return copy;
  }

  /**
   * Trains to the end with {@link ResumableTraining#resumeOrStart}. Blocks. How it ends is told by
   * {@link #result} and the status; exceptions of the run are not thrown, its errors are. Does
   * nothing when the job was cancelled before. When the thread is interrupted, the job ends
   * STOPPED, and the thread's flag is set again on return.
   *
   * @throws IllegalStateException when it was called before: a job runs once
   */
  @Override
  public void run() {
    if (!isTaken.compareAndSet(false, true)) {
      throw new IllegalStateException(
          "job %s is %s already; build another one, with a run for the same journal, to go on"
              .formatted(id, status()));
    }
    if (status.compareAndSet(Status.PENDING, Status.RUNNING)) {
      tell(Status.PENDING, Status.RUNNING);
      train();
    }
  }

  private void train() {
    try {
      RunResult result = run.resumeOrStart();
      status.set(result.isComplete() ? Status.COMPLETED : Status.STOPPED);
      outcome.complete(result);
      tell(Status.RUNNING, status());
    } catch (InterruptedException e) {
      failed(Status.STOPPED, e);
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      failed(Status.FAILED, e);
    } catch (Error e) {
      failed(Status.FAILED, e);
      throw e;
    }
  }

  private void failed(Status after, Throwable cause) {
    status.set(after);
    outcome.completeExceptionally(cause);
    tell(Status.RUNNING, after);
  }

  /** Changes are told in order: those after the first are all of the thread that trains. */
  private void tell(Status before, Status after) {
    try {
      listener.accept(new Change(this, before, after));
    } catch (RuntimeException | Error e) {
      log.log(System.Logger.Level.WARNING, "the listener of job " + id + " failed", e);
    }
  }

  /**
   * Ends the job; returns at once. Before it runs, it ends STOPPED and never trains. While it runs,
   * the run is {@linkplain ResumableTraining#stop asked to stop}: it ends STOPPED, or COMPLETED
   * when it was at its end; a recovery that is under way is not cut short, which takes an interrupt
   * of the job's thread. Does nothing when the job has ended.
   */
  public void cancel() {
    if (status.compareAndSet(Status.PENDING, Status.STOPPED)) {
      outcome.completeExceptionally(
          new CancellationException("job " + id + " was cancelled before it ran"));
      tell(Status.PENDING, Status.STOPPED);
    } else if (status() == Status.RUNNING) {
      run.stop();
    }
  }

  @Override
  public int compareTo(TrainingJob other) {
    int byPriority = Integer.compare(other.priority, priority);
    return byPriority == 0 ? Long.compare(number, other.number) : byPriority;
  }

  @Override
  public String toString() {
    return "TrainingJob{" + id + " " + status() + "}";
  }

  /** Builds jobs; not thread-safe. */
  public static final class Builder {
    private final String id;
    private final ResumableTraining run;
    private String kind = "training";
    private int priority;
    private String tenant = "";
    private Map<String, String> resources = Map.of();
    private Map<String, String> metadata = Map.of();
    private Consumer<? super Change> listener = change -> {};

    private Builder(String id, ResumableTraining run) {
      if (id.isBlank()) {
        throw new IllegalArgumentException("id is blank; it names the job to its scheduler");
      }
      this.id = id;
      this.run = Objects.requireNonNull(run, "run");
    }

    /** Sets what kind of work it is. Default {@code training}. */
    public Builder kind(String kind) {
      this.kind = Objects.requireNonNull(kind, "kind");
      return this;
    }

    /** Sets its priority; the highest runs first. Default 0. */
    public Builder priority(int priority) {
      this.priority = priority;
      return this;
    }

    /** Sets whose job it is. Default nobody, an empty name. */
    public Builder tenant(String tenant) {
      this.tenant = Objects.requireNonNull(tenant, "tenant");
      return this;
    }

    /** Sets what the scheduler is to know of the resources it needs. Default nothing. */
    public Builder resources(Map<String, String> resources) {
      this.resources = Map.copyOf(resources);
      return this;
    }

    /** Sets what else is to be noted about it. Default nothing. */
    public Builder metadata(Map<String, String> metadata) {
      this.metadata = Map.copyOf(metadata);
      return this;
    }

    /**
     * Sets who hears of each change of the status, once and in order, in the thread that changes
     * it, which waits for that. When it hears of the end, {@link TrainingJob#result} is done. What
     * it throws is logged and never ends training. Default nobody.
     */
    public Builder listener(Consumer<? super Change> listener) {
      this.listener = Objects.requireNonNull(listener, "listener");
      return this;
    }

    /** Returns the job, which is PENDING. */
    public TrainingJob build() {
      return new TrainingJob(this);
    }
  }
}
