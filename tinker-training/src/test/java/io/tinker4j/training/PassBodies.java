package io.tinker4j.training;

import com.google.protobuf.InvalidProtocolBufferException;
import io.tinker4j.types.proto.ForwardBackwardRequest;

/** Reads the binary bodies of passes. */
final class PassBodies {
  private PassBodies() {}

  static ForwardBackwardRequest read(FakeService.Call call) {
    try {
      return ForwardBackwardRequest.parseFrom(call.body());
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  /** Returns the sequence number of a pass in either format. */
  static long seqId(FakeService.Call call) {
    boolean json = call.headers().first("content-type").orElse("").contains("json");
    return json ? (long) Golden.number(call.json(), "seq_id") : read(call).getSeqId();
  }
}
