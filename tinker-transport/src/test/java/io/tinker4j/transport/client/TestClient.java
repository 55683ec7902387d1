package io.tinker4j.transport.client;

import io.tinker4j.transport.CallKind;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.Transport;
import io.tinker4j.transport.internal.Environment;
import io.tinker4j.transport.operation.JsonCodec;
import io.tinker4j.transport.operation.Operation;
import io.tinker4j.types.wire.UntypedFuture;
import io.tinker4j.types.wire.WeightsInfoRequest;
import java.util.Map;
import java.util.random.RandomGenerator;

/** What tests of calls share: an operation of each kind, and a client without chance or waiting. */
public final class TestClient {
  public static final String KEY = "tml-very-secret";
  static final String OK = "{\"request_id\":\"r1\"}";
  static final WeightsInfoRequest INPUT =
      WeightsInfoRequest.builder().tinkerPath("tinker://r/weights/x").build();
  public static final CallOptions ONCE = CallOptions.builder().maxRetries(0).build();

  private TestClient() {}

  static Operation<WeightsInfoRequest, UntypedFuture> post(CallKind kind) {
    return Operation.post(
        "some_call",
        "/api/v1/some_call",
        kind,
        JsonCodec.of(WeightsInfoRequest.class, UntypedFuture.class));
  }

  static RandomGenerator always(double value) {
    return new RandomGenerator() {
      @Override
      public long nextLong() {
        return 0;
      }

      @Override
      public double nextDouble() {
        return value;
      }
    };
  }

  public static Environment environment(Map<String, String> variables) {
    return new Environment(name -> null, variables::get);
  }

  static ApiClient.Builder of(Transport transport, Time time) {
    return ApiClient.builder()
        .apiKey(KEY)
        .baseUrl("http://tinker.test:8000/prefix/")
        .environment(environment(Map.of()))
        .transport(transport)
        .time(time)
        .random(always(0));
  }
}
