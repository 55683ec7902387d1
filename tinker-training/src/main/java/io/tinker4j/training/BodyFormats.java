package io.tinker4j.training;

import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.endpoint.BodyFormat;
import io.tinker4j.types.wire.UntypedFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * In which format a server takes training passes: protobuf, or JSON where it does not read that.
 *
 * <p>The first pass finds out. A server that refuses the binary body as a body (400, 415, 422) is
 * asked once more in JSON, under the same sequence number: it has accepted nothing yet. What works
 * is remembered for the client's life; a refusal of both is the binary one's.
 */
final class BodyFormats {
  private final BodyFormat binary;
  private final ServerFeatures features;
  private final AtomicReference<@Nullable BodyFormat> known = new AtomicReference<>();

  BodyFormats(boolean compressed, ServerFeatures features) {
    this.features = features;
    this.binary = compressed ? BodyFormat.PROTOBUF_ZSTD : BodyFormat.PROTOBUF;
  }

  /** The format to send a pass in. */
  BodyFormat next() {
    BodyFormat format = known.get();
    return format == null ? binary : format;
  }

  /** Notes that the server has read a format. */
  void accepted(BodyFormat format) {
    if (known.compareAndSet(null, format)) {
      features.note(ServerProfile.Feature.BINARY_PASSES, format != BodyFormat.JSON);
    }
  }

  /** Sends a request in a format. */
  @FunctionalInterface
  interface Submission {
    UntypedFuture send(BodyFormat format) throws Exception;
  }

  /**
   * Sends a request that was refused again in JSON if it may have been the format.
   *
   * @throws ApiStatusException the refusal, unless the second attempt may have acted
   */
  UntypedFuture afterRefusal(ApiStatusException refusal, Submission submission) throws Exception {
    if (known.get() != null || !mayBeTheFormat(refusal)) {
      throw refusal;
    }
    try {
      UntypedFuture promise = submission.send(BodyFormat.JSON);
      accepted(BodyFormat.JSON);
      return promise;
    } catch (ApiStatusException | IllegalArgumentException again) {
      if (again instanceof ApiStatusException answer && answer.mayHaveActed()) {
        throw answer;
      }
      refusal.addSuppressed(again);
      throw refusal;
    }
  }

  private static boolean mayBeTheFormat(ApiStatusException e) {
    return e.status() == 400 || e.status() == 415 || e.status() == 422;
  }
}
