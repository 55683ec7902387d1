package io.tinker4j.testkit.run;

import io.tinker4j.testkit.Personality;
import io.tinker4j.testkit.http.Answer;
import io.tinker4j.testkit.http.HttpQuirks;
import io.tinker4j.testkit.http.JsonBodies;
import io.tinker4j.testkit.http.RefusedException;
import io.tinker4j.testkit.http.Router;
import io.tinker4j.testkit.model.Loss;
import io.tinker4j.types.Datum;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.LoraConfig;
import io.tinker4j.types.QueueState;
import io.tinker4j.types.SampleResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What servers of the protocol do differently; this class itself is the hosted service. Another
 * personality is a subclass that overrides what it does otherwise, and a constant of {@link
 * Personality}. Has no state.
 */
public class Behaviour {
  /** Whether requests without a credential are refused. */
  public boolean requiresCredential() {
    return true;
  }

  /** Whether models are there again after a restart, not only their checkpoints. */
  public boolean modelsSurviveRestart() {
    return true;
  }

  /**
   * Whether values are checked when a request comes: base models, paths of samplers, prompts
   * without a token, and tokens outside the vocabulary. Where they are not, training on such a
   * token ends in NaN.
   */
  public boolean checksValues() {
    return true;
  }

  /** Whether models that are unloaded can still be described. */
  public boolean describesUnloadedModels() {
    return false;
  }

  /** Whether a sample ends with the text though the request names no such stop. */
  public boolean stopsAtEndOfText() {
    return true;
  }

  /** Whether results in JSON have null for NaN and infinities; else they fail. */
  public boolean writesNullForNaN() {
    return false;
  }

  /** How the server's HTTP stack behaves. */
  public HttpQuirks http() {
    return new HttpQuirks(false, true);
  }

  /** The adapter that the engine makes when one is asked for. */
  public LoraConfig loraConfig(LoraConfig asked) {
    return asked;
  }

  /** Whether a model's requests wait for those with lower numbers. */
  public boolean ordersRequests() {
    return true;
  }

  /** Whether a request of this kind that comes again is known by its number. */
  public boolean recognises(OperationKind kind) {
    return true;
  }

  /** Whether samples that come again are known by their number. */
  public boolean recognisesSamples() {
    return true;
  }

  /**
   * Whether a save is refused at once when a checkpoint of its name exists or is being written;
   * else its promise fails.
   */
  public boolean refusesTakenNames() {
    return false;
  }

  /**
   * Whether sampling from a checkpoint puts its weights in the place of those of its model, if that
   * is alive.
   */
  public boolean samplersOverwriteModels() {
    return false;
  }

  /** The name of the checkpoint that saving without a name makes; empty when it makes none. */
  public Optional<String> unnamedCheckpoint(int samplingSessionSeqId, long seqId) {
    return Optional.empty();
  }

  /** How long a request for a result is held unless the server's settings say so. */
  public Duration holdTime() {
    return Duration.ofSeconds(5);
  }

  /** What the ids of requests begin with; a number follows. */
  public String requestPrefix() {
    return UUID.randomUUID() + "-";
  }

  public String sessionId() {
    return UUID.randomUUID().toString();
  }

  public String modelId(ServerSession session, int modelSeqId) {
    return session.id() + ":train:" + modelSeqId;
  }

  public String samplerId(ServerSession session, int samplingSessionSeqId) {
    return session.id() + ":sample:" + samplingSessionSeqId;
  }

  /**
   * Returns the loss of a name.
   *
   * @throws IllegalArgumentException for an unknown name or setting
   */
  public Loss loss(String name, Map<String, Double> config) {
    return Loss.parse(name, config);
  }

  /**
   * Checks a pass beyond what every server does, and changes what the server does not honour.
   *
   * @throws RefusedException when it is refused
   */
  public PassRequest pass(PassRequest request) {
    return request;
  }

  /** The examples of a pass as the loss sees them. */
  public List<Datum> examples(PassRequest request) {
    return request.data();
  }

  public ForwardBackwardOutput output(ForwardBackwardOutput output) {
    return output;
  }

  public Map<String, Double> optimMetrics(Map<String, Double> metrics) {
    return metrics;
  }

  public SampleResponse sample(SampleResponse response) {
    return response;
  }

  /** The answer to a request for a result that has failed. */
  public Answer failed(Outcome.Failed failed) {
    Map<String, Object> wire = new LinkedHashMap<>();
    wire.put("error", failed.message());
    wire.put("category", failed.category());
    return JsonBodies.ok(wire);
  }

  /** The answer to a request for a result that is not there when the time to hold it is over. */
  public Answer notReady(Promise promise) {
    Map<String, Object> wire = new LinkedHashMap<>();
    wire.put("type", "try_again");
    wire.put("request_id", promise.requestId());
    wire.put("queue_state", QueueState.ACTIVE.value());
    promise.obstacle().ifPresent(reason -> wire.put("queue_state_reason", reason));
    return JsonBodies.ok(wire);
  }

  /** What is said of a model that has checkpoints and is not in memory. */
  public RefusedException notLoaded(String modelId) {
    return RefusedException.notFound("model " + modelId + " is unknown");
  }

  /** Changes which endpoints there are and what they take and give. */
  public void adapt(Router router) {}
}
