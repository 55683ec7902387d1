package io.tinker4j.training;

import io.tinker4j.training.internal.Chunker;
import io.tinker4j.training.internal.ResultType;
import io.tinker4j.types.Datum;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.TensorData;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whether the results of a pass fit its data: one output per example and, where a server gives
 * them, one log-probability per target token. One that does not would be merged with the others, or
 * a loss computed on it, without a sign. The server has carried such a pass out all the same.
 */
final class PassAnswers {
  private final ResultType<ForwardBackwardOutput> type;
  private int example;

  private PassAnswers(ResultType<ForwardBackwardOutput> type) {
    this.type = type;
  }

  /**
   * SubmissionChecks the results of a pass's chunks, in their order.
   *
   * @throws RequestFailedException when one does not fit; counts the examples of the whole call
   */
  static void check(
      ResultType<ForwardBackwardOutput> type,
      List<Chunker.Chunk<Datum>> chunks,
      List<String> requestIds,
      List<ForwardBackwardOutput> results) {
    PassAnswers answers = new PassAnswers(type);
    for (int i = 0; i < chunks.size(); i++) {
      answers.check(chunks.get(i).data(), requestIds.get(i), results.get(i).lossFnOutputs());
    }
  }

  private void check(List<Datum> data, String requestId, List<Map<String, TensorData>> outputs) {
    if (outputs.size() != data.size()) {
      throw failure(
          requestId,
          "the answer has %d outputs for %d examples".formatted(outputs.size(), data.size()));
    }
    for (int i = 0; i < outputs.size(); i++) {
      int logprobs = elements(outputs.get(i).get(Datum.LOGPROBS));
      int targets = elements(data.get(i).lossFnInputs().get(Datum.TARGET_TOKENS));
      if (logprobs != targets && logprobs >= 0 && targets >= 0) {
        throw failure(
            requestId,
            "data[%d]: the answer has %d log-probabilities for %d target tokens"
                .formatted(example, logprobs, targets));
      }
      example++;
    }
  }

  /** -1 when there is no such tensor. */
  private static int elements(@Nullable TensorData tensor) {
    return tensor == null ? -1 : tensor.toDense().size();
  }

  private RequestFailedException failure(String requestId, String what) {
    boolean isGradientIn = type.equals(ResultType.FORWARD_BACKWARD);
    return new RequestFailedException(
        type.requestType(),
        requestId,
        isGradientIn
            ? what
                + "; the pass was carried out and its gradient is in the model, so do not repeat it"
            : what,
        RequestFailedException.Category.SERVER);
  }
}
