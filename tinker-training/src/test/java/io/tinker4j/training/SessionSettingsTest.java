package io.tinker4j.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/** Where sessions land, and which client the service takes this one for. */
@Timeout(60)
@ResourceLock(Resources.SYSTEM_PROPERTIES)
@Isolated("sets system properties")
class SessionSettingsTest {
  private final FakeService server = new FakeService();

  @AfterEach
  void clear() {
    System.clearProperty("tinker.projectId");
    System.clearProperty("tinker.tags");
  }

  private Map<String, @Nullable Object> session(ServiceClient.Builder builder) {
    try (ServiceClient service = builder.build()) {
      service.createSamplingClient("base");
    }
    return server.callsTo("create_session").getLast().json();
  }

  @Test
  void session_projectAndTagsSetOutside_carriesThem() {
    System.setProperty("tinker.projectId", "p-outside");
    System.setProperty("tinker.tags", "a,b");

    assertThat(session(server.client()))
        .containsEntry("project_id", "p-outside")
        .containsEntry("tags", List.of("a", "b"));
    assertThat(session(server.client().projectId("p-own").tag("own")))
        .containsEntry("project_id", "p-own")
        .containsEntry("tags", List.of("own"));
  }

  @Test
  void session_nothingSet_hasNoProjectAndNoTags() {
    assertThat(session(server.client()))
        .doesNotContainKey("project_id")
        .containsEntry("tags", List.of());
  }

  @Test
  void sdkVersion_isToldWhereverTheServiceAsksForIt() throws Exception {
    CountDownLatch reported = new CountDownLatch(1);
    server.on(
        "telemetry",
        call -> {
          reported.countDown();
          return FakeService.json(200, Map.of("status", "accepted"));
        });

    assertThat(session(server.client().telemetry(true))).containsEntry("sdk_version", "0.25.0");

    assertThat(reported.await(20, TimeUnit.SECONDS)).isTrue();
    for (String path : List.of("client/config", "client/dynamic_config", "telemetry")) {
      assertThat(server.callsTo(path).get(0).json()).containsEntry("sdk_version", "0.25.0");
    }
    assertThat(session(server.client().sdkVersion("0.39.0")))
        .containsEntry("sdk_version", "0.39.0");
  }

  @Test
  void settingsOfANewerServer_areIgnoredAndShown() {
    server.on("client/config", call -> FakeService.json(200, Map.of("teleport", true)));
    server.on("checkpoints", call -> FakeService.json(404, Map.of("detail", "Not Found")));
    server.on("sessions", call -> FakeService.json(404, Map.of("detail", "Not Found")));
    try (ServiceClient service = server.client().build()) {
      ServerProfile profile = service.serverProfile();

      assertThat(profile.unknownFlags()).isEqualTo(Map.of("teleport", "true"));
      assertThat(profile.toString()).contains("flag teleport (ignored): true");
    }
  }
}
