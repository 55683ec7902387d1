package io.tinker4j.verify.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.DecodeException;
import io.tinker4j.transport.Headers;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.client.CallOptions;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.types.CheckpointArchiveUrlResponse;
import io.tinker4j.types.wire.CheckpointRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.assertj.core.api.Assertions;
import tools.jackson.databind.JsonNode;

/** Asks for an archive's address and compares the outcome. */
final class ArchiveUrls {
  private static final CheckpointRequest REQUEST =
      CheckpointRequest.builder().trainingRunId("run-1").checkpointId("weights/0001").build();

  private ArchiveUrls() {}

  static void assertOutcome(JsonNode recorded) {
    Headers.Builder headers = Headers.builder();
    recorded
        .get("responseHeaders")
        .properties()
        .forEach(header -> headers.set(header.getKey(), header.getValue().asString()));
    CannedTransport transport =
        new CannedTransport(
            recorded.get("status").asInt(),
            headers.build(),
            recorded.get("responseBody").asString().getBytes(StandardCharsets.UTF_8));
    JsonNode expected = recorded.get("expect");

    try (ApiClient client = transport.client("https://tinker.example")) {
      if (expected.get("outcome").asString().equals("ok")) {
        assertFound(expected, ask(client));
      } else if (expected.get("statusCode").isNull()) {
        assertThatThrownBy(() -> ask(client)).isInstanceOf(DecodeException.class);
      } else {
        Assertions.assertThatExceptionOfType(ApiStatusException.class)
            .isThrownBy(() -> ask(client))
            .matches(e -> e.status() == expected.get("statusCode").asInt());
      }
    }
  }

  private static CheckpointArchiveUrlResponse ask(ApiClient client) {
    return client.call(
        Operations.CHECKPOINT_ARCHIVE_URL, REQUEST, CallOptions.builder().maxRetries(0).build());
  }

  private static void assertFound(JsonNode expected, CheckpointArchiveUrlResponse found) {
    assertThat(found.url()).isEqualTo(expected.get("url").asString());
    String expires = expected.get("expires").asString();
    if (expires.equals("now + 15 minutes")) {
      assertThat(found.expires())
          .isBetween(
              Instant.now().plus(Duration.ofMinutes(14)),
              Instant.now().plus(Duration.ofMinutes(15)));
    } else {
      assertThat(found.expires()).isEqualTo(OffsetDateTime.parse(expires).toInstant());
    }
  }
}
