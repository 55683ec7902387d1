package io.tinker4j.verify.golden;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.transport.TinkerException;
import io.tinker4j.transport.operation.JsonCodec;
import io.tinker4j.verify.Spec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Reads a recorded JSON answer and compares it with what the Python client made of it. */
final class JsonResponses {
  private static final Map<String, String> NAMES =
      Map.of(
          "UntypedAPIFuture", "UntypedFuture",
          "SaveWeightsForSamplerResponseInternal", "SaveWeightsForSamplerResponse",
          "_SessionTraceExportPollResponse", "TraceExportResponse");

  /**
   * Where this client is more patient than the Python one, by design: a value of an enum or a tag
   * that it does not know is kept, a field that it does not know is passed over, and null stands
   * for absence.
   */
  private static final Set<String> TOLERATED = Set.of("literal_error", "enum", "extra_forbidden");

  private JsonResponses() {}

  static void assertDecoded(Vector vector, JsonNode recorded) {
    String name = NAMES.getOrDefault(vector.type(), vector.type());
    Class<?> type = Spec.type(name);
    JsonNode input = recorded.get("json");
    byte[] body = Vector.MAPPER.writeValueAsBytes(input);
    if (recorded.get("valid").asBoolean()) {
      Object value = JsonCodec.read(body, type);
      JsonNode written = Vector.MAPPER.readTree(JsonCodec.write(value));
      JsonValues.assertDecoded(recorded.get("decoded"), written, input, "$");
    } else if (isTolerated(name, recorded, input)) {
      readPatiently(body, type);
    } else {
      assertThatThrownBy(() -> JsonCodec.read(body, type)).isInstanceOf(TinkerException.class);
    }
  }

  /** Accepts or refuses, and refuses in one way only. */
  private static void readPatiently(byte[] body, Class<?> type) {
    try {
      JsonCodec.read(body, type);
    } catch (TinkerException e) {
      return;
    }
  }

  private static boolean isTolerated(String schema, JsonNode recorded, JsonNode input) {
    for (JsonNode error : errors(recorded)) {
      JsonNode loc = error.get("loc");
      boolean absent =
          loc.size() == 1
              && input.path(loc.get(0).asString()).isNull()
              && !Spec.isRequired(Spec.schema(schema), loc.get(0).asString());
      if (absent || TOLERATED.contains(error.get("kind").asString())) {
        return true;
      }
    }
    return false;
  }

  private static List<JsonNode> errors(JsonNode recorded) {
    List<JsonNode> errors = new ArrayList<>();
    recorded.path("errors").forEach(errors::add);
    recorded.path("error").path("errors").forEach(errors::add);
    return errors;
  }
}
