package io.tinker4j.testkit.run;

import io.tinker4j.testkit.model.Loss;
import io.tinker4j.types.Datum;
import java.util.List;

/** A forward or forward-backward pass, whatever form it was sent in. Immutable. */
public final class PassRequest {
  private final String modelId;
  private final long seqId;
  private final List<Datum> data;
  private final Loss loss;
  private final OperationKind kind;
  private final String fingerprint;

  public PassRequest(
      String modelId,
      long seqId,
      List<Datum> data,
      Loss loss,
      OperationKind kind,
      String fingerprint) {
    this.modelId = modelId;
    this.seqId = seqId;
    this.data = List.copyOf(data);
    this.loss = loss;
    this.kind = kind;
    this.fingerprint = fingerprint;
  }

  public String modelId() {
    return modelId;
  }

  public long seqId() {
    return seqId;
  }

  /** Examples whose inputs hold nothing but text and image pointers. */
  public List<Datum> data() {
    return data;
  }

  /** Returns this pass over other examples. */
  public PassRequest withData(List<Datum> newData) {
    return new PassRequest(modelId, seqId, newData, loss, kind, fingerprint);
  }

  public Loss loss() {
    return loss;
  }

  /** Whether gradients are wanted. */
  public OperationKind kind() {
    return kind;
  }

  /** What identical requests have in common. */
  public String fingerprint() {
    return fingerprint;
  }
}
