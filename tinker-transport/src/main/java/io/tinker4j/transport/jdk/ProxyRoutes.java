package io.tinker4j.transport.jdk;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** The way of each request: direct, through a proxy, or through a relay that knows its password. */
final class ProxyRoutes extends ProxySelector implements AutoCloseable {
  private final ProxySettings settings;
  private final Duration connectTimeout;
  private final ReentrantLock lock = new ReentrantLock(); // guards: relays
  private final Map<ProxySettings.Server, ProxyRelay> relays = new HashMap<>();

  ProxyRoutes(ProxySettings settings, Duration connectTimeout) {
    this.settings = settings;
    this.connectTimeout = connectTimeout;
  }

  List<String> secrets() {
    return settings.secrets();
  }

  boolean areSet() {
    return settings.areSet();
  }

  /** Returns the proxy itself, where requests may go to a relay before it. */
  Optional<InetSocketAddress> serverFor(URI target) {
    return settings
        .serverFor(target)
        .map(server -> InetSocketAddress.createUnresolved(server.host(), server.port()));
  }

  @Override
  public List<Proxy> select(URI uri) {
    return List.of(
        settings.serverFor(uri).map(server -> proxy(uri, server)).orElse(Proxy.NO_PROXY));
  }

  private Proxy proxy(URI uri, ProxySettings.Server server) {
    return new Proxy(
        Proxy.Type.HTTP,
        isRelayed(uri, server)
            ? new InetSocketAddress(InetAddress.getLoopbackAddress(), relay(server).port())
            : InetSocketAddress.createUnresolved(server.host(), server.port()));
  }

  private static boolean isRelayed(URI uri, ProxySettings.Server server) {
    return "https".equals(uri.getScheme()) && !server.authorization().isEmpty();
  }

  /** The failure is thrown where the request was sent. */
  @Override
  public void connectFailed(URI uri, SocketAddress address, IOException e) {}

  /** Returns what the proxy must see; what begins with {@code Proxy-} does not pass its tunnels. */
  Map<String, String> headersFor(URI uri) {
    Optional<ProxySettings.Server> proxy = settings.serverFor(uri);
    if (proxy.isEmpty() || proxy.get().authorization().isEmpty()) {
      return Map.of();
    }
    return isRelayed(uri, proxy.get())
        ? Map.of(ProxyRelay.TOKEN_HEADER, relay(proxy.get()).token())
        : Map.of("Proxy-Authorization", proxy.get().authorization());
  }

  private ProxyRelay relay(ProxySettings.Server proxy) {
    lock.lock();
    try {
      return relays.computeIfAbsent(proxy, server -> ProxyRelay.start(server, connectTimeout));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      relays.values().forEach(ProxyRelay::close);
    } finally {
      lock.unlock();
    }
  }
}
