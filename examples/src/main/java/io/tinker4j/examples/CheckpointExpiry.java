package io.tinker4j.examples;

import io.tinker4j.training.CheckpointsClient;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.types.Checkpoint;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Sets and removes the time after which the server deletes a checkpoint. */
public final class CheckpointExpiry {
  private CheckpointExpiry() {}

  /** When the checkpoint expires, after setting and after removing its time to live. */
  record Expiry(Optional<Instant> set, Optional<Instant> removed) {}

  /** Uses the server and the key that TINKER_BASE_URL and TINKER_API_KEY name. */
  public static void main(String[] args) {
    try (ServiceClient service = ServiceClient.create()) {
      String model =
          service.getServerCapabilities().supportedModels().get(0).modelName().orElseThrow();
      String path = service.createLoraTrainingClient(model).saveState("expiring").join().path();
      System.out.println(run(service.createRestClient().checkpoints(), path));
    }
  }

  static Expiry run(CheckpointsClient checkpoints, String path) {
    checkpoints.setTtl(path, Duration.ofDays(7));
    Optional<Instant> set = expiry(checkpoints, path);
    checkpoints.clearTtl(path);
    return new Expiry(set, expiry(checkpoints, path));
  }

  private static Optional<Instant> expiry(CheckpointsClient checkpoints, String path) {
    return checkpoints.all().stream()
        .filter(each -> each.tinkerPath().equals(path))
        .findFirst()
        .flatMap(Checkpoint::expiresAt);
  }
}
