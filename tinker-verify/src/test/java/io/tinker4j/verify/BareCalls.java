package io.tinker4j.verify;

import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.client.CallOptions;
import io.tinker4j.transport.endpoint.FutureOutcome;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.transport.operation.Operation;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.LoraConfig;
import io.tinker4j.types.wire.CreateModelRequest;
import io.tinker4j.types.wire.CreateSessionRequest;
import io.tinker4j.types.wire.FutureRetrieveRequest;
import io.tinker4j.types.wire.OptimStepRequest;
import io.tinker4j.types.wire.UntypedFuture;
import java.util.Map;

/** Training by single calls, without the clients that do more than one call each. */
final class BareCalls {
  static final String MODEL = "tinker4j/tiny-bytes";

  /** For questions to a server that has just restarted. */
  private static final CallOptions PATIENT = CallOptions.builder().maxRetries(10).build();

  private BareCalls() {}

  static String session(ApiClient client) {
    CreateSessionRequest request =
        CreateSessionRequest.builder().userMetadata(Map.of()).sdkVersion("1").build();
    return client.call(Operations.CREATE_SESSION, request).sessionId();
  }

  static String model(ApiClient client, String session) {
    return model(client, session, 0);
  }

  static String model(ApiClient client, String session, int number) {
    CreateModelRequest request =
        CreateModelRequest.builder()
            .sessionId(session)
            .modelSeqId(number)
            .baseModel(MODEL)
            .loraConfig(LoraConfig.builder().rank(4).build())
            .build();
    UntypedFuture promise = client.call(Operations.CREATE_MODEL, request);
    return result(client, Operations.RETRIEVE_CREATE_MODEL, promise).modelId();
  }

  /** The model's first step. */
  static OptimStepRequest step(String model) {
    return OptimStepRequest.builder()
        .adamParams(AdamParams.builder().build())
        .modelId(model)
        .seqId(1)
        .build();
  }

  static FutureRetrieveRequest question(String requestId) {
    return FutureRetrieveRequest.builder().requestId(requestId).build();
  }

  static <T> T result(
      ApiClient client,
      Operation<FutureRetrieveRequest, FutureOutcome<T>> operation,
      UntypedFuture promise) {
    while (true) {
      if (client.call(operation, question(promise.requestId()), PATIENT)
          instanceof FutureOutcome.Ready<T> ready) {
        return ready.result();
      }
    }
  }
}
