package io.tinker4j.transport.endpoint;

import io.tinker4j.transport.operation.Codec;
import io.tinker4j.transport.operation.JsonCodec;
import io.tinker4j.types.ClientConfigResponse;
import io.tinker4j.types.wire.ClientConfigRequest;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads a server's settings, and keeps those that this version does not know. */
final class SettingsCodec implements Codec<ClientConfigRequest, Operations.Settings> {
  private final Codec<ClientConfigRequest, ClientConfigResponse> settings =
      JsonCodec.of(ClientConfigRequest.class, ClientConfigResponse.class);

  @Override
  public Body encode(ClientConfigRequest input) {
    return settings.encode(input);
  }

  @Override
  public Operations.Settings decode(Answer answer) {
    ClientConfigResponse known = settings.decode(answer);
    Map<String, String> unknown = new LinkedHashMap<>();
    JsonCodec.readMap(answer.body())
        .forEach((name, value) -> unknown.put(name, String.valueOf(value)));
    unknown.keySet().removeAll(JsonCodec.toMap(known).keySet());
    return new Operations.Settings(known, unknown);
  }
}
