package io.tinker4j.transport.endpoint;

import io.tinker4j.transport.DecodeException;
import io.tinker4j.transport.Redaction;
import io.tinker4j.transport.operation.Codec;
import io.tinker4j.transport.operation.JsonCodec;
import io.tinker4j.types.QueueState;
import io.tinker4j.types.wire.FutureRetrieveRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Answers to a question for a result. The expected type decides how a result is read; the rest is
 * told apart by content, in the order of the protocol: binary result, not ready, size only, failed,
 * and else the object is the result.
 */
final class FutureCodec<T> implements Codec<FutureRetrieveRequest, FutureOutcome<T>> {
  /** The properties that tell the answers apart and say why; a result may be large. */
  private static final Set<String> TELLING =
      Set.of(
          "type",
          "status",
          "response_payload_size",
          "error",
          "category",
          "queue_state",
          "queue_state_reason");

  private final Class<T> type;
  private final @Nullable BinaryReader<T> binary;

  private FutureCodec(Class<T> type, @Nullable BinaryReader<T> binary) {
    this.type = type;
    this.binary = binary;
  }

  static <T> FutureCodec<T> json(Class<T> type) {
    return new FutureCodec<>(type, null);
  }

  static <T> FutureCodec<T> binary(Class<T> type, BinaryReader<T> reader) {
    return new FutureCodec<>(type, reader);
  }

  @Override
  public String accept() {
    return binary == null ? "application/json" : "application/x-protobuf";
  }

  @Override
  public Body encode(FutureRetrieveRequest input) {
    return Body.of(JsonCodec.write(input), "application/json");
  }

  @Override
  public FutureOutcome<T> decode(Answer answer) {
    if (isProtobuf(answer)) {
      return new FutureOutcome.Ready<>(readBinary(answer));
    }
    Map<String, @Nullable Object> json = JsonCodec.readOutline(answer.body(), TELLING);
    if ("try_again".equals(json.get("type"))) {
      return new FutureOutcome.TryAgain<>(
          QueueState.of(text(json, "queue_state", "unknown")),
          text(json, "queue_state_reason", ""));
    }
    if ("complete_metadata".equals(json.get("status"))) {
      return new FutureOutcome.SizeOnly<>(
          json.get("response_payload_size") instanceof Number size ? size.longValue() : 0);
    }
    if (json.containsKey("error")) {
      return new FutureOutcome.Failed<>(
          text(json, "error", "no reason given"), text(json, "category", "unknown"));
    }
    return new FutureOutcome.Ready<>(JsonCodec.read(answer.body(), type));
  }

  @Override
  public FutureOutcome<T> redacted(FutureOutcome<T> outcome, Redaction redaction) {
    return switch (outcome) {
      case FutureOutcome.Failed<T>(String error, String category) ->
          new FutureOutcome.Failed<>(redaction.text(error), category);
      case FutureOutcome.TryAgain<T>(QueueState state, String reason) ->
          new FutureOutcome.TryAgain<>(state, redaction.text(reason));
      case FutureOutcome.Ready<T> ready -> ready;
      case FutureOutcome.SizeOnly<T> size -> size;
    };
  }

  private T readBinary(Answer answer) {
    if (binary == null) {
      throw new DecodeException(
          "a binary answer where a JSON %s is expected".formatted(type.getSimpleName()),
          new IllegalArgumentException("content type application/x-protobuf"));
    }
    try {
      return binary.read(ByteBuffer.wrap(answer.body()));
    } catch (IOException
        | IllegalArgumentException
        | ArithmeticException
        | IndexOutOfBoundsException e) {
      throw new DecodeException(
          "not a valid binary %s: %s".formatted(type.getSimpleName(), e.getMessage()), e);
    }
  }

  private static String text(Map<String, @Nullable Object> json, String name, String otherwise) {
    Object value = json.get(name);
    return value == null ? otherwise : value.toString();
  }

  @FunctionalInterface
  interface BinaryReader<T> {
    T read(ByteBuffer body) throws IOException;
  }

  private static boolean isProtobuf(Answer answer) {
    return answer
        .headers()
        .first("content-type")
        .map(type -> type.toLowerCase(Locale.ROOT).contains("application/x-protobuf"))
        .orElse(false);
  }
}
