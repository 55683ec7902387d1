package io.tinker4j.training;

import io.tinker4j.training.cost.TokenKind;
import io.tinker4j.training.internal.ByteBudget;
import io.tinker4j.training.internal.ChunkMerger;
import io.tinker4j.training.internal.Chunker;
import io.tinker4j.training.internal.LossSum;
import io.tinker4j.training.internal.ResultType;
import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.ConflictException;
import io.tinker4j.transport.TinkerException;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.endpoint.BodyFormat;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.types.Datum;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.LossFunction;
import io.tinker4j.types.wire.ForwardBackwardInput;
import io.tinker4j.types.wire.ForwardBackwardRequest;
import io.tinker4j.types.wire.ForwardRequest;
import io.tinker4j.types.wire.UntypedFuture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One forward or forward_backward call: its chunks in one turn of the lane. Where the server's
 * configuration allows it, the later ones go side by side and the first one last, because the
 * server starts nothing before the lowest number is there and then has the whole batch at hand.
 */
final class ForwardBackwardCall {
  private final PassContext context;
  private final String modelId;
  private final LossFunction loss;
  private final boolean forwardOnly;
  private final List<Chunker.Chunk<Datum>> chunks;
  private final Set<Integer> accepted = new ConcurrentSkipListSet<>();

  ForwardBackwardCall(
      PassContext context,
      String modelId,
      List<Datum> data,
      LossFunction loss,
      boolean forwardOnly) {
    this.context = context;
    this.modelId = modelId;
    this.loss = loss;
    this.forwardOnly = forwardOnly;
    this.chunks = context.chunker().split(data);
  }

  /** Sends a forward pass that nobody waits for. */
  static UntypedFuture probe(PassContext context, String modelId, Datum datum, long seqId)
      throws Exception {
    ForwardBackwardCall pass =
        new ForwardBackwardCall(context, modelId, List.of(datum), LossFunction.CROSS_ENTROPY, true);
    ForwardBackwardInput input = pass.input(List.of(datum));
    return pass.send(input, true, request -> request.send(seqId));
  }

  /** Fails a pass with what it makes of whether a step behind it was sent. */
  @FunctionalInterface
  interface Failing {
    Exception failure(Function<Boolean, Exception> failure);
  }

  /** The promises of a pass's chunks, in order, and how long it took to get them. */
  record Promises(List<String> requestIds, Duration roundtrip) {}

  /** Submits all chunks under the next sequence numbers of the turn. */
  Promises submit(SubmissionLane.Turn turn) throws Exception {
    long start = context.runner().time().nanoTime();
    boolean isParallel = context.sendsSideBySide() && chunks.size() > 1 && turn.isCertain();
    try {
      List<String> requestIds =
          isParallel ? turn.send(new FirstLast()).requestIds() : new ArrayList<>();
      for (int i = requestIds.size(); i < chunks.size(); i++) {
        requestIds.add(submit(i, turn::send));
      }
      return new Promises(requestIds, Duration.ofNanos(context.runner().time().nanoTime() - start));
    } catch (RuntimeException e) {
      throw accepted.isEmpty() ? e : partial(e);
    }
  }

  /**
   * Waits for the results of all chunks and merges them.
   *
   * @param failing fails what counts on this pass, given whether a step behind it was sent
   * @throws PartialPassException when some have failed and some have added their gradient
   * @throws RequestFailedException when the server has failed all, or an answer does not fit the
   *     data; then all are carried out
   */
  ForwardBackwardOutput await(Promises promises, PendingCall<?> call, Failing failing)
      throws Exception {
    ResultType<ForwardBackwardOutput> type =
        forwardOnly ? ResultType.FORWARD : ResultType.FORWARD_BACKWARD;
    List<Callable<ForwardBackwardOutput>> waits = new ArrayList<>();
    for (String requestId : promises.requestIds()) {
      waits.add(() -> context.awaiter().await(requestId, type, promises.roundtrip(), call));
    }
    List<CompletableFuture<ForwardBackwardOutput>> results = context.runner().inParallel(waits);
    PassFailures failures = new PassFailures(chunks, results);
    if (failures.isAny()) {
      throw failing.failure(isStepSent -> failures.toException(forwardOnly, isStepSent));
    }
    List<ForwardBackwardOutput> outputs = results.stream().map(CompletableFuture::join).toList();
    try {
      PassAnswers.check(type, chunks, promises.requestIds(), outputs);
    } catch (RequestFailedException e) {
      throw failing.failure(isStepSent -> e);
    }
    return withLossSum(ChunkMerger.merge(outputs));
  }

  /** Some servers report no metrics; the sum of many losses follows from the outputs. */
  private ForwardBackwardOutput withLossSum(ForwardBackwardOutput output) {
    List<Datum> data = new ArrayList<>();
    chunks.forEach(chunk -> data.addAll(chunk.data()));
    ForwardBackwardOutput whole = LossSum.addedTo(output, data, loss);
    context.warnings().check(modelId, whole);
    return whole;
  }

  private PartialSubmissionException partial(RuntimeException cause) {
    return cause instanceof PartialSubmissionException known
        ? known
        : PartialSubmissionException.of(chunks, Set.copyOf(accepted), forwardOnly, cause);
  }

  /** What became of chunks that were sent side by side, all of whose numbers are used. */
  private record Sent(List<String> ids, @Nullable RuntimeException failure) {
    List<String> requestIds() {
      if (failure != null) {
        throw failure;
      }
      return ids;
    }
  }

  /** All chunks under consecutive numbers. */
  private final class FirstLast implements SubmissionLane.Numbered<Sent> {
    @Override
    public int count() {
      return chunks.size();
    }

    @Override
    public Sent send(long firstSeqId) throws Exception {
      return firstLast(firstSeqId);
    }
  }

  /** A failure is thrown when the fate of all later ones is known; one in doubt goes first. */
  private Sent firstLast(long firstSeqId) throws Exception {
    List<CompletableFuture<String>> later = new ArrayList<>();
    for (int i = 1; i < chunks.size(); i++) {
      int index = i;
      later.add(
          context
              .runner()
              .run("chunk", () -> submit(index, request -> request.send(firstSeqId + index))));
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
    if (failure == null) {
      requestIds.addFirst(submit(0, request -> request.send(firstSeqId)));
      return new Sent(requestIds, null);
    }
    if (accepted.isEmpty() || !isSettled(failure)) {
      throw failure;
    }
    fillGaps(firstSeqId, failure);
    return new Sent(List.of(), failure);
  }

  /**
   * Uses the numbers of the chunks that were not accepted for passes that change nothing. Those
   * that were accepted would otherwise wait for them on the server, and be carried out behind
   * whatever comes next: a load, say, that was to undo them.
   */
  private void fillGaps(long firstSeqId, RuntimeException failure) throws Exception {
    Datum harmless = chunks.get(accepted.iterator().next()).data().get(0);
    ForwardBackwardInput input = input(List.of(harmless));
    for (int i = 0; i < chunks.size(); i++) {
      if (!accepted.contains(i)) {
        fill(input, firstSeqId + i, failure);
      }
    }
  }

  private void fill(ForwardBackwardInput input, long seqId, RuntimeException failure)
      throws Exception {
    try {
      UntypedFuture unused = send(input, true, request -> request.send(seqId));
    } catch (ApiStatusException e) {
      if (!isAboutUsedNumber(e, failure)) {
        e.addSuppressed(failure);
        throw partial(e);
      }
    }
  }

  /** Some servers count a refused request's number as used: they answer 409, or as before. */
  private static boolean isAboutUsedNumber(ApiStatusException e, RuntimeException refusal) {
    return e instanceof ConflictException
        || (refusal instanceof ApiStatusException before
            && before.status() == e.status()
            && before.body().equals(e.body()));
  }

  private static boolean isSettled(RuntimeException failure) {
    return failure instanceof TinkerException ours && !ours.mayHaveActed();
  }

  /** Sends a request under a number. */
  @FunctionalInterface
  private interface Sender {
    UntypedFuture send(SubmissionLane.Numbered<UntypedFuture> request) throws Exception;
  }

  private String submit(int index, Sender sender) throws Exception {
    ForwardBackwardInput input = input(chunks.get(index).data());
    try (ByteBudget.Lease lease = context.bytes().acquire(chunks.get(index).bytes())) {
      UntypedFuture promise = send(input, forwardOnly, sender);
      accepted.add(index);
      return promise.requestId();
    } catch (ApiStatusException e) {
      throw context.features().refusedPass(loss, e);
    }
  }

  /** The first pass of a client finds out which format the server reads. */
  private UntypedFuture send(ForwardBackwardInput input, boolean forward, Sender sender)
      throws Exception {
    BodyFormat format = context.formats().next();
    try {
      UntypedFuture promise = sender.send(request(input, forward, format));
      context.formats().accepted(format);
      return metered(promise, input, forward);
    } catch (ApiStatusException e) {
      return metered(
          context.formats().afterRefusal(e, json -> sender.send(request(input, forward, json))),
          input,
          forward);
    }
  }

  private UntypedFuture metered(
      UntypedFuture promise, ForwardBackwardInput input, boolean forward) {
    MeteredTokens tokens = new MeteredTokens(context.meter(), modelId);
    for (Datum datum : input.data()) {
      tokens.add(forward ? TokenKind.PREFILL : TokenKind.TRAIN, datum.modelInput());
    }
    return promise;
  }

  private ForwardBackwardInput input(List<Datum> data) {
    return ForwardBackwardInput.builder()
        .data(data)
        .lossFn(loss.name())
        .lossFnConfig(loss.config())
        .lossFnConfigV2(loss.textConfig())
        .build();
  }

  /** The request for a chunk, but for its number. */
  private SubmissionLane.Numbered<UntypedFuture> request(
      ForwardBackwardInput input, boolean forward, BodyFormat format) {
    ApiClient api = context.api();
    return seqId ->
        forward
            ? api.call(
                Operations.forward(format),
                ForwardRequest.builder().forwardInput(input).modelId(modelId).seqId(seqId).build(),
                SubmissionOptions.ORDERED)
            : api.call(
                Operations.forwardBackward(format),
                ForwardBackwardRequest.builder()
                    .forwardBackwardInput(input)
                    .modelId(modelId)
                    .seqId(seqId)
                    .build(),
                SubmissionOptions.ORDERED);
  }
}
