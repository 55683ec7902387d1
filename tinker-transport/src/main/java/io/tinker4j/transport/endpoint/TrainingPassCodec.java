package io.tinker4j.transport.endpoint;

import com.github.luben.zstd.Zstd;
import io.tinker4j.transport.operation.Codec;
import io.tinker4j.transport.operation.JsonCodec;
import io.tinker4j.types.Datum;
import io.tinker4j.types.wire.ForwardBackwardInput;
import io.tinker4j.types.wire.UntypedFuture;
import java.util.function.Function;

/** Training passes in one of their formats; the answer is JSON in any case. */
final class TrainingPassCodec<I> implements Codec<I, UntypedFuture> {
  private static final String PROTOBUF = "application/x-protobuf";

  private final BodyFormat format;
  private final Function<I, byte[]> message;
  private final Function<I, ForwardBackwardInput> batch;

  TrainingPassCodec(
      BodyFormat format, Function<I, byte[]> message, Function<I, ForwardBackwardInput> batch) {
    this.format = format;
    this.message = message;
    this.batch = batch;
  }

  @Override
  public Body encode(I input) {
    return switch (format) {
      case PROTOBUF -> Body.of(message.apply(input), PROTOBUF);
      case PROTOBUF_ZSTD -> Body.of(Zstd.compress(message.apply(input)), PROTOBUF, "zstd");
      case JSON -> {
        requireJsonForm(batch.apply(input));
        yield Body.of(JsonCodec.write(input), "application/json");
      }
    };
  }

  /** What JSON has no place for must not be lost on the way. */
  private static void requireJsonForm(ForwardBackwardInput batch) {
    if (!batch.lossFnConfigV2().isEmpty()) {
      throw new IllegalArgumentException(
          "lossFnConfigV2 has texts "
              + batch.lossFnConfigV2()
              + "; this server takes JSON only, and JSON carries numbers");
    }
    for (Datum datum : batch.data()) {
      if (!datum.modelInputSpans().isEmpty()) {
        throw new IllegalArgumentException(
            "a datum has provenance spans; this server takes JSON only, which has none");
      }
    }
  }

  @Override
  public UntypedFuture decode(Answer answer) {
    return JsonCodec.read(answer.body(), UntypedFuture.class);
  }
}
