package io.tinker4j.examples;

import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.CallKind;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.operation.JsonCodec;
import io.tinker4j.transport.operation.Operation;
import java.util.List;
import java.util.Map;

/** Finds out where heartbeats go: session_heartbeat is answered, heartbeat is not there. */
public final class HeartbeatProbe {
  private HeartbeatProbe() {}

  /** Uses the server and the key that TINKER_BASE_URL and TINKER_API_KEY name. */
  public static void main(String[] args) {
    try (ApiClient api = ApiClient.builder().build()) {
      System.out.println(run(api));
    }
  }

  /** Returns the status of each path. */
  static Map<String, Integer> run(ApiClient api) {
    Map<?, ?> session =
        post(
            api,
            "create_session",
            Map.of("tags", List.of(), "user_metadata", Map.of(), "sdk_version", api.sdkVersion()));
    Map<?, ?> beat = Map.of("session_id", session.get("session_id"));
    return Map.of(
        "session_heartbeat", status(api, "session_heartbeat", beat),
        "heartbeat", status(api, "heartbeat", beat));
  }

  private static int status(ApiClient api, String name, Map<?, ?> body) {
    try {
      Map<?, ?> unused = post(api, name, body);
      return 200;
    } catch (ApiStatusException e) {
      return e.status();
    }
  }

  private static Map<?, ?> post(ApiClient api, String name, Map<?, ?> body) {
    return api.call(
        Operation.post(
            name, "/api/v1/" + name, CallKind.SESSION, JsonCodec.of(Map.class, Map.class)),
        body);
  }
}
