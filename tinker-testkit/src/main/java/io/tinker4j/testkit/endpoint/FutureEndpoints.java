package io.tinker4j.testkit.endpoint;

import io.tinker4j.testkit.http.Answer;
import io.tinker4j.testkit.http.HttpCall;
import io.tinker4j.testkit.http.JsonBodies;
import io.tinker4j.testkit.http.RefusedException;
import io.tinker4j.testkit.http.Router;
import io.tinker4j.testkit.run.Behaviour;
import io.tinker4j.testkit.run.FutureStore;
import io.tinker4j.testkit.run.Outcome;
import io.tinker4j.testkit.run.Promise;
import io.tinker4j.testkit.run.ResultWriter;
import io.tinker4j.testkit.run.StoredResult;
import io.tinker4j.testkit.time.ServerTime;
import io.tinker4j.types.wire.FutureRetrieveRequest;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Asking for the results of promises. */
public final class FutureEndpoints {
  private final FutureStore futures;
  private final ServerTime time;
  private final Duration holdTime;
  private final int metadataThreshold;
  private final boolean binary;
  private final Behaviour behaviour;

  /**
   * Creates the endpoint. Results of more bytes than the threshold are announced first to clients
   * that ask for it; unless {@code binary}, all results are JSON.
   */
  public FutureEndpoints(
      FutureStore futures,
      ServerTime time,
      Duration holdTime,
      int metadataThreshold,
      boolean binary,
      Behaviour behaviour) {
    this.behaviour = behaviour;
    this.futures = futures;
    this.time = time;
    this.holdTime = holdTime;
    this.metadataThreshold = metadataThreshold;
    this.binary = binary;
  }

  public void addTo(Router router) {
    router.add("POST", "retrieve_future", this::retrieve);
  }

  private Answer retrieve(HttpCall call) throws InterruptedException {
    FutureRetrieveRequest request = JsonBodies.read(call.body(), FutureRetrieveRequest.class);
    Promise promise = futures.get(call.owner(), request.requestId());
    Optional<Outcome> outcome = promise.await(time, holdTime);
    if (outcome.isEmpty()) {
      return behaviour.notReady(promise);
    }
    return switch (outcome.get()) {
      case Outcome.Finished finished -> finished(promise, finished.result(), request, call);
      case Outcome.Failed failed -> {
        futures.retrieved(promise, failed.message().length());
        yield behaviour.failed(failed);
      }
      case Outcome.Lost lost -> throw RefusedException.unavailable();
    };
  }

  private Answer finished(
      Promise promise, Object result, FutureRetrieveRequest request, HttpCall call) {
    Answer answer;
    try {
      answer =
          ResultWriter.write(
              result, binary && call.acceptsProtobuf(), behaviour.writesNullForNaN());
    } catch (RuntimeException e) {
      // JSON has no word for the infinities of a model that has diverged.
      answer =
          behaviour.failed(
              new Outcome.Failed("the result cannot be written: " + e.getMessage(), "server"));
    }
    int size = answer.body().length;
    if (request.allowMetadataOnly() && size > metadataThreshold) {
      Map<String, Object> wire = new LinkedHashMap<>();
      wire.put("status", "complete_metadata");
      wire.put("response_payload_size", size);
      return JsonBodies.ok(wire);
    }
    // What is in the journal takes no memory.
    futures.retrieved(promise, result instanceof StoredResult ? 0 : size);
    return answer;
  }
}
