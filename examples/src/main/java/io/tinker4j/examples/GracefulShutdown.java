package io.tinker4j.examples;

import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.SessionListener;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.OptimStepResponse;
import io.tinker4j.types.SessionOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Closes with work under way: it is drained, and the server is told how the session ended. */
public final class GracefulShutdown {
  private GracefulShutdown() {}

  /** The states of the session, and the step that was under way. */
  record Outcome(
      List<SessionListener.State> session, CompletableFuture<OptimStepResponse> lastStep) {}

  /** Uses the server and the key that TINKER_BASE_URL and TINKER_API_KEY name. */
  public static void main(String[] args) {
    System.out.println(run(ServiceClient.builder()).session());
  }

  static Outcome run(ServiceClient.Builder builder) {
    List<SessionListener.State> states = Collections.synchronizedList(new ArrayList<>());
    ServiceClient service =
        builder
            .closeOnShutdown(Duration.ofSeconds(20)) // on SIGTERM and Ctrl-C, too
            .sessionListener(change -> states.add(change.state()))
            .build();
    String model =
        service.getServerCapabilities().supportedModels().get(0).modelName().orElseThrow();
    TrainingClient training = service.createLoraTrainingClient(model);
    CompletableFuture<OptimStepResponse> lastStep =
        training.optimStep(AdamParams.builder().build());

    service.close(SessionOutcome.INTERRUPTED, "enough for today", Duration.ofSeconds(20));
    return new Outcome(states, lastStep);
  }
}
