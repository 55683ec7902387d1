package io.tinker4j.examples;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.testkit.fault.RequestMatcher;
import io.tinker4j.training.DeadlineExceededException;
import io.tinker4j.training.ResultTimeouts;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.OptimStepResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Deadlines and cancellation end the waiting; what was called is carried out all the same. */
public final class TimeoutsAndCancellation {
  private TimeoutsAndCancellation() {}

  /** What the deadline led to, whether the cancelled call was, and how many steps the model has. */
  record Outcome(DeadlineExceededException late, boolean cancelled, String modelId) {}

  /** Runs on an embedded server, without a network. */
  public static void main(String[] args) {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start()) {
      Outcome outcome = run(server);
      System.out.println(outcome + " " + server.ledger(outcome.modelId()));
    }
  }

  static Outcome run(EmbeddedTinkerServer server) {
    try (ServiceClient service =
        ServiceClient.builder()
            .baseUrl(server.baseUrl().toString())
            .apiKey("tml-example")
            .transport(server.transport())
            .build()) {
      TrainingClient training = service.createLoraTrainingClient("tinker4j/nano-bytes");
      AdamParams adam = AdamParams.builder().build();
      server.setFaults(
          FaultScript.of(
              Fault.on(RequestMatcher.operation("retrieve_future"))
                  .pauseQueue("paused_capacity", "for the example")));

      TrainingClient hasty =
          training.withTimeouts(ResultTimeouts.builder().deadline(Duration.ofMillis(300)).build());
      DeadlineExceededException late = failure(hasty.optimStep(adam));

      CompletableFuture<OptimStepResponse> unwanted = training.optimStep(adam);
      unwanted.cancel(true); // ends the waiting, not the step

      server.setFaults(FaultScript.none());
      training.optimStep(adam).join(); // the third step, not the first
      return new Outcome(late, unwanted.isCancelled(), training.modelId());
    }
  }

  private static DeadlineExceededException failure(CompletableFuture<?> call) {
    try {
      call.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof DeadlineExceededException late) {
        return late;
      }
      throw e;
    }
    throw new IllegalStateException("the result came in time");
  }
}
