package io.tinker4j.training;

import io.tinker4j.training.internal.ByteEstimate;
import io.tinker4j.training.internal.ChunkMerger;
import io.tinker4j.training.internal.Chunker;
import io.tinker4j.training.internal.TupleHash;
import io.tinker4j.types.Datum;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.ModelInput;
import java.math.BigInteger;
import java.util.List;

/** What the vectors check of this package and users do not see. */
public final class TrainingInternals {
  private TrainingInternals() {}

  /** Returns the training estimate of a datum in bytes. */
  public static long estimate(Datum datum) {
    return ByteEstimate.of(datum);
  }

  /** Returns the sampling estimate of a prompt in bytes. */
  public static long estimate(ModelInput prompt) {
    return ByteEstimate.ofPrompt(prompt);
  }

  /** Returns the sizes that each chunk holds. */
  public static List<List<Long>> chunks(List<Long> sizes, int maxLength, long maxBytes) {
    return new Chunker<Long>(maxLength, maxBytes, Long::longValue)
        .split(sizes).stream().map(Chunker.Chunk::data).toList();
  }

  /** Returns the merged results of a call's chunks. */
  public static ForwardBackwardOutput merge(List<ForwardBackwardOutput> chunks) {
    return ChunkMerger.merge(chunks);
  }

  /** Returns the failure of an operation that the server had accepted. */
  public static RequestFailedException requestFailed(RequestFailedException.Category category) {
    return new RequestFailedException("OptimStep", "request-1", "failed", category);
  }

  /** Returns the hash of integers. */
  public static long tupleHash(List<BigInteger> values) {
    return TupleHash.ofOrdered(values);
  }
}
