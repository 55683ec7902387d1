package io.tinker4j.training;

import com.github.luben.zstd.Zstd;
import com.google.protobuf.ByteString;
import io.tinker4j.transport.Headers;
import io.tinker4j.transport.Transport;
import io.tinker4j.transport.TransportRequest;
import io.tinker4j.transport.TransportResponse;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.operation.JsonCodec;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A service in this JVM that answers every operation at once with the least that is an answer,
 * unless told otherwise.
 */
final class FakeService implements Transport {
  final List<Call> calls = new CopyOnWriteArrayList<>();
  private final Map<String, Handler> handlers = new ConcurrentHashMap<>();
  private final AtomicInteger promises = new AtomicInteger();
  private final Map<String, Integer> wanted = new ConcurrentHashMap<>();

  /** A request: the path below the API's, and what it carries. */
  record Call(String path, Headers headers, ByteString body) {
    Map<String, @Nullable Object> json() {
      byte[] bytes = body.toByteArray();
      boolean packed = headers.first("content-encoding").filter("zstd"::equals).isPresent();
      return JsonCodec.readMap(packed ? Zstd.decompress(bytes) : bytes);
    }
  }

  /** Answers a request. */
  @FunctionalInterface
  interface Handler {
    TransportResponse answer(Call call) throws IOException, InterruptedException;
  }

  FakeService() {
    on("client/config", call -> json(200, Map.of()));
    on("client/dynamic_config", call -> json(404, Map.of("detail", "none")));
    on("telemetry", call -> json(200, Map.of("status", "accepted")));
    on("create_session", call -> json(200, Map.of("session_id", "s")));
    on("create_sampling_session", call -> json(200, Map.of("sampling_session_id", "p")));
    on(
        "retrieve_future",
        call -> {
          return switch (call.headers().first("X-Tinker-Request-Type").orElse("")) {
            case "CreateModel" -> json(200, Map.of("model_id", "m"));
            case "Sample" -> json(200, Map.of("sequences", sequences(call)));
            case "Forward", "ForwardBackward" ->
                json(
                    200,
                    Map.of(
                        "loss_fn_output_type",
                        "x",
                        "loss_fn_outputs",
                        outputs(call),
                        "metrics",
                        Map.of()));
            case "UnloadModel" -> json(200, Map.of("model_id", "m"));
            case "SaveWeightsForSampler" -> json(200, Map.of("sampling_session_id", "p"));
            default -> json(200, Map.of("path", "tinker://m/weights/w"));
          };
        });
  }

  FakeService on(String path, Handler handler) {
    handlers.put(path, handler);
    return this;
  }

  /** Returns what answers that path now. */
  Handler handler(String path) {
    return Objects.requireNonNull(handlers.get(path));
  }

  /** Returns what answers that path now, or would. */
  Handler handlerOr(String path) {
    return handlers.getOrDefault(path, this::usual);
  }

  List<Call> callsTo(String path) {
    return calls.stream().filter(call -> call.path().equals(path)).toList();
  }

  ServiceClient.Builder client() {
    return ServiceClient.builder().apiKey("tml-test").baseUrl("http://tinker.test").transport(this);
  }

  /** Returns a client of a service for tests of what is below the service client. */
  static ApiClient api(Transport service) {
    return ApiClient.builder()
        .apiKey("tml-test")
        .baseUrl("http://tinker.test")
        .transport(service)
        .build();
  }

  static TransportResponse json(int status, @Nullable Object json) {
    byte[] body = JsonCodec.write(json);
    return TransportResponse.of(
        status,
        Headers.builder()
            .set("content-type", "application/json")
            .set("content-length", Integer.toString(body.length))
            .build(),
        new ByteArrayInputStream(body));
  }

  @Override
  public TransportResponse send(TransportRequest request) throws IOException, InterruptedException {
    Call call =
        new Call(
            request.uri().getPath().replaceFirst("/api/v1/", ""),
            request.headers(),
            ByteString.copyFrom(request.body()));
    calls.add(call);
    TransportResponse answer = handlerOr(call.path()).answer(call);
    return call.path().startsWith("forward") && answer.status() == 200
        ? noted(answer, PassBodies.examples(call))
        : answer;
  }

  /** Notes how many outputs the result of a pass has, by the id that its promise carries. */
  private TransportResponse noted(TransportResponse promise, int examples) throws IOException {
    byte[] body = promise.body().readAllBytes();
    Object id =
        JsonCodec.tryReadMap(new String(body, StandardCharsets.UTF_8))
            .map(json -> json.get("request_id"))
            .orElse("");
    wanted.put(String.valueOf(id), examples);
    return TransportResponse.of(200, promise.headers(), new ByteArrayInputStream(body));
  }

  private TransportResponse usual(Call call) {
    String id = "r" + promises.incrementAndGet();
    if (call.path().equals("asample")) {
      wanted.put(
          id, call.json().get("num_samples") instanceof Number number ? number.intValue() : 1);
    }
    return json(200, Map.of("request_id", id));
  }

  /** As many as there are examples, without log-probabilities. */
  private List<Object> outputs(Call call) {
    int count = wanted.getOrDefault(String.valueOf(call.json().get("request_id")), 0);
    return Collections.nCopies(count, Map.of());
  }

  /** As many as were asked for, without a token. */
  private List<Object> sequences(Call call) {
    int count = wanted.getOrDefault(String.valueOf(call.json().get("request_id")), 1);
    return Collections.nCopies(count, Map.of("stop_reason", "stop", "tokens", List.of()));
  }

  @Override
  public void close() {}
}
