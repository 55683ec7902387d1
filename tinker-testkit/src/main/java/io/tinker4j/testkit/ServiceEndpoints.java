package io.tinker4j.testkit;

import io.tinker4j.testkit.model.BaseModel;
import io.tinker4j.types.ClientConfigRequest;
import io.tinker4j.types.ClientConfigResponse;
import io.tinker4j.types.CreateSessionRequest;
import io.tinker4j.types.CreateSessionResponse;
import io.tinker4j.types.GetServerCapabilitiesResponse;
import io.tinker4j.types.HealthResponse;
import io.tinker4j.types.SessionHeartbeatRequest;
import io.tinker4j.types.SessionHeartbeatResponse;
import io.tinker4j.types.SupportedModel;
import java.util.List;
import java.util.Map;

/** Configuration, sessions and what the server can do. */
final class ServiceEndpoints {
  private static final int REFRESH_INTERVAL_SECONDS = 300;

  private final Registry registry;
  private final ClientConfigResponse clientConfig;
  private final List<String> baseModels;

  ServiceEndpoints(Registry registry, ClientConfigResponse clientConfig, List<String> baseModels) {
    this.registry = registry;
    this.clientConfig = clientConfig;
    this.baseModels = baseModels;
  }

  void addTo(Router router) {
    router
        .addOpen("GET", "healthz", call -> healthz())
        .add("POST", "client/config", this::clientConfig)
        .add("POST", "client/dynamic_config", this::dynamicConfig)
        .add("GET", "get_server_capabilities", call -> capabilities())
        .add("POST", "create_session", this::createSession)
        .add("POST", "session_heartbeat", this::heartbeat)
        .add("POST", "sessions/*/finish", this::finish);
  }

  private static Answer healthz() {
    return JsonBodies.ok(HealthResponse.builder().status("ok").build());
  }

  private Answer clientConfig(HttpCall call) {
    JsonBodies.read(call.body(), ClientConfigRequest.class);
    return JsonBodies.ok(clientConfig);
  }

  private Answer dynamicConfig(HttpCall call) {
    JsonBodies.read(call.body(), ClientConfigRequest.class);
    return JsonBodies.ok(Map.of("refresh_interval_sec", REFRESH_INTERVAL_SECONDS));
  }

  private Answer capabilities() {
    GetServerCapabilitiesResponse.Builder capabilities = GetServerCapabilitiesResponse.builder();
    for (String name : baseModels) {
      capabilities.addSupportedModels(
          SupportedModel.builder()
              .modelName(name)
              .maxContextLength(BaseModel.MAX_CONTEXT_LENGTH)
              .build());
    }
    return JsonBodies.ok(capabilities.build());
  }

  private Answer createSession(HttpCall call) {
    JsonBodies.read(call.body(), CreateSessionRequest.class);
    Session session = registry.createSession(call.owner());
    return JsonBodies.ok(CreateSessionResponse.builder().sessionId(session.id()).build());
  }

  private Answer heartbeat(HttpCall call) {
    SessionHeartbeatRequest request = JsonBodies.read(call.body(), SessionHeartbeatRequest.class);
    registry.heartbeat(call.owner(), request.sessionId());
    return JsonBodies.ok(SessionHeartbeatResponse.builder().build());
  }

  private Answer finish(HttpCall call) {
    registry.session(call.owner(), call.pathParameter(0)).finish();
    return JsonBodies.ok(Map.of());
  }
}
