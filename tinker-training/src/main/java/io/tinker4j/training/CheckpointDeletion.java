package io.tinker4j.training;

import io.tinker4j.training.internal.ParallelCalls;
import io.tinker4j.training.internal.ResourceIds;
import io.tinker4j.transport.NotFoundException;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.types.Checkpoint;
import io.tinker4j.types.TinkerPath;
import io.tinker4j.types.wire.CheckpointRequest;
import io.tinker4j.types.wire.ListCheckpointsRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Deletes checkpoints. Without force the checkpoints of the run are listed first, and one that is
 * published stays.
 */
final class CheckpointDeletion {
  private final ApiClient api;
  private final ServerFeatures features;
  private final boolean force;

  CheckpointDeletion(ApiClient api, ServerFeatures features, boolean force) {
    this.api = api;
    this.features = features;
    this.force = force;
  }

  /** The checkpoints of a run, or why they could not be listed. */
  private record Listing(List<Checkpoint> checkpoints, @Nullable RuntimeException failure) {}

  void delete(CheckpointRequest checkpoint) {
    List<Checkpoint> known = force ? List.of() : list(checkpoint.trainingRunId());
    delete(checkpoint, known);
  }

  List<CheckpointsClient.Deletion> deleteAll(List<String> tinkerPaths) {
    List<TinkerPath> paths = new ArrayList<>();
    for (int i = 0; i < tinkerPaths.size(); i++) {
      paths.add(ResourceIds.path("tinkerPaths[" + i + "]", tinkerPaths.get(i)));
    }
    Map<String, Listing> listings = force ? Map.of() : listings(paths);
    return ParallelCalls.map(
        api.threads(),
        paths,
        path -> new CheckpointsClient.Deletion(path.path(), tried(path, listings)));
  }

  private Map<String, Listing> listings(List<TinkerPath> paths) {
    List<String> runs = paths.stream().map(TinkerPath::trainingRunId).distinct().toList();
    List<Listing> found = ParallelCalls.map(api.threads(), runs, this::listing);
    Map<String, Listing> byRun = new HashMap<>();
    for (int i = 0; i < runs.size(); i++) {
      byRun.put(runs.get(i), found.get(i));
    }
    return byRun;
  }

  private Listing listing(String run) {
    try {
      return new Listing(list(run), null);
    } catch (RuntimeException e) { // a user's credential source throws what it likes
      return new Listing(List.of(), e);
    }
  }

  private List<Checkpoint> list(String run) {
    return features
        .call(
            Operations.LIST_CHECKPOINTS,
            ListCheckpointsRequest.builder().trainingRunId(run).build())
        .checkpoints();
  }

  /** Returns why it failed, null when it did not. */
  private @Nullable RuntimeException tried(TinkerPath path, Map<String, Listing> listings) {
    Listing listing = listings.getOrDefault(path.trainingRunId(), new Listing(List.of(), null));
    if (listing.failure() != null) {
      return listing.failure();
    }
    try {
      delete(ResourceIds.checkpoint(path), listing.checkpoints());
      return null;
    } catch (RuntimeException e) {
      return e;
    }
  }

  /** One that was there and is not found was deleted, by a first attempt whose answer was lost. */
  private void delete(CheckpointRequest checkpoint, List<Checkpoint> known) {
    List<Checkpoint> same =
        known.stream()
            .filter(each -> each.checkpointId().equals(checkpoint.checkpointId()))
            .toList();
    if (same.stream().anyMatch(Checkpoint::isPublic)) {
      throw new IllegalStateException(
          "checkpoint %s of %s is published, so others may use it; unpublish it or force the deletion"
              .formatted(checkpoint.checkpointId(), checkpoint.trainingRunId()));
    }
    try {
      features.call(Operations.DELETE_CHECKPOINT, checkpoint);
    } catch (NotFoundException e) {
      if (same.isEmpty()) {
        throw e;
      }
    }
  }
}
