package io.tinker4j.training;

import com.google.protobuf.InvalidProtocolBufferException;
import io.tinker4j.types.proto.ForwardBackwardRequest;
import java.util.List;
import java.util.Map;

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

  /** Returns how many examples a pass has, in either format. */
  static int examples(FakeService.Call call) {
    boolean json = call.headers().first("content-type").orElse("").contains("json");
    if (!json) {
      boolean packed = call.headers().first("content-encoding").isPresent();
      return packed ? 0 : read(call).getDataCount();
    }
    Object input =
        call.json().getOrDefault("forward_input", call.json().get("forward_backward_input"));
    return input instanceof Map<?, ?> map && map.get("data") instanceof List<?> data
        ? data.size()
        : 0;
  }

  /** Returns the sequence number of a pass in either format. */
  static long seqId(FakeService.Call call) {
    boolean json = call.headers().first("content-type").orElse("").contains("json");
    return json ? (long) Golden.number(call.json(), "seq_id") : read(call).getSeqId();
  }
}
