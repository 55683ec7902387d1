package io.tinker4j.transport.jdk;

import io.tinker4j.transport.internal.Environment;
import io.tinker4j.transport.internal.Url;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Which proxy requests go through. Never shows its password. */
final class ProxySettings {
  private final @Nullable URI forAll;
  private final @Nullable URI forHttps;
  private final List<String> exceptions;

  private ProxySettings(@Nullable URI forAll, @Nullable URI forHttps, List<String> exceptions) {
    this.forAll = forAll;
    this.forHttps = forHttps;
    this.exceptions = exceptions;
  }

  /**
   * Reads the settings.
   *
   * @param explicit before {@code TINKER_PROXY}, which is before {@code HTTPS_PROXY}
   */
  static ProxySettings of(@Nullable String explicit, Environment environment) {
    Optional<String> all = Optional.ofNullable(explicit).or(environment::proxy);
    return new ProxySettings(
        all.map(text -> parse("proxy", text)).orElse(null),
        environment.httpsProxy().map(text -> parse("HTTPS_PROXY", text)).orElse(null),
        environment.noProxy().stream()
            .flatMap(text -> Stream.of(text.split(",")))
            .map(entry -> entry.strip().toLowerCase(Locale.ROOT))
            .filter(entry -> !entry.isEmpty())
            .toList());
  }

  private static URI parse(String name, String text) {
    try {
      URI uri = new URI(text.contains("://") ? text.strip() : "http://" + text.strip());
      if ("http".equals(uri.getScheme()) && uri.getHost() != null) {
        return uri;
      }
      Optional<String> underscored = Url.hostWithUnderscore(uri);
      if (underscored.isPresent()) {
        throw new IllegalArgumentException(name + ": " + Url.underscore(underscored.get()));
      }
    } catch (URISyntaxException e) {
      // The cause would show the password.
    }
    throw new IllegalArgumentException(
        name + " is not a proxy's address; it must be like http://user:password@host:port");
  }

  /** Returns the passwords, in each form in which they may come back. */
  List<String> secrets() {
    return Stream.of(forAll, forHttps)
        .filter(Objects::nonNull)
        .flatMap(ProxySettings::secrets)
        .filter(text -> !text.isEmpty())
        .toList();
  }

  private static Stream<String> secrets(URI proxy) {
    String user = plainUser(proxy);
    return Stream.of(
        user.substring(user.indexOf(':') + 1), server(proxy).authorization().replace("Basic ", ""));
  }

  private static String plainUser(URI proxy) {
    String user = proxy.getRawUserInfo() == null ? "" : proxy.getRawUserInfo();
    // URLDecoder takes a plus for a space, which it is not in this place.
    return URLDecoder.decode(user.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  boolean areSet() {
    return forAll != null || forHttps != null;
  }

  /** Returns the proxy for an address; empty to connect directly. */
  Optional<Server> serverFor(URI target) {
    URI proxy = forAll != null ? forAll : "https".equals(target.getScheme()) ? forHttps : null;
    return proxy == null || isException(target) ? Optional.empty() : Optional.of(server(proxy));
  }

  private static Server server(URI proxy) {
    int port = proxy.getPort() >= 0 ? proxy.getPort() : 80;
    String plain = plainUser(proxy);
    return new Server(
        proxy.getHost(),
        port,
        plain.isEmpty()
            ? ""
            : "Basic "
                + Base64.getEncoder().encodeToString(plain.getBytes(StandardCharsets.UTF_8)));
  }

  /** A host of that name, or below it; with a port only that one; {@code *} is all. */
  private boolean isException(URI target) {
    String host = target.getHost().toLowerCase(Locale.ROOT);
    String withPort = Url.hostAndPort(target).toLowerCase(Locale.ROOT);
    return exceptions.stream()
        .map(entry -> entry.startsWith(".") ? entry.substring(1) : entry)
        .anyMatch(entry ->
            entry.equals("*")
                || Stream.of(host, withPort)
                    .anyMatch(name -> name.equals(entry) || name.endsWith("." + entry)));
  }

  /**
   * A proxy.
   *
   * @param authorization for {@code Proxy-Authorization}, empty for none
   */
  record Server(String host, int port, String authorization) {
    @Override
    public String toString() {
      return host + ":" + port;
    }
  }
}
