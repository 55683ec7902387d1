package io.tinker4j.transport.internal;

import io.tinker4j.transport.Redaction;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes addresses: the base URL's path stays, one slash between, parameters in path and query. */
public final class Url {
  private static final String LITERAL_IN_PATHS = "/:-._~!$&'()*+,;=@";

  private Url() {}

  public static URI base(String text) {
    try {
      URI uri = new URI(text.strip());
      if (uri.getRawAuthority() != null && uri.getRawAuthority().contains("@")) {
        throw new IllegalArgumentException(
            "baseUrl has a user or a password in it, which would be sent nowhere and shown in logs;"
                + " set what a gateway wants with header(\"Authorization\", …)");
      }
      boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (http && uri.getHost() != null && uri.getQuery() == null && uri.getFragment() == null) {
        return uri;
      }
      Optional<String> underscored = hostWithUnderscore(uri);
      if (underscored.isPresent()) {
        throw new IllegalArgumentException("baseUrl: " + underscore(underscored.get()));
      }
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(notOne(text), Redaction.byForm(e));
    }
    throw new IllegalArgumentException(notOne(text));
  }

  /**
   * Returns the host name when it has an underscore: {@link URI} gives no host then, and the JDK's
   * HTTP client takes no such address.
   */
  public static Optional<String> hostWithUnderscore(URI uri) {
    if (uri.getHost() != null || uri.getRawAuthority() == null) {
      return Optional.empty();
    }
    String server = uri.getRawAuthority().replaceFirst("^.*@", "").replaceFirst(":\\d*$", "");
    return Optional.of(server).filter(name -> name.contains("_"));
  }

  /** Says what is wrong with such a host name, and what to do. */
  public static String underscore(String host) {
    return "the host name '"
        + host
        + "' has an underscore, which names of hosts must not have (RFC 1123); give the host"
        + " another name, or use its IP address";
  }

  private static String notOne(String text) {
    return "baseUrl is '"
        + Redaction.byForm(text)
        + "'; it must be like https://host/path, without a query";
  }

  /** Returns whether the address is one of this machine. */
  public static boolean isLoopback(URI uri) {
    String host = uri.getHost().toLowerCase(Locale.ROOT);
    return host.equals("localhost")
        || host.endsWith(".localhost")
        || host.matches("127(\\.\\d{1,3}){3}")
        || host.equals("[::1]")
        || host.equals("[0:0:0:0:0:0:0:1]");
  }

  public static String withoutQuery(URI uri) {
    String text = uri.toString();
    int query = text.indexOf('?');
    return query < 0 ? text : text.substring(0, query);
  }

  /** Returns host and port, the port also when it is the scheme's own. */
  public static String hostAndPort(URI uri) {
    int port = uri.getPort() >= 0 ? uri.getPort() : "https".equals(uri.getScheme()) ? 443 : 80;
    return uri.getHost() + ":" + port;
  }

  /** Returns where a redirect leads; empty when that is not an address for HTTP. */
  public static Optional<URI> resolve(URI from, String location) {
    try {
      URI target = from.resolve(new URI(location.strip()));
      boolean http = "http".equals(target.getScheme()) || "https".equals(target.getScheme());
      return http && target.getHost() != null ? Optional.of(target) : Optional.empty();
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  /** Returns whether both have the same scheme, host and port. */
  public static boolean sameOrigin(URI one, URI other) {
    return one.getScheme().equalsIgnoreCase(other.getScheme())
        && hostAndPort(one).equalsIgnoreCase(hostAndPort(other));
  }

  public static URI of(URI base, String path, Map<String, ? extends @Nullable Object> parameters) {
    String filled = path;
    Map<String, @Nullable Object> query = new LinkedHashMap<>(parameters);
    for (Map.Entry<String, ? extends @Nullable Object> parameter : parameters.entrySet()) {
      String place = "{" + parameter.getKey() + "}";
      if (filled.contains(place)) {
        filled = filled.replace(place, inPath(String.valueOf(parameter.getValue())));
        query.remove(parameter.getKey());
      }
    }
    String prefix = base.toString().replaceAll("/+$", "");
    String tail = query(query);
    return URI.create(
        prefix + "/" + filled.replaceAll("^/+", "") + (tail.isEmpty() ? "" : "?" + tail));
  }

  /** Only characters that are illegal in a path are encoded; a slash separates. */
  private static String inPath(String value) {
    StringBuilder encoded = new StringBuilder();
    for (byte unit : value.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (unit & 0xff);
      if (c < 0x80 && (Character.isLetterOrDigit(c) || LITERAL_IN_PATHS.indexOf(c) >= 0)) {
        encoded.append(c);
      } else {
        encoded.append("%%%02X".formatted(unit & 0xff));
      }
    }
    return encoded.toString();
  }

  private static String query(Map<String, @Nullable Object> parameters) {
    List<String> parts = new ArrayList<>();
    parameters.forEach((name, value) -> add(name, value, parts));
    return String.join("&", parts);
  }

  /** A list is joined with commas, a map is one parameter per entry, its key in brackets. */
  private static void add(String name, @Nullable Object value, List<String> parts) {
    switch (value) {
      case null -> {}
      case Map<?, ?> nested ->
          nested.forEach((key, inner) -> add(name + "[" + key + "]", inner, parts));
      case Iterable<?> values -> addText(name, join(values), parts);
      default -> addText(name, value.toString(), parts);
    }
  }

  private static void addText(String name, String text, List<String> parts) {
    if (!text.isEmpty()) {
      parts.add(encode(name) + "=" + encode(text));
    }
  }

  private static String join(Iterable<?> values) {
    List<String> texts = new ArrayList<>();
    for (Object value : values) {
      if (value != null) {
        texts.add(value.toString());
      }
    }
    return String.join(",", texts);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("%7E", "~").replace("*", "%2A");
  }
}
