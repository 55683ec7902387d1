package io.tinker4j.testkit;

import io.tinker4j.testkit.model.Loss;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.LoraConfig;
import io.tinker4j.types.QueueState;
import io.tinker4j.types.SampleResponse;
import io.tinker4j.types.wire.CreateModelResponse;
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
class Behaviour {
  /** Whether requests without a credential are refused. */
  boolean requiresCredential() {
    return true;
  }

  /** Whether models are there again after a restart, not only their checkpoints. */
  boolean modelsSurviveRestart() {
    return true;
  }

  /**
   * Whether values are checked when a request comes: base models, paths of samplers, prompts
   * without a token, and tokens outside the vocabulary. Where they are not, training on such a
   * token ends in NaN.
   */
  boolean checksValues() {
    return true;
  }

  /** Whether models that are unloaded can still be described. */
  boolean describesUnloadedModels() {
    return false;
  }

  /** Whether a sample ends with the text though the request names no such stop. */
  boolean stopsAtEndOfText() {
    return true;
  }

  /** Whether results in JSON have null for NaN and infinities; else they fail. */
  boolean writesNullForNaN() {
    return false;
  }

  /** Whether a connection is closed, without a word, after an answer of status 500. */
  boolean closesAfterFailures() {
    return false;
  }

  /** Whether HTTP/2 without TLS is spoken; else requests that offer it are refused (400). */
  boolean speaksClearTextHttp2() {
    return true;
  }

  /** The adapter that the engine makes when one is asked for. */
  LoraConfig loraConfig(LoraConfig asked) {
    return asked;
  }

  /** Whether a model's requests wait for those with lower numbers. */
  boolean ordersRequests() {
    return true;
  }

  /** Whether a request of this kind that comes again is known by its number. */
  boolean recognises(OperationKind kind) {
    return true;
  }

  /** Whether samples that come again are known by their number. */
  boolean recognisesSamples() {
    return true;
  }

  /** Whether a save under a name that exists is refused at once; else its promise fails. */
  boolean refusesExistingNames() {
    return false;
  }

  /** Whether a checkpoint that is still being saved can be neither loaded nor saved (425, 409). */
  boolean refusesCheckpointsBeingWritten() {
    return false;
  }

  /**
   * Whether sampling from a checkpoint puts its weights in the place of those of its model, if that
   * is alive.
   */
  boolean samplersOverwriteModels() {
    return false;
  }

  /** The name of the checkpoint that saving without a name makes; empty when it makes none. */
  Optional<String> unnamedCheckpoint(int samplingSessionSeqId, long seqId) {
    return Optional.empty();
  }

  /** How long the address of an archive is good. */
  Duration archiveLife() {
    return Duration.ofMinutes(15);
  }

  /** How long a request for a result is held unless the server's settings say so. */
  Duration holdTime() {
    return Duration.ofSeconds(5);
  }

  /** What the ids of requests begin with; a number follows. */
  String requestPrefix() {
    return UUID.randomUUID() + "-";
  }

  String sessionId() {
    return UUID.randomUUID().toString();
  }

  String modelId(Session session, int modelSeqId) {
    return session.id() + ":train:" + modelSeqId;
  }

  String samplerId(Session session, int samplingSessionSeqId) {
    return session.id() + ":sample:" + samplingSessionSeqId;
  }

  /**
   * Returns the loss of a name.
   *
   * @throws IllegalArgumentException for an unknown name or setting
   */
  Loss loss(String name, Map<String, Double> config) {
    return Loss.parse(name, config);
  }

  /** The result of the creation of a model. */
  Object created(TrainingRunEntry run) {
    return CreateModelResponse.builder().modelId(run.id()).build();
  }

  /**
   * Checks a pass beyond what every server does, and changes what the server does not honour.
   *
   * @throws RefusedException when it is refused
   */
  PassRequest pass(PassRequest request) {
    return request;
  }

  /** The examples of a pass as the loss sees them. */
  List<Datum> examples(PassRequest request) {
    return request.data();
  }

  ForwardBackwardOutput output(ForwardBackwardOutput output) {
    return output;
  }

  AdamParams adamParams(AdamParams params) {
    return params;
  }

  Map<String, Double> optimMetrics(Map<String, Double> metrics) {
    return metrics;
  }

  SampleResponse sample(SampleResponse response) {
    return response;
  }

  /** The answer to a request for a result that has failed. */
  Answer failed(Outcome.Failed failed) {
    Map<String, Object> wire = new LinkedHashMap<>();
    wire.put("error", failed.message());
    wire.put("category", failed.category());
    return JsonBodies.ok(wire);
  }

  /** The answer to a request for a result that is not there when the time to hold it is over. */
  Answer notReady(Promise promise) {
    Map<String, Object> wire = new LinkedHashMap<>();
    wire.put("type", "try_again");
    wire.put("request_id", promise.requestId());
    wire.put("queue_state", QueueState.ACTIVE.value());
    promise.obstacle().ifPresent(reason -> wire.put("queue_state_reason", reason));
    return JsonBodies.ok(wire);
  }

  /** What is said of a model that has checkpoints and is not in memory. */
  RefusedException notLoaded(String modelId) {
    return RefusedException.notFound("model " + modelId + " is unknown");
  }

  /** Changes which endpoints there are and what they take and give. */
  void adapt(Router router) {}
}
