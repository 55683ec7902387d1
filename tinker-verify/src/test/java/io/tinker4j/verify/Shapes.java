package io.tinker4j.verify;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Compares answers with golden ones by their form: types and names, not values. */
final class Shapes {
  /** Concerns the transport of the reference client alone. */
  private static final String NOT_OURS = "use_pyqwest_transport";

  /** Objects whose keys are anybody's choice. */
  private static final Set<String> FREE =
      Set.of("metrics", "user_metadata", "sessions", "event_info");

  /** Properties that later versions of the protocol have added, and one that is not decoded. */
  private static final Set<String> LATER =
      Set.of("trainable", "sampleable", "base_model", "queue_state_reason");

  private Shapes() {}

  /**
   * Properties that are not null in the vector are there, with a value of the same kind, down to
   * the leaves and in each element; and there is none that the vector does not have.
   */
  static List<String> differences(String place, JsonNode expected, JsonNode found) {
    List<String> differences = new ArrayList<>();
    collect(place, expected, found, differences);
    return differences;
  }

  private static void collect(
      String place, JsonNode expected, JsonNode found, List<String> differences) {
    if (expected.getNodeType() != found.getNodeType()) {
      differences.add(place + " is " + found.getNodeType() + ", not " + expected.getNodeType());
    } else if (expected.isObject() && !FREE.contains(place.substring(place.lastIndexOf('.') + 1))) {
      for (var property : expected.properties()) {
        String inner = place + "." + property.getKey();
        if (property.getValue().isNull() || property.getKey().equals(NOT_OURS)) {
          continue;
        }
        if (found.has(property.getKey())) {
          collect(inner, property.getValue(), found.get(property.getKey()), differences);
        } else {
          differences.add(inner + " is missing");
        }
      }
      for (var property : found.properties()) {
        if (!expected.has(property.getKey()) && !LATER.contains(property.getKey())) {
          differences.add(place + "." + property.getKey() + " is unknown");
        }
      }
    } else if (expected.isArray() && !expected.isEmpty()) {
      for (int i = 0; i < found.size(); i++) {
        // Elements after the first one need not have all that is optional.
        boolean isFirst = i == 0;
        differences(place + "[" + i + "]", expected.get(0), found.get(i)).stream()
            .filter(difference -> isFirst || !difference.endsWith(" is missing"))
            .forEach(differences::add);
      }
    }
  }
}
