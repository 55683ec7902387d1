package io.tinker4j.training;

import io.tinker4j.training.ServerProfile.Family;
import io.tinker4j.training.ServerProfile.Feature;
import io.tinker4j.training.ServerProfile.Support;
import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.TinkerException;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.client.CallOptions;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.transport.operation.Operation;
import io.tinker4j.types.LossFunction;
import io.tinker4j.types.SamplingParams;
import io.tinker4j.types.wire.ListSessionsRequest;
import io.tinker4j.types.wire.ListUserCheckpointsRequest;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * What the clients of one service client find out about their server: calls of features that it
 * lacks are not made twice. Thread-safe.
 */
final class ServerFeatures {
  private static final System.Logger log = System.getLogger(ServerFeatures.class.getName());
  private static final CallOptions PROBE = CallOptions.builder().maxRetries(1).build();

  /** Ids of SkyRL's sessions; those of the hosted service are longer. */
  private static final Pattern SKYRL_SESSION = Pattern.compile("session_[0-9a-f]{8}");

  /** What FastAPI answers when no route has the path. */
  private static final String NO_ROUTE = "Not Found";

  private static final Map<String, Feature> FEATURES =
      Map.ofEntries(
          Map.entry("list_training_runs", Feature.TRAINING_RUNS),
          Map.entry("get_training_run", Feature.TRAINING_RUNS),
          Map.entry("list_checkpoints", Feature.RUN_CHECKPOINTS),
          Map.entry("list_user_checkpoints", Feature.USER_CHECKPOINTS),
          Map.entry("weights_info", Feature.WEIGHTS_INFO),
          Map.entry("get_sampler", Feature.SAMPLER_INFO),
          Map.entry("checkpoint_archive_url", Feature.CHECKPOINT_DOWNLOAD),
          Map.entry("delete_checkpoint", Feature.CHECKPOINT_DELETION),
          Map.entry("list_sessions", Feature.SESSIONS),
          Map.entry("get_session", Feature.SESSIONS),
          Map.entry("set_session_project", Feature.PROJECTS),
          Map.entry("trace_export", Feature.TRACE_EXPORT),
          Map.entry("publish_checkpoint", Feature.PUBLISHING),
          Map.entry("unpublish_checkpoint", Feature.PUBLISHING),
          Map.entry("set_checkpoint_ttl", Feature.CHECKPOINT_TTL),
          Map.entry("audit_log", Feature.AUDIT_LOG),
          Map.entry("billing_usage_events", Feature.BILLING),
          Map.entry("checkpoint_storage_usage", Feature.BILLING),
          Map.entry("copy_weights", Feature.COPY_WEIGHTS),
          Map.entry("save_weights_external", Feature.EXTERNAL_WEIGHTS),
          Map.entry("external_weights_urls", Feature.EXTERNAL_WEIGHTS),
          Map.entry("external_weights_upload_start", Feature.EXTERNAL_WEIGHTS_UPLOAD),
          Map.entry("external_weights_upload_finish", Feature.EXTERNAL_WEIGHTS_UPLOAD));

  /** What nearly every server has: a 404 says that a thing is not there, whatever its words. */
  private static final Set<Feature> COMMON =
      EnumSet.of(
          Feature.TRAINING_RUNS,
          Feature.RUN_CHECKPOINTS,
          Feature.WEIGHTS_INFO,
          Feature.SAMPLER_INFO,
          Feature.CHECKPOINT_DOWNLOAD,
          Feature.CHECKPOINT_DELETION);

  private final ApiClient api;
  private final Map<String, String> unknownFlags;
  private final Map<Feature, Support> known = new ConcurrentHashMap<>();
  private final Set<String> trained = ConcurrentHashMap.newKeySet();
  private volatile Family family = Family.TINKER;

  ServerFeatures(ApiClient api) {
    this(api, Map.of());
  }

  ServerFeatures(ApiClient api, Map<String, String> unknownFlags) {
    this.api = api;
    this.unknownFlags = unknownFlags;
  }

  /** Notes whether the server has a feature. */
  void note(Feature feature, boolean supported) {
    known.put(feature, supported ? Support.SUPPORTED : Support.NOT_SUPPORTED);
  }

  /** Notes what the id of a session tells about the server. */
  void noteSession(String sessionId) {
    if (SKYRL_SESSION.matcher(sessionId).matches()) {
      family = Family.SKYRL;
      note(Feature.SAMPLING_DETAILS, false);
      note(Feature.LONG_SEEDS, false);
    }
  }

  boolean isSkyrl() {
    return family == Family.SKYRL;
  }

  /** Notes that a model is being trained. */
  void noteTraining(String modelId) {
    if (isSkyrl()) {
      trained.add(modelId);
    }
  }

  /** Warns before a sampler overwrites the weights of a model that is being trained. */
  void warnOfSampling(String path) {
    String[] parts = path.split("/", -1);
    if (parts.length > 2 && trained.contains(parts[2])) {
      log.log(
          System.Logger.Level.WARNING,
          () ->
              "this server samples %s in the memory of the model that is being trained: save the"
                      .formatted(path)
                  + " training state before, and load it again afterwards");
    }
  }

  /** Warns when a loss is divided by weights that add up to nothing. */
  void warnOfWeights(float[] weights) {
    double sum = 0;
    for (float weight : weights) {
      sum += weight;
    }
    if (isSkyrl() && sum <= 0) {
      double shown = sum;
      log.log(
          System.Logger.Level.WARNING,
          () ->
              "this server divides a custom loss by the sum of its gradient's weights, which is %s"
                      .formatted(shown)
                  + " for an example: the step may explode");
    }
  }

  /** Makes a call, unless its feature is known to be missing. */
  <I, O> O call(Operation<I, O> operation, I input) {
    return use(operation, () -> api.call(operation, input));
  }

  /**
   * Makes a call, unless its feature is known to be missing.
   *
   * @throws NotSupportedException when it is, or the answer says so
   */
  <O> O use(Operation<?, ?> operation, Supplier<O> call) {
    Feature feature = FEATURES.get(operation.name());
    if (feature == null) {
      return call.get();
    }
    require(operation);
    try {
      O value = call.get();
      note(feature, true);
      return value;
    } catch (ApiStatusException e) {
      if (!saysMissing(e, operation.name(), feature)) {
        throw e;
      }
      note(feature, false);
      throw new NotSupportedException(feature, operation.toString(), e);
    }
  }

  /**
   * Refuses a call whose feature is known to be missing.
   *
   * @throws NotSupportedException when it is
   */
  void require(Operation<?, ?> operation) {
    Feature feature = FEATURES.get(operation.name());
    if (feature != null && known.get(feature) == Support.NOT_SUPPORTED) {
      throw new NotSupportedException(feature, operation.toString(), null);
    }
  }

  /**
   * Refuses what the server's samplers would refuse.
   *
   * @throws IllegalArgumentException when a parameter is missing or out of range there
   */
  void checkSampling(SamplingParams params) {
    boolean isLong = params.seed().map(seed -> seed.bitLength() > 31).orElse(false);
    if (isLong && known.get(Feature.LONG_SEEDS) == Support.NOT_SUPPORTED) {
      throw new IllegalArgumentException(
          "seed is %s; on this server it must fit into 32 bits"
              .formatted(params.seed().orElseThrow()));
    }
    if (isSkyrl() && params.maxTokens().isEmpty()) {
      throw new IllegalArgumentException("maxTokens is not set; this server requires it");
    }
  }

  /**
   * Notes that a training pass is about to be made.
   *
   * @throws NotSupportedException when its loss is known to be missing
   */
  void requireLoss(LossFunction loss) {
    if (isDro(loss) && known.get(Feature.DRO_LOSS) == Support.NOT_SUPPORTED) {
      throw new NotSupportedException(Feature.DRO_LOSS, "the loss " + loss.name(), null);
    }
  }

  /** What a refused training pass fails with: servers without a loss complain of its name. */
  TinkerException refusedPass(LossFunction loss, ApiStatusException e) {
    if (e.status() != 422 || !isDro(loss) || !e.detail().orElse("").contains("loss_fn")) {
      return e;
    }
    note(Feature.DRO_LOSS, false);
    return new NotSupportedException(Feature.DRO_LOSS, "the loss " + loss.name(), e);
  }

  private static boolean isDro(LossFunction loss) {
    return loss.name().equals(LossFunction.DRO.name());
  }

  /** Unpublishing has nothing in it that could be invalid but a path with one part too many. */
  private static boolean saysMissing(ApiStatusException e, String operation, Feature feature) {
    return switch (e.status()) {
      case 405, 501 -> true;
      case 404 -> !COMMON.contains(feature) && e.detail().filter(NO_ROUTE::equals).isPresent();
      case 422 -> operation.equals("unpublish_checkpoint");
      default -> false;
    };
  }

  /** Asks for what can be asked for without changing anything, once, and tells what is known. */
  ServerProfile profile() {
    probe(
        Feature.USER_CHECKPOINTS,
        Operations.LIST_USER_CHECKPOINTS,
        ListUserCheckpointsRequest.builder().limit(1).offset(0).build());
    probe(
        Feature.SESSIONS,
        Operations.LIST_SESSIONS,
        ListSessionsRequest.builder().limit(1).offset(0).build());
    return new ServerProfile(family, known, unknownFlags);
  }

  private <I> void probe(Feature feature, Operation<I, ?> operation, I input) {
    if (!known.containsKey(feature)) {
      try {
        use(operation, () -> api.call(operation, input, PROBE));
      } catch (NotSupportedException e) {
        // That is what the probe was to find out; it is noted.
      }
    }
  }
}
