package io.tinker4j.training;

import io.tinker4j.training.PagedIterable.Page;
import io.tinker4j.training.download.CheckpointDownload;
import io.tinker4j.training.internal.ResourceIds;
import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.ConflictException;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.client.CallOptions;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.transport.operation.NoContent;
import io.tinker4j.transport.operation.Operation;
import io.tinker4j.types.Checkpoint;
import io.tinker4j.types.CheckpointArchiveUrlResponse;
import io.tinker4j.types.CheckpointType;
import io.tinker4j.types.CheckpointsListResponse;
import io.tinker4j.types.Cursor;
import io.tinker4j.types.TinkerPath;
import io.tinker4j.types.WeightsInfoResponse;
import io.tinker4j.types.wire.CheckpointRequest;
import io.tinker4j.types.wire.ListCheckpointsRequest;
import io.tinker4j.types.wire.ListUserCheckpointsRequest;
import io.tinker4j.types.wire.SetCheckpointTtlRequest;
import io.tinker4j.types.wire.WeightsInfoRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Lists, downloads and manages checkpoints, which are named by the paths that the server has
 * returned, those without a kind included. Thread-safe; the methods block, and throw what those of
 * {@link RestClient} do.
 */
public final class CheckpointsClient {
  private static final System.Logger log = System.getLogger(CheckpointsClient.class.getName());
  private static final int PAGE = 100;
  private static final Duration ARCHIVE_WAIT = Duration.ofSeconds(30);
  private static final int ARCHIVE_ATTEMPTS = 6;
  private static final CallOptions ONCE_SAID = CallOptions.builder().finalStatus(409).build();

  private final ApiClient api;
  private final ServerFeatures features;

  CheckpointsClient(ApiClient api, ServerFeatures features) {
    this.api = api;
    this.features = features;
  }

  /** What became of a checkpoint that was to be deleted. */
  public static final class Deletion {
    private final String tinkerPath;
    private final @Nullable RuntimeException failure;

    Deletion(String tinkerPath, @Nullable RuntimeException failure) {
      this.tinkerPath = tinkerPath;
      this.failure = failure;
    }

    /** Returns the checkpoint. */
    public String tinkerPath() {
      return tinkerPath;
    }

    /**
     * Returns why it was not deleted: an {@link IllegalStateException} when it is published, or
     * what a single deletion would have thrown. Empty when it was.
     */
    public Optional<RuntimeException> failure() {
      return Optional.ofNullable(failure);
    }

    @Override
    public String toString() {
      return tinkerPath + (failure == null ? " deleted" : " not deleted: " + failure.getMessage());
    }
  }

  /** Lists the checkpoints of a training run, in the server's order. */
  public CheckpointsListResponse list(String trainingRunId) {
    return features.call(
        Operations.LIST_CHECKPOINTS,
        ListCheckpointsRequest.builder()
            .trainingRunId(ResourceIds.check("trainingRunId", trainingRunId))
            .build());
  }

  /** Lists one's checkpoints of all runs, a page of them. */
  public CheckpointsListResponse list(int limit, int offset) {
    SubmissionChecks.page(limit, offset);
    return features.call(
        Operations.LIST_USER_CHECKPOINTS,
        ListUserCheckpointsRequest.builder().limit(limit).offset(offset).build());
  }

  /** Returns one's checkpoints of all runs, fetched as they are walked through. */
  public PagedIterable<Checkpoint> all() {
    return new PagedIterable<>(
        PAGE,
        (limit, offset) -> {
          CheckpointsListResponse page = list(limit, offset);
          return new Page<>(page.checkpoints(), page.cursor().map(Cursor::totalCount).orElse(-1));
        });
  }

  /**
   * Returns the checkpoint of a run from which training goes on best: the latest one by its time,
   * whatever the server's order, for training, and not expired. Empty when there is none.
   */
  public Optional<Checkpoint> latest(String trainingRunId) {
    Instant now = api.time().now();
    return list(trainingRunId).checkpoints().stream()
        .filter(each -> each.checkpointType().equals(CheckpointType.TRAINING))
        .filter(each -> each.expiresAt().map(now::isBefore).orElse(true))
        .max(Comparator.comparing(Checkpoint::time).thenComparing(Checkpoint::checkpointId));
  }

  /** Describes the model that a checkpoint belongs to: base model, rank, what was trained. */
  public WeightsInfoResponse weightsInfo(String tinkerPath) {
    return features.call(
        Operations.WEIGHTS_INFO,
        WeightsInfoRequest.builder().tinkerPath(path(tinkerPath).path()).build());
  }

  /**
   * Returns a signed address at which a checkpoint can be downloaded as a tar archive, without
   * credentials. While the server is still building the archive (503) it is asked up to six times,
   * 30 seconds apart. {@link #download} does the whole download.
   */
  public CheckpointArchiveUrlResponse archiveUrl(String tinkerPath) {
    return requestArchiveUrl(checkpoint(tinkerPath));
  }

  /** Some servers know a checkpoint by its name alone. */
  private CheckpointArchiveUrlResponse requestArchiveUrl(CheckpointRequest checkpoint) {
    String id = checkpoint.checkpointId();
    String name = id.substring(id.indexOf('/') + 1);
    return features.use(
        Operations.CHECKPOINT_ARCHIVE_URL,
        () -> {
          try {
            return builtArchiveUrl(checkpoint);
          } catch (ApiStatusException e) {
            if (e.status() != 405 || name.equals(id)) {
              throw e;
            }
            return builtArchiveUrl(
                CheckpointRequest.builder().from(checkpoint).checkpointId(name).build());
          }
        });
  }

  private CheckpointArchiveUrlResponse builtArchiveUrl(CheckpointRequest checkpoint) {
    for (int attempt = 1; ; attempt++) {
      try {
        return api.call(Operations.CHECKPOINT_ARCHIVE_URL, checkpoint);
      } catch (ApiStatusException e) {
        if (e.status() != 503 || attempt == ARCHIVE_ATTEMPTS) {
          throw e;
        }
      }
      api.pause(ARCHIVE_WAIT);
    }
  }

  /** Prepares the download of a checkpoint's archive; nothing is sent yet. */
  public CheckpointDownload download(String tinkerPath) {
    CheckpointRequest checkpoint = checkpoint(tinkerPath);
    return CheckpointDownload.of(api, tinkerPath, () -> requestArchiveUrl(checkpoint));
  }

  /**
   * Deletes a checkpoint for ever, unless it is published.
   *
   * @throws IllegalStateException when it is published; it is still there
   */
  public void delete(String tinkerPath) {
    delete(tinkerPath, false);
  }

  /** Deletes a checkpoint for ever; a published one only if {@code force} is true. */
  public void delete(String tinkerPath, boolean force) {
    new CheckpointDeletion(api, features, force).delete(checkpoint(tinkerPath));
  }

  /**
   * Deletes checkpoints for ever, 16 at a time; published ones only if {@code force} is true. One
   * that fails does not keep the others from being deleted.
   *
   * @return what became of each, in the order of the paths
   */
  public List<Deletion> deleteAll(List<String> tinkerPaths, boolean force) {
    return new CheckpointDeletion(api, features, force).deleteAll(List.copyOf(tinkerPaths));
  }

  /** Lets everybody use a checkpoint. Does nothing if everybody may already. */
  public void publish(String tinkerPath) {
    change(Operations.PUBLISH_CHECKPOINT, checkpoint(tinkerPath));
  }

  /** Makes a checkpoint private. Does nothing if it is already. */
  public void unpublish(String tinkerPath) {
    change(Operations.UNPUBLISH_CHECKPOINT, checkpoint(tinkerPath));
  }

  /** A conflict says that it is so already. */
  private void change(
      Operation<CheckpointRequest, NoContent> operation, CheckpointRequest checkpoint) {
    try {
      features.use(operation, () -> api.call(operation, checkpoint, ONCE_SAID));
    } catch (ConflictException e) {
      log.log(System.Logger.Level.DEBUG, () -> "nothing to change: " + e.getMessage());
    }
  }

  /** Lets a checkpoint expire after a time from now, in whole seconds, at least one. */
  public void setTtl(String tinkerPath, Duration ttl) {
    if (ttl.toSeconds() < 1) {
      throw new IllegalArgumentException("ttl is " + ttl + "; it must be at least PT1S");
    }
    features.call(
        Operations.SET_CHECKPOINT_TTL, ttl(tinkerPath).ttlSeconds(ttl.toSeconds()).build());
  }

  /** Keeps a checkpoint for ever, until it is deleted. */
  public void clearTtl(String tinkerPath) {
    features.call(Operations.SET_CHECKPOINT_TTL, ttl(tinkerPath).build());
  }

  private static SetCheckpointTtlRequest.Builder ttl(String tinkerPath) {
    TinkerPath path = path(tinkerPath);
    SetCheckpointTtlRequest.Builder request = SetCheckpointTtlRequest.builder();
    request.trainingRunId(path.trainingRunId()).checkpointId(path.checkpointId());
    return request;
  }

  private static TinkerPath path(String tinkerPath) {
    return ResourceIds.path("tinkerPath", tinkerPath);
  }

  private static CheckpointRequest checkpoint(String tinkerPath) {
    return ResourceIds.checkpoint(path(tinkerPath));
  }
}
