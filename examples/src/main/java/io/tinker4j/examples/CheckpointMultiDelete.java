package io.tinker4j.examples;

import io.tinker4j.training.CheckpointsClient;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import java.util.List;

/** Deletes several checkpoints in one call; one that cannot go does not keep the others. */
public final class CheckpointMultiDelete {
  private CheckpointMultiDelete() {}

  /** Uses the server and the key that TINKER_BASE_URL and TINKER_API_KEY name. */
  public static void main(String[] args) {
    try (ServiceClient service = ServiceClient.create()) {
      run(service).forEach(System.out::println);
    }
  }

  static List<CheckpointsClient.Deletion> run(ServiceClient service) {
    String model =
        service.getServerCapabilities().supportedModels().get(0).modelName().orElseThrow();
    TrainingClient training = service.createLoraTrainingClient(model);
    String first = training.saveState("first").join().path();
    String published = training.saveState("published").join().path();
    String last = training.saveWeightsForSampler("last").join().path();

    CheckpointsClient checkpoints = service.createRestClient().checkpoints();
    checkpoints.publish(published);
    List<CheckpointsClient.Deletion> deletions =
        checkpoints.deleteAll(List.of(first, published, last), false); // keeps published ones
    return deletions;
  }
}
