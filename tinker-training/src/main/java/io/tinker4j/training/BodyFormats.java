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

  /** Sends a pass in a format. */
  @FunctionalInterface
  interface Submission {
    UntypedFuture send(BodyFormat format) throws Exception;
  }

  UntypedFuture submit(Submission submission) throws Exception {
    BodyFormat format = known.get();
    if (format != null) {
      return submission.send(format);
    }
    try {
      return remembered(binary, submission);
    } catch (ApiStatusException e) {
      if (!mayBeTheFormat(e)) {
        throw e;
      }
      try {
        return remembered(BodyFormat.JSON, submission);
      } catch (ApiStatusException | IllegalArgumentException again) {
        if (again instanceof ApiStatusException answer && answer.mayHaveActed()) {
          throw answer;
        }
        e.addSuppressed(again);
        throw e;
      }
    }
  }

  private UntypedFuture remembered(BodyFormat format, Submission submission) throws Exception {
    UntypedFuture promise = submission.send(format);
    if (known.compareAndSet(null, format)) {
      features.note(ServerProfile.Feature.BINARY_PASSES, format != BodyFormat.JSON);
    }
    return promise;
  }

  private static boolean mayBeTheFormat(ApiStatusException e) {
    return e.status() == 400 || e.status() == 415 || e.status() == 422;
  }
}
