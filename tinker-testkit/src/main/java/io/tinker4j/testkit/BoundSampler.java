package io.tinker4j.testkit;

import io.tinker4j.testkit.model.Sampler;
import org.jspecify.annotations.Nullable;

/** A sampling session: a model at one moment, under an id. Immutable. */
final class BoundSampler {
  private final String id;
  private final String owner;
  private final int seqId;
  private final Source source;
  private final Sampler sampler;

  /**
   * What is sampled from.
   *
   * @param modelPath null unless it is a checkpoint
   * @param fingerprint what identical requests for a sampling session have in common
   */
  record Source(String baseModel, @Nullable String modelPath, String fingerprint) {}

  BoundSampler(String id, String owner, int seqId, Source source, Sampler sampler) {
    this.id = id;
    this.owner = owner;
    this.seqId = seqId;
    this.source = source;
    this.sampler = sampler;
  }

  String id() {
    return id;
  }

  String owner() {
    return owner;
  }

  /** Position among the samplers of the session. */
  int seqId() {
    return seqId;
  }

  Source source() {
    return source;
  }

  Sampler sampler() {
    return sampler;
  }
}
