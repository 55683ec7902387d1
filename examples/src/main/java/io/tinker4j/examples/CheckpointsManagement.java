package io.tinker4j.examples;

import io.tinker4j.training.CheckpointsClient;
import io.tinker4j.training.SaveOptions;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.types.Checkpoint;
import io.tinker4j.types.CheckpointsListResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Lists checkpoints of one run, by pages, and of all runs, with their expiry. */
public final class CheckpointsManagement {
  private CheckpointsManagement() {}

  /** What was listed. */
  record Listing(List<String> ofRun, int firstPage, long all, List<String> expiring) {}

  /** Uses the server and the key that TINKER_BASE_URL and TINKER_API_KEY name. */
  public static void main(String[] args) {
    try (ServiceClient service = ServiceClient.create()) {
      System.out.println(run(service));
    }
  }

  static Listing run(ServiceClient service) {
    String model =
        service.getServerCapabilities().supportedModels().get(0).modelName().orElseThrow();
    TrainingClient training = service.createLoraTrainingClient(model);
    training.saveState("kept").join();
    training.saveState("for-a-day", SaveOptions.builder().ttl(Duration.ofDays(1)).build()).join();
    training.saveWeightsForSampler("sampler").join();

    CheckpointsClient checkpoints = service.createRestClient().checkpoints();
    List<Checkpoint> ofRun = checkpoints.list(training.modelId()).checkpoints();
    CheckpointsListResponse firstPage = checkpoints.list(50, 0);
    List<String> expiring = new ArrayList<>();
    for (Checkpoint each : checkpoints.all()) { // fetched page by page
      each.expiresAt().ifPresent(when -> expiring.add(each.tinkerPath()));
    }
    return new Listing(
        ofRun.stream().map(Checkpoint::checkpointId).toList(),
        firstPage.checkpoints().size(),
        checkpoints.all().stream().count(),
        expiring);
  }
}
