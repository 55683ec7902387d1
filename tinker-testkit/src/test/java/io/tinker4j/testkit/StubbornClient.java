package io.tinker4j.testkit;

import static io.tinker4j.testkit.WireClient.forwardBackward;
import static io.tinker4j.testkit.WireClient.optimStep;
import static io.tinker4j.testkit.WireClient.text;

import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A client that sends the same again, at once, for as long as there is hope; counts what it meets.
 * Tells a promise that has expired, and everything else that is final, by its status.
 */
final class StubbornClient {
  private final WireClient client;
  private int broken;
  private int busy;
  private int paused;
  private int expired;
  private int failed;

  StubbornClient(WireClient client) {
    this.client = client;
  }

  /** Connections that broke before an answer was read. */
  int broken() {
    return broken;
  }

  /** Answers that said to come again later. */
  int busy() {
    return busy;
  }

  /** Answers that said that the queue is paused. */
  int paused() {
    return paused;
  }

  /** Promises that had expired. */
  int expired() {
    return expired;
  }

  /** Operations that were accepted and failed. */
  int failed() {
    return failed;
  }

  /**
   * Trains steps, a pass and an update each, one after the other.
   *
   * @return 200, or the status that made an end of it
   */
  int train(String model, long firstSeqId, int steps) {
    for (long seqId = firstSeqId; seqId < firstSeqId + 2L * steps; seqId += 2) {
      int status = run("forward_backward", forwardBackward(model, seqId));
      if (status == 200) {
        status = run("optim_step", optimStep(model, seqId + 1));
      }
      if (status != 200) {
        return status;
      }
    }
    return 200;
  }

  private int run(String path, String body) {
    HttpResponse<byte[]> accepted = answer(() -> client.tryPost(path, body));
    if (accepted.statusCode() != 200) {
      return accepted.statusCode();
    }
    String requestId = text(WireClient.ok(accepted), "request_id");
    String question = "{\"request_id\":\"%s\"}".formatted(requestId);
    while (true) {
      HttpResponse<byte[]> answer = answer(() -> client.tryPost("retrieve_future", question));
      if (answer.statusCode() == 410) {
        expired++;
        return 200;
      }
      Map<String, @Nullable Object> result = WireClient.ok(answer);
      if (result.containsKey("error")) {
        failed++;
      }
      if (!"try_again".equals(result.get("type"))) {
        return 200;
      }
      if (result.containsKey("queue_state_reason")) {
        paused++;
      }
    }
  }

  private HttpResponse<byte[]> answer(Supplier<HttpResponse<byte[]>> attempt) {
    while (true) {
      try {
        HttpResponse<byte[]> response = attempt.get();
        if (response.statusCode() != 429 && response.statusCode() < 500) {
          return response;
        }
        busy++;
      } catch (UncheckedIOException e) {
        broken++;
      }
    }
  }
}
