package io.tinker4j.transport;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * HTTP headers: names without regard to case, each with one or more values in order.
 *
 * <p>Immutable. {@link #toString()} masks the values of headers that carry credentials.
 */
public final class Headers implements Serializable {
  private static final long serialVersionUID = 1;
  private static final Headers EMPTY = builder().build();
  private static final String MASK = "***";

  private final TreeMap<String, List<String>> values;

  private Headers(Builder builder) {
    this.values = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    builder.values.forEach((name, all) -> values.put(name, List.copyOf(all)));
  }

  /** Returns headers without any. */
  public static Headers empty() {
    return EMPTY;
  }

  /** Starts empty headers. */
  public static Builder builder() {
    return new Builder();
  }

  /** Starts headers that already have these. */
  public Builder toBuilder() {
    Builder builder = builder();
    builder.setAll(this);
    return builder;
  }

  /** Returns the first value of a header. */
  public Optional<String> first(String name) {
    return all(name).stream().findFirst();
  }

  /** Returns all values of a header in order; empty when there is none. */
  public List<String> all(String name) {
    return values.getOrDefault(Objects.requireNonNull(name, "name"), List.of());
  }

  /** Returns all headers, unmodifiable; lookups in the map ignore case too. */
  public Map<String, List<String>> asMap() {
    return Collections.unmodifiableMap(values);
  }

  /** Returns these headers without those that carry credentials. */
  public Headers withoutSecrets() {
    Builder builder = builder();
    values.forEach((name, all) -> {
      if (!isSecret(name)) {
        all.forEach(value -> builder.add(name, value));
      }
    });
    return builder.build();
  }

  /** Returns the values of those that carry credentials. */
  public List<String> secrets() {
    List<String> secrets = new ArrayList<>();
    values.forEach((name, all) -> {
      if (isSecret(name)) {
        secrets.addAll(all);
      }
    });
    return secrets;
  }

  private static boolean isSecret(String name) {
    return Secret.HEADERS.contains(name) || Secret.NAME.matcher(name).find();
  }

  /** Returns the headers as text, with the values of credentials replaced by {@code ***}. */
  @Override
  public String toString() {
    Map<String, Object> shown = new TreeMap<>(values);
    shown.replaceAll((name, all) -> isSecret(name) ? MASK : all);
    return Redaction.byForm(shown.toString());
  }

  /** Names of headers whose values must not be seen. */
  private static final class Secret {
    /** Gateways have names of their own. */
    static final Pattern NAME =
        Pattern.compile("(?i)api-?key|secret|password|token|authorization|credential|signature");

    static final Set<String> HEADERS = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);

    static {
      Collections.addAll(
          HEADERS,
          "X-API-Key",
          "CF-Access-Client-Secret",
          "Authorization",
          "Proxy-Authorization",
          "Cookie",
          "Set-Cookie");
    }
  }

  /** Builds headers; not thread-safe. */
  public static final class Builder {
    private final Map<String, List<String>> values = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    private Builder() {}

    /**
     * Adds a value behind those the header already has.
     *
     * @throws IllegalArgumentException if the name is not a header name or the value contains
     *     control characters; the message does not show the value
     */
    public Builder add(String name, String value) {
      checkName(Objects.requireNonNull(name, "name"));
      checkValue(name, Objects.requireNonNull(value, "value"));
      values.computeIfAbsent(name, unused -> new ArrayList<>()).add(value);
      return this;
    }

    /**
     * Sets the only value of a header.
     *
     * @throws IllegalArgumentException as {@link #add}
     */
    public Builder set(String name, String value) {
      values.remove(Objects.requireNonNull(name, "name"));
      return add(name, value);
    }

    /** Replaces each header that the others have by theirs; keeps the rest. */
    public Builder setAll(Headers others) {
      others.values.forEach((name, all) -> values.put(name, new ArrayList<>(all)));
      return this;
    }

    /** Builds the headers. */
    public Headers build() {
      return new Headers(this);
    }

    private static void checkName(String name) {
      boolean token =
          name.chars().allMatch(c -> c > ' ' && c < 0x7f && "()<>@,;:\\\"/[]?={}".indexOf(c) < 0);
      if (name.isEmpty() || !token) {
        throw new IllegalArgumentException("not a header name: '" + name + "'");
      }
    }

    private static void checkValue(String name, String value) {
      if (value.chars().anyMatch(c -> c != '\t' && (c < ' ' || c == 0x7f))) {
        throw new IllegalArgumentException(
            "the value of the header " + name + " contains a control character");
      }
    }
  }
}
