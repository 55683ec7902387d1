package io.tinker4j.training;

import io.tinker4j.training.internal.ResourceIds;
import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.ConnectionException;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.client.Identity;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.types.AuditLogResponse;
import io.tinker4j.types.GetSamplerResponse;
import io.tinker4j.types.wire.AuditLogRequest;
import io.tinker4j.types.wire.GetSamplerRequest;
import io.tinker4j.types.wire.UnloadModelRequest;
import java.time.LocalDate;
import java.util.Optional;

/**
 * Reads and manages runs, checkpoints, sessions and usage; needs no session. Thread-safe; the
 * methods block.
 *
 * <p>What is wrong in an argument is an {@link IllegalArgumentException} that names it, before
 * anything is sent. Every method throws {@link io.tinker4j.transport.NotFoundException} for what is
 * not there, {@link NotSupportedException} when the server has no such call (405, 501), another
 * {@link ApiStatusException} when it refuses, and {@link ConnectionException} when no answer came,
 * after retries. Checkpoints are named by the paths that the server has returned, those without a
 * kind included.
 */
public final class RestClient {
  private final ApiClient api;
  private final ServerFeatures features;
  private final TrainingRunsClient runs;
  private final CheckpointsClient checkpoints;
  private final SessionsClient sessions;
  private final BillingClient billing;
  private final ExternalWeightsClient externalWeights;

  RestClient(ApiClient api) {
    this(api, new ServerFeatures(api));
  }

  RestClient(ApiClient api, ServerFeatures features) {
    this.api = api;
    this.features = features;
    this.runs = new TrainingRunsClient(features);
    this.checkpoints = new CheckpointsClient(api, features);
    this.sessions = new SessionsClient(api, features);
    this.billing = new BillingClient(features);
    this.externalWeights = new ExternalWeightsClient(api, features);
  }

  /** Returns the part for training runs. */
  public TrainingRunsClient runs() {
    return runs;
  }

  /** Returns the part for checkpoints. */
  public CheckpointsClient checkpoints() {
    return checkpoints;
  }

  /** Returns the part for sessions. */
  public SessionsClient sessions() {
    return sessions;
  }

  /** Returns the part for usage and costs. */
  public BillingClient billing() {
    return billing;
  }

  /** Returns the part for adapters as files. */
  public ExternalWeightsClient externalWeights() {
    return externalWeights;
  }

  /**
   * Asks the server to unload a model, such as one of a process that was killed, which has its
   * place in the server's memory until its session times out. Returns when the server has accepted
   * that; checkpoints stay. A {@link TrainingClient} unloads its own model.
   */
  public void unloadModel(String modelId) {
    if (modelId.isBlank()) {
      throw new IllegalArgumentException("modelId is blank; it must be that of a model");
    }
    Object unused =
        api.call(Operations.UNLOAD_MODEL, UnloadModelRequest.builder().modelId(modelId).build());
  }

  /**
   * Reads from the token in use who this client works for; sends nothing. Empty when the credential
   * is no user's token, and before the first training or sampling client exchanges it for one.
   */
  public Optional<Identity> whoami() {
    return api.whoami();
  }

  /** Describes a sampler: its base model and its checkpoint. */
  public GetSamplerResponse getSampler(String samplerId) {
    return features.call(
        Operations.GET_SAMPLER,
        GetSamplerRequest.builder().samplerId(ResourceIds.check("samplerId", samplerId)).build());
  }

  /** Lists what happened today, in UTC, in one's organization. */
  public AuditLogResponse getAuditLog() {
    return features.call(Operations.AUDIT_LOG, AuditLogRequest.builder().build());
  }

  /**
   * Lists what happened on a day, in UTC, in one's organization.
   *
   * @param eventType {@code all}, {@code checkpoints}, or on newer servers {@code projects}, {@code
   *     teams} or {@code organizations}
   */
  public AuditLogResponse getAuditLog(String eventType, LocalDate day) {
    return features.call(
        Operations.AUDIT_LOG,
        AuditLogRequest.builder()
            .eventType(ResourceIds.check("eventType", eventType))
            .day(day.toString())
            .build());
  }
}
