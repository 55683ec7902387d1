package io.tinker4j.training;

import io.tinker4j.training.internal.ResourceIds;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.types.BillingUsageResponse;
import io.tinker4j.types.CheckpointStorageUsageResponse;
import io.tinker4j.types.wire.CheckpointStorageUsageRequest;
import io.tinker4j.types.wire.GetBillingUsageRequest;
import java.time.Instant;

/**
 * Tells what was used and what is stored. Thread-safe; the methods block, and throw what those of
 * {@link RestClient} do.
 */
public final class BillingClient {
  private final ServerFeatures features;

  BillingClient(ServerFeatures features) {
    this.features = features;
  }

  /**
   * Lists usage by hour.
   *
   * @param startingOn a full hour
   * @param endingBefore a full hour, at most 14 days later
   */
  public BillingUsageResponse usage(Instant startingOn, Instant endingBefore) {
    if (!startingOn.isBefore(endingBefore)) {
      throw new IllegalArgumentException(
          "startingOn is %s, not before endingBefore, %s".formatted(startingOn, endingBefore));
    }
    return features.call(
        Operations.BILLING_USAGE_EVENTS,
        GetBillingUsageRequest.builder().startingOn(startingOn).endingBefore(endingBefore).build());
  }

  /** Tells what the stored checkpoints take and cost, one to two hours late. */
  public CheckpointStorageUsageResponse checkpointStorage() {
    return features.call(
        Operations.CHECKPOINT_STORAGE_USAGE, CheckpointStorageUsageRequest.builder().build());
  }

  /** Tells what the stored checkpoints of a project take and cost, one to two hours late. */
  public CheckpointStorageUsageResponse checkpointStorage(String projectId) {
    return features.call(
        Operations.CHECKPOINT_STORAGE_USAGE,
        CheckpointStorageUsageRequest.builder()
            .projectId(ResourceIds.check("projectId", projectId))
            .build());
  }
}
