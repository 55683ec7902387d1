package io.tinker4j.testkit;

import io.tinker4j.testkit.model.Loss;
import io.tinker4j.types.Datum;
import java.util.List;

/** A forward or forward-backward pass, whatever form it was sent in. Immutable. */
final class PassRequest {
  private final String modelId;
  private final long seqId;
  private final List<Datum> data;
  private final Loss loss;
  private final OperationKind kind;
  private final String fingerprint;

  PassRequest(
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

  String modelId() {
    return modelId;
  }

  long seqId() {
    return seqId;
  }

  /** Examples whose inputs hold nothing but text and image pointers. */
  List<Datum> data() {
    return data;
  }

  /** Returns this pass over other examples. */
  PassRequest withData(List<Datum> newData) {
    return new PassRequest(modelId, seqId, newData, loss, kind, fingerprint);
  }

  Loss loss() {
    return loss;
  }

  /** Whether gradients are wanted. */
  OperationKind kind() {
    return kind;
  }

  /** What identical requests have in common. */
  String fingerprint() {
    return fingerprint;
  }
}
