package io.tinker4j.transport.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.transport.internal.Environment;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The switch for reports, as the reference client reads it. */
@Tag("readiness:E1")
class TelemetryAllowedTest {
  private static boolean isAllowed(Environment environment) {
    try (ApiClient client =
        TestClient.of(new FakeTransport(), new RecordingTime()).environment(environment).build()) {
      return client.isTelemetryAllowed();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, true",
    "TRUE, true",
    "yes, true",
    "On, true",
    "0, false",
    "false, false",
    "off, false",
    "'', false",
    "2, false",
    "' 1', false"
  })
  void variable_anyValue_isReadAsTheReferenceDoes(String value, boolean isAllowed) {
    assertThat(isAllowed(TestClient.environment(Map.of("TINKER_TELEMETRY", value))))
        .isEqualTo(isAllowed);
  }

  @Test
  void property_winsOverTheVariable_andWithoutBothItIsAllowed() {
    Map<String, String> off = Map.of("tinker.telemetry", "false");

    assertThat(isAllowed(new Environment(off::get, Map.of("TINKER_TELEMETRY", "1")::get)))
        .isFalse();
    assertThat(isAllowed(TestClient.environment(Map.of()))).isTrue();
  }
}
