package io.tinker4j.testkit.endpoint;

import io.tinker4j.testkit.http.Answer;
import io.tinker4j.testkit.http.HttpCall;
import io.tinker4j.testkit.http.JsonBodies;
import io.tinker4j.testkit.http.KeyCheck;
import io.tinker4j.testkit.http.Router;
import io.tinker4j.testkit.model.BaseModel;
import io.tinker4j.testkit.run.Behaviour;
import io.tinker4j.testkit.run.Registry;
import io.tinker4j.testkit.run.ServerSession;
import io.tinker4j.types.ClientConfigResponse;
import io.tinker4j.types.GetServerCapabilitiesResponse;
import io.tinker4j.types.SupportedModel;
import io.tinker4j.types.wire.ClientConfigRequest;
import io.tinker4j.types.wire.ClientDynamicConfigResponse;
import io.tinker4j.types.wire.CreateSessionRequest;
import io.tinker4j.types.wire.CreateSessionResponse;
import io.tinker4j.types.wire.HealthResponse;
import io.tinker4j.types.wire.SessionHeartbeatRequest;
import io.tinker4j.types.wire.SessionHeartbeatResponse;
import io.tinker4j.types.wire.TelemetryResponse;
import io.tinker4j.types.wire.TelemetrySendRequest;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Configuration, credentials, sessions, telemetry and what the server can do. */
public final class ServiceEndpoints {
  private final Registry registry;
  private final ClientConfigResponse clientConfig;
  private final CreateSessionResponse messages;
  private final List<String> baseModels;
  private final KeyCheck credentials;
  private final Behaviour behaviour;
  private final InstantSource clock;

  public ServiceEndpoints(
      Registry registry,
      ClientConfigResponse clientConfig,
      CreateSessionResponse messages,
      List<String> baseModels,
      KeyCheck credentials,
      Behaviour behaviour,
      InstantSource clock) {
    this.registry = registry;
    this.clientConfig = clientConfig;
    this.messages = messages;
    this.baseModels = baseModels;
    this.credentials = credentials;
    this.behaviour = behaviour;
    this.clock = clock;
  }

  public void addTo(Router router) {
    router
        .addOpen("GET", "healthz", call -> healthz())
        .add("POST", "client/config", this::clientConfig)
        .add("POST", "client/dynamic_config", ServiceEndpoints::dynamicConfig)
        .add("POST", "telemetry", ServiceEndpoints::telemetry)
        .add("GET", "get_server_capabilities", call -> capabilities())
        .add("POST", "create_session", this::createSession)
        .add("POST", "session_heartbeat", this::heartbeat);
    if (clientConfig.pjwtAuthEnabled()) {
      router.add("POST", "auth/token", this::exchange);
    }
  }

  private static Answer healthz() {
    return JsonBodies.ok(HealthResponse.builder().status("ok").build());
  }

  private Answer clientConfig(HttpCall call) {
    JsonBodies.read(call.body(), ClientConfigRequest.class);
    return JsonBodies.ok(clientConfig);
  }

  private static Answer dynamicConfig(HttpCall call) {
    JsonBodies.read(call.body(), ClientConfigRequest.class);
    return JsonBodies.ok(ClientDynamicConfigResponse.builder().build());
  }

  private Answer exchange(HttpCall call) {
    JsonBodies.readObject(call.body(), Set.of());
    return credentials.exchange(call);
  }

  /** Events are read, so that a malformed one is noticed, and forgotten. */
  private static Answer telemetry(HttpCall call) {
    JsonBodies.read(call.body(), TelemetrySendRequest.class);
    return JsonBodies.ok(TelemetryResponse.builder().status("accepted").build());
  }

  private Answer capabilities() {
    GetServerCapabilitiesResponse.Builder capabilities = GetServerCapabilitiesResponse.builder();
    for (String name : baseModels) {
      capabilities.addSupportedModels(
          SupportedModel.builder()
              .modelName(name)
              .maxContextLength(BaseModel.MAX_CONTEXT_LENGTH)
              .trainable(true)
              .sampleable(true)
              .build());
    }
    return JsonBodies.ok(capabilities.build());
  }

  private Answer createSession(HttpCall call) {
    CreateSessionRequest request = JsonBodies.read(call.body(), CreateSessionRequest.class);
    Map<String, String> metadata = new LinkedHashMap<>();
    request
        .userMetadata()
        .forEach((name, value) -> {
          if (value != null) {
            metadata.put(name, value.toString());
          }
        });
    ServerSession session =
        new ServerSession(
            behaviour.sessionId(),
            call.owner(),
            clock.instant(),
            metadata,
            request.projectId().orElse(null));
    registry.addSession(session);
    return JsonBodies.ok(
        CreateSessionResponse.builder().from(messages).sessionId(session.id()).build());
  }

  private Answer heartbeat(HttpCall call) {
    SessionHeartbeatRequest request = JsonBodies.read(call.body(), SessionHeartbeatRequest.class);
    registry.heartbeat(call.owner(), request.sessionId());
    return JsonBodies.ok(SessionHeartbeatResponse.builder().build());
  }
}
