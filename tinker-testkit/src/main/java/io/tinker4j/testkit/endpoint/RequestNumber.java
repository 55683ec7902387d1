package io.tinker4j.testkit.endpoint;

import com.google.protobuf.InvalidProtocolBufferException;
import io.tinker4j.testkit.run.StoredRequest;
import io.tinker4j.transport.operation.JsonCodec;
import io.tinker4j.types.proto.ForwardBackwardRequest;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Which model a request is for, and under which number, as far as can be told of a refused one. */
record RequestNumber(String modelId, long seqId) {
  /** Reads a request that may be wrong in every other way; empty when it does not say. */
  static Optional<RequestNumber> of(StoredRequest request) {
    return request.isProtobuf() ? ofProtobuf(request.body()) : ofJson(request.body());
  }

  private static Optional<RequestNumber> ofProtobuf(byte[] body) {
    try {
      ForwardBackwardRequest request = ForwardBackwardRequest.parseFrom(body);
      return Optional.of(new RequestNumber(request.getModelId(), request.getSeqId()));
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }

  private static Optional<RequestNumber> ofJson(byte[] body) {
    return JsonCodec.tryReadMap(new String(body, StandardCharsets.UTF_8))
        .flatMap(fields ->
            fields.get("model_id") instanceof String modelId
                    && fields.get("seq_id") instanceof Number seqId
                ? Optional.of(new RequestNumber(modelId, seqId.longValue()))
                : Optional.empty());
  }
}
