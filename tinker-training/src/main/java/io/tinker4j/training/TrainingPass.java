package io.tinker4j.training;

import io.tinker4j.transport.Operations;
import io.tinker4j.transport.PassFormat;
import io.tinker4j.types.Datum;
import io.tinker4j.types.ForwardBackwardInput;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.ForwardBackwardRequest;
import io.tinker4j.types.ForwardRequest;
import io.tinker4j.types.LossFunction;
import io.tinker4j.types.UntypedFuture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One forward or forward_backward call: its chunks in one turn of the lane, the later ones side by
 * side and the first one last, because the server starts nothing before the lowest number is there
 * and then has the whole batch at hand.
 */
final class TrainingPass {
  private final ClientScope scope;
  private final String modelId;
  private final LossFunction loss;
  private final boolean forwardOnly;
  private final AtomicInteger accepted = new AtomicInteger();

  TrainingPass(ClientScope scope, String modelId, LossFunction loss, boolean forwardOnly) {
    this.scope = scope;
    this.modelId = modelId;
    this.loss = loss;
    this.forwardOnly = forwardOnly;
  }

  ForwardBackwardOutput run(
      List<Chunker.Chunk<Datum>> chunks, SubmissionLane.Turn turn, Future<?> future)
      throws Exception {
    long start = scope.time().nanoTime();
    List<String> promises = turn.take(() -> submit(chunks, turn.first()));
    Duration roundtrip = Duration.ofNanos(scope.time().nanoTime() - start);
    ResultType<ForwardBackwardOutput> type =
        forwardOnly ? ResultType.FORWARD : ResultType.FORWARD_BACKWARD;
    List<Callable<ForwardBackwardOutput>> waits = new ArrayList<>();
    for (String promise : promises) {
      waits.add(() -> scope.awaiter().await(promise, type, roundtrip, future::isDone));
    }
    return ChunkMerger.merge(scope.inParallel(waits));
  }

  private List<String> submit(List<Chunker.Chunk<Datum>> chunks, long firstSeqId) throws Exception {
    try {
      List<Callable<String>> later = new ArrayList<>();
      for (int i = 1; i < chunks.size(); i++) {
        Chunker.Chunk<Datum> chunk = chunks.get(i);
        long seqId = firstSeqId + i;
        later.add(() -> submit(chunk, seqId));
      }
      List<String> promises = new ArrayList<>(submitAll(later));
      promises.add(0, submit(chunks.get(0), firstSeqId));
      return promises;
    } catch (RuntimeException e) {
      if (chunks.size() > 1) {
        e.addSuppressed(
            new IllegalStateException(
                "%d of %d requests of this call were accepted by the server"
                    .formatted(accepted.get(), chunks.size())));
      }
      throw e;
    }
  }

  private List<String> submitAll(List<Callable<String>> later) throws Exception {
    if (scope.config().parallelFwdbwdChunks() && !later.isEmpty()) {
      return scope.inParallel(later);
    }
    List<String> promises = new ArrayList<>();
    for (Callable<String> submission : later) {
      promises.add(submission.call());
    }
    return promises;
  }

  private String submit(Chunker.Chunk<Datum> chunk, long seqId) throws InterruptedException {
    ForwardBackwardInput input =
        ForwardBackwardInput.builder()
            .data(chunk.data())
            .lossFn(loss.name())
            .lossFnConfig(loss.config())
            .lossFnConfigV2(loss.textConfig())
            .build();
    try (ByteBudget.Lease lease = scope.trainingBytes().acquire(chunk.bytes())) {
      UntypedFuture promise =
          scope
              .passFormats()
              .submit(format ->
                  forwardOnly
                      ? forward(input, seqId, format)
                      : forwardBackward(input, seqId, format));
      accepted.incrementAndGet();
      return promise.requestId();
    }
  }

  private UntypedFuture forward(ForwardBackwardInput input, long seqId, PassFormat format) {
    return scope
        .api()
        .call(
            Operations.forward(format),
            ForwardRequest.builder().forwardInput(input).modelId(modelId).seqId(seqId).build());
  }

  private UntypedFuture forwardBackward(ForwardBackwardInput input, long seqId, PassFormat format) {
    return scope
        .api()
        .call(
            Operations.forwardBackward(format),
            ForwardBackwardRequest.builder()
                .forwardBackwardInput(input)
                .modelId(modelId)
                .seqId(seqId)
                .build());
  }
}
