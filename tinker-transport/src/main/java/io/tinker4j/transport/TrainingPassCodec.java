package io.tinker4j.transport;

import com.github.luben.zstd.Zstd;
import io.tinker4j.types.UntypedFuture;
import io.tinker4j.types.proto.ForwardBackwardRequest;
import java.util.function.Function;

/** Training passes: protobuf, in one zstd frame when the server asks for it; the answer is JSON. */
final class TrainingPassCodec<I> implements Codec<I, UntypedFuture> {
  private static final String PROTOBUF = "application/x-protobuf";

  private final Function<I, ForwardBackwardRequest> message;
  private final boolean compressed;

  TrainingPassCodec(Function<I, ForwardBackwardRequest> message, boolean compressed) {
    this.message = message;
    this.compressed = compressed;
  }

  @Override
  public Body encode(I input) {
    byte[] bytes = message.apply(input).toByteArray();
    return compressed ? Body.of(Zstd.compress(bytes), PROTOBUF, "zstd") : Body.of(bytes, PROTOBUF);
  }

  @Override
  public UntypedFuture decode(Answer answer) {
    return JsonCodec.read(answer.body(), UntypedFuture.class);
  }
}
