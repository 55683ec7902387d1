package io.tinker4j.training;

import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.TinkerException;
import io.tinker4j.transport.operation.Operations;
import io.tinker4j.transport.operation.PassFormat;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * One forward or forward_backward call: its chunks in one turn of the lane. Where the server's
 * configuration allows it, the later ones go side by side and the first one last, because the
 * server starts nothing before the lowest number is there and then has the whole batch at hand.
 */
final class TrainingPass {
  private final ClientScope scope;
  private final String modelId;
  private final LossFunction loss;
  private final boolean forwardOnly;
  private final List<Chunker.Chunk<Datum>> chunks;
  private final AtomicInteger accepted = new AtomicInteger();

  TrainingPass(
      ClientScope scope, String modelId, List<Datum> data, LossFunction loss, boolean forwardOnly) {
    this.scope = scope;
    this.modelId = modelId;
    this.loss = loss;
    this.forwardOnly = forwardOnly;
    this.chunks = scope.chunker().split(data);
  }

  /** The promises of a pass's chunks, in order, and how long it took to get them. */
  record Promises(List<String> requestIds, Duration roundtrip) {}

  /** Submits all chunks under the next sequence numbers of the turn. */
  Promises submit(SubmissionLane.Turn turn) throws Exception {
    long start = scope.time().nanoTime();
    boolean isParallel =
        scope.config().parallelFwdbwdChunks() && chunks.size() > 1 && turn.isCertain();
    List<String> requestIds;
    try {
      requestIds = isParallel ? turn.sendAll(chunks.size(), this::firstLast) : inOrder(turn);
    } catch (RuntimeException e) {
      if (accepted.get() > 0) {
        throw new PartialSubmissionException(accepted.get(), chunks.size(), e);
      }
      throw e;
    }
    return new Promises(requestIds, Duration.ofNanos(scope.time().nanoTime() - start));
  }

  /**
   * Waits for the results of all chunks and merges them.
   *
   * @param isStepTakenIn whether a step behind the pass has been taken in by then
   * @throws PartialPassException when some have failed and some have added their gradient
   */
  ForwardBackwardOutput await(Promises promises, PendingCall<?> call, BooleanSupplier isStepTakenIn)
      throws Exception {
    ResultType<ForwardBackwardOutput> type =
        forwardOnly ? ResultType.FORWARD : ResultType.FORWARD_BACKWARD;
    List<Callable<ForwardBackwardOutput>> waits = new ArrayList<>();
    for (String requestId : promises.requestIds()) {
      waits.add(() -> scope.awaiter().await(requestId, type, promises.roundtrip(), call));
    }
    List<CompletableFuture<ForwardBackwardOutput>> results = scope.runner().inParallel(waits);
    PassFailures failures = new PassFailures(chunks, results);
    if (failures.isAny()) {
      throw failures.toException(forwardOnly, isStepTakenIn.getAsBoolean());
    }
    return withLossSum(ChunkMerger.merge(results.stream().map(CompletableFuture::join).toList()));
  }

  /** Some servers report no metrics; the sum of many losses follows from the outputs. */
  private ForwardBackwardOutput withLossSum(ForwardBackwardOutput output) {
    List<Datum> data = new ArrayList<>();
    chunks.forEach(chunk -> data.addAll(chunk.data()));
    ForwardBackwardOutput whole = LossSum.addedTo(output, data, loss);
    scope.lossWarnings().check(modelId, whole);
    return whole;
  }

  private List<String> inOrder(SubmissionLane.Turn turn) throws Exception {
    List<String> requestIds = new ArrayList<>();
    for (Chunker.Chunk<Datum> chunk : chunks) {
      requestIds.add(
          submit(chunk, format -> turn.send(seqId -> request(input(chunk), seqId, format))));
    }
    return requestIds;
  }

  /** A failure is thrown when the fate of all later ones is known; one in doubt goes first. */
  private List<String> firstLast(long firstSeqId) throws Exception {
    List<CompletableFuture<String>> later = new ArrayList<>();
    for (int i = 1; i < chunks.size(); i++) {
      Chunker.Chunk<Datum> chunk = chunks.get(i);
      long seqId = firstSeqId + i;
      later.add(scope.runner().run("chunk", () -> submit(chunk, seqId)));
    }
    List<String> requestIds = new ArrayList<>();
    RuntimeException failure = null;
    for (CompletableFuture<String> each : later) {
      try {
        requestIds.add(Runner.joinUnwrapped(each));
      } catch (RuntimeException e) {
        failure = failure == null || isSettled(failure) ? e : failure;
      }
    }
    if (failure != null) {
      throw failure;
    }
    requestIds.addFirst(submit(chunks.get(0), firstSeqId));
    return requestIds;
  }

  private static boolean isSettled(RuntimeException failure) {
    return failure instanceof TinkerException ours && !ours.mayHaveActed();
  }

  private String submit(Chunker.Chunk<Datum> chunk, long seqId) throws Exception {
    ForwardBackwardInput input = input(chunk);
    return submit(chunk, format -> request(input, seqId, format));
  }

  private String submit(Chunker.Chunk<Datum> chunk, PassFormats.Submission submission)
      throws Exception {
    try (ByteBudget.Lease lease = scope.trainingBytes().acquire(chunk.bytes())) {
      UntypedFuture promise = scope.passFormats().submit(submission);
      accepted.incrementAndGet();
      return promise.requestId();
    } catch (ApiStatusException e) {
      throw scope.features().refusedPass(loss, e);
    }
  }

  private ForwardBackwardInput input(Chunker.Chunk<Datum> chunk) {
    return ForwardBackwardInput.builder()
        .data(chunk.data())
        .lossFn(loss.name())
        .lossFnConfig(loss.config())
        .lossFnConfigV2(loss.textConfig())
        .build();
  }

  private UntypedFuture request(ForwardBackwardInput input, long seqId, PassFormat format) {
    return forwardOnly ? forward(input, seqId, format) : forwardBackward(input, seqId, format);
  }

  private UntypedFuture forward(ForwardBackwardInput input, long seqId, PassFormat format) {
    return scope
        .api()
        .call(
            Operations.forward(format),
            ForwardRequest.builder().forwardInput(input).modelId(modelId).seqId(seqId).build(),
            ClientScope.SUBMISSION);
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
                .build(),
            ClientScope.SUBMISSION);
  }
}
