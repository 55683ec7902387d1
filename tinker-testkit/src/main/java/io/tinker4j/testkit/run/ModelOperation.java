package io.tinker4j.testkit.run;

import io.tinker4j.testkit.model.LoraModel;

/** What a request asks a model to do, read and checked as far as that can be done in advance. */
public final class ModelOperation {
  private final String modelId;
  private final long seqId;
  private final OperationKind kind;
  private final String fingerprint;
  private final Work work;
  private Runnable check = () -> {};
  private long usage;

  /**
   * Creates an operation.
   *
   * @param fingerprint what requests have in common that ask the same of whatever model
   */
  public ModelOperation(
      String modelId, long seqId, OperationKind kind, String fingerprint, Work work) {
    this.modelId = modelId;
    this.seqId = seqId;
    this.kind = kind;
    this.fingerprint = fingerprint;
    this.work = work;
  }

  /** Works on the engine, on a processor thread, and returns a wire type. */
  @FunctionalInterface
  public interface Work {
    Object run(TrainedModel model, LoraModel engine) throws Exception;
  }

  /** Sets what refuses the operation when it is new; one that was taken in before is not asked. */
  public ModelOperation withCheck(Runnable newCheck) {
    check = newCheck;
    return this;
  }

  /** Sets how much of what its kind is billed by the operation uses. */
  public ModelOperation withUsage(long newUsage) {
    usage = newUsage;
    return this;
  }

  public String modelId() {
    return modelId;
  }

  long seqId() {
    return seqId;
  }

  OperationKind kind() {
    return kind;
  }

  String fingerprint() {
    return fingerprint;
  }

  /** SHA-256 of what is asked for, in hex. */
  String payloadHash() {
    return fingerprint.substring(fingerprint.indexOf(':') + 1);
  }

  Work work() {
    return work;
  }

  void check() {
    check.run();
  }

  long usage() {
    return usage;
  }
}
