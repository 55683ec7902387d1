package io.tinker4j.examples;

import io.tinker4j.transport.CallKind;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.operation.JsonCodec;
import io.tinker4j.transport.operation.Operation;
import java.util.List;
import java.util.Map;

/** The protocol without the clients above it: session, model, result by polling, info, unload. */
public final class ModelInfoAndUnload {
  private ModelInfoAndUnload() {}

  /** Uses the server and the key that TINKER_BASE_URL and TINKER_API_KEY name. */
  public static void main(String[] args) {
    try (ApiClient api = ApiClient.builder().build()) {
      System.out.println(run(api, "meta-llama/Llama-3.1-8B"));
    }
  }

  /** Returns what get_info says about the model. */
  static Map<?, ?> run(ApiClient api, String baseModel) {
    Map<?, ?> session =
        call(
            api,
            "create_session",
            Map.of("tags", List.of(), "user_metadata", Map.of(), "sdk_version", api.sdkVersion()));
    Map<?, ?> promise =
        call(
            api,
            "create_model",
            Map.of(
                "session_id",
                session.get("session_id"),
                "model_seq_id",
                0,
                "base_model",
                baseModel,
                "lora_config",
                Map.of("rank", 8)));
    Object modelId = await(api, promise).get("model_id");
    Map<?, ?> info = call(api, "get_info", Map.of("model_id", modelId));
    await(api, call(api, "unload_model", Map.of("model_id", modelId)));
    return info;
  }

  /** Asks until the result is there: a question is held by the server for a while. */
  private static Map<?, ?> await(ApiClient api, Map<?, ?> promise) {
    while (true) {
      Map<?, ?> answer =
          call(api, "retrieve_future", Map.of("request_id", promise.get("request_id")));
      if (!"try_again".equals(answer.get("type"))) {
        return answer;
      }
    }
  }

  private static Map<?, ?> call(ApiClient api, String name, Map<?, ?> body) {
    return api.call(
        Operation.post(name, "/api/v1/" + name, CallKind.REST, JsonCodec.of(Map.class, Map.class)),
        body);
  }
}
