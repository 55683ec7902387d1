package io.tinker4j.training;

import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SampleResponse;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Samples prompts from a lazy source and hands the results out as they finish. No more than a fixed
 * number are under way or finished and not yet taken, so memory is bounded however long the source
 * is and however slow the reader. For one thread.
 */
final class SampleStream implements Iterator<SampleResult> {
  private final Iterator<ModelInput> prompts;
  private final int concurrency;
  private final BiFunction<Long, ModelInput, CompletableFuture<SampleResponse>> sampler;
  private final BlockingQueue<SampleResult> finished = new LinkedBlockingQueue<>();
  private final Map<Long, CompletableFuture<?>> running = new ConcurrentHashMap<>();
  private long next;
  private int notTaken;
  private boolean closed;
  private @Nullable RuntimeException broken;

  SampleStream(
      Iterator<ModelInput> prompts,
      int concurrency,
      BiFunction<Long, ModelInput, CompletableFuture<SampleResponse>> sampler) {
    this.prompts = prompts;
    this.concurrency = concurrency;
    this.sampler = sampler;
  }

  Stream<SampleResult> stream() {
    return StreamSupport.stream(
            Spliterators.spliteratorUnknownSize(this, Spliterator.NONNULL), false)
        .onClose(this::close);
  }

  @Override
  public boolean hasNext() {
    checkWhole();
    try {
      fill();
    } catch (RuntimeException | Error e) {
      close();
      broken = new IllegalStateException("the source of the stream has failed before", e);
      throw e;
    }
    return notTaken > 0;
  }

  /** What was under way when reading failed is cancelled and never comes. */
  private void checkWhole() {
    RuntimeException before = broken;
    if (before != null) {
      throw before;
    }
  }

  @Override
  public SampleResult next() {
    if (!hasNext()) {
      throw new NoSuchElementException("no prompt is left");
    }
    try {
      SampleResult sample = finished.take();
      notTaken--;
      return sample;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      close();
      CancellationException interrupted =
          new CancellationException("interrupted while waiting for samples; the rest is cancelled");
      interrupted.initCause(e);
      broken = interrupted;
      throw interrupted;
    }
  }

  private void fill() {
    while (!closed && notTaken < concurrency && prompts.hasNext()) {
      ModelInput prompt = prompts.next();
      long index = next++;
      CompletableFuture<SampleResponse> future = sampler.apply(index, prompt);
      notTaken++;
      running.put(index, future);
      CompletableFuture<SampleResponse> unused =
          future.whenComplete((response, failure) -> {
            running.remove(index);
            finished.add(new SampleResult(index, prompt, response, failure));
          });
    }
  }

  private void close() {
    closed = true;
    running.values().forEach(future -> future.cancel(false));
  }
}
