package io.tinker4j.training;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How a service client fares, as of one moment. Immutable.
 *
 * @param components {@code api}, {@code session}, {@code circuits}, {@code telemetry}, {@code
 *     operations} and {@code background}, in that order
 */
public record Health(List<Component> components) {
  /** How good it is, best first. */
  public enum Status {
    /** All is well. */
    UP,
    /** It works, but not well, or is about to fail. */
    DEGRADED,
    /** It does not work. */
    DOWN
  }

  /** Copies the list. */
  public Health {
    components = List.copyOf(components);
  }

  /**
   * One part of a client.
   *
   * @param detail what is the matter, for people
   * @param measures numbers, by names that do not change: seconds, counts, and 0 or 1
   */
  public record Component(String name, Status status, String detail, Map<String, Double> measures) {
    /** Copies the map and keeps its order. */
    public Component {
      measures = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(measures));
    }
  }

  /** Returns the worst status of the components. */
  public Status status() {
    return components.stream().map(Component::status).max(Status::compareTo).orElse(Status.UP);
  }

  /** Returns the component of that name. */
  public Optional<Component> component(String name) {
    return components.stream().filter(each -> each.name().equals(name)).findFirst();
  }

  /** Returns the same as maps, texts and numbers, to be written as JSON. */
  public Map<String, Object> toMap() {
    Map<String, Object> parts = new LinkedHashMap<>();
    for (Component each : components) {
      Map<String, Object> part = new LinkedHashMap<>();
      part.put("status", each.status().name());
      part.put("detail", each.detail());
      part.putAll(each.measures());
      parts.put(each.name(), part);
    }
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("status", status().name());
    map.put("components", parts);
    return map;
  }

  /** Returns one line per component below the status. */
  @Override
  public String toString() {
    return components.stream()
        .map(each -> "  %-10s %-8s %s".formatted(each.name(), each.status(), each.detail()))
        .collect(Collectors.joining("\n", status() + "\n", ""));
  }
}
