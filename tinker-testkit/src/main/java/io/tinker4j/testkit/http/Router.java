package io.tinker4j.testkit.http;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Finds the endpoint of a method and a path. Filled once, then safe for use by many threads. */
public final class Router {
  static final String PREFIX = "/api/v1/";
  private static final String PARAMETER = "*";

  private final List<Route> routes = new ArrayList<>();

  /** An endpoint and the path segments that stood for its parameters. */
  record Match(Endpoint endpoint, List<String> parameters, boolean isOpen) {}

  private record Route(String method, List<String> segments, Endpoint endpoint, boolean isOpen) {
    boolean is(String otherMethod, List<String> otherSegments) {
      return method.equals(otherMethod) && segments.equals(otherSegments);
    }

    Route with(UnaryOperator<Endpoint> change) {
      return new Route(method, segments, change.apply(endpoint), isOpen);
    }

    /** The parameters, or null when the path is another one. */
    @Nullable List<String> match(List<String> path) {
      if (path.size() != segments.size()) {
        return null;
      }
      List<String> parameters = new ArrayList<>();
      for (int i = 0; i < path.size(); i++) {
        if (segments.get(i).equals(PARAMETER)) {
          parameters.add(path.get(i));
        } else if (!segments.get(i).equals(path.get(i))) {
          return null;
        }
      }
      return parameters;
    }
  }

  /**
   * Adds a route; a segment {@code *} is a parameter. A path that begins with a slash is whole,
   * others are below {@code /api/v1}.
   */
  public Router add(String method, String path, Endpoint endpoint) {
    routes.add(new Route(method, segments(path), endpoint, false));
    return this;
  }

  /** Adds a route that needs no credential. */
  public Router addOpen(String method, String path, Endpoint endpoint) {
    routes.add(new Route(method, segments(path), endpoint, true));
    return this;
  }

  /** What a path asks for: the path without what all have in common. */
  public static String operation(String path) {
    return path.startsWith(PREFIX) ? path.substring(PREFIX.length()) : path;
  }

  /** Takes a route away if it is there. */
  public Router remove(String method, String path) {
    routes.removeIf(route -> route.is(method, segments(path)));
    return this;
  }

  /** Puts another endpoint in the place of one. */
  public Router replace(String method, String path, Endpoint endpoint) {
    return wrap(method, path, old -> endpoint);
  }

  /** The endpoint of a route that is known to exist. */
  public Endpoint endpoint(String method, String path) {
    return routes.stream()
        .filter(route -> route.is(method, segments(path)))
        .findFirst()
        .orElseThrow()
        .endpoint();
  }

  /** Changes the endpoint of a route. */
  public Router wrap(String method, String path, UnaryOperator<Endpoint> change) {
    routes.replaceAll(route -> route.is(method, segments(path)) ? route.with(change) : route);
    return this;
  }

  /** Changes all endpoints. */
  public void wrapAll(UnaryOperator<Endpoint> change) {
    routes.replaceAll(route -> route.with(change));
  }

  /**
   * Returns the route of a request.
   *
   * @throws RefusedException 404 when no route has the path, 405 when only other methods have it
   */
  Match find(String method, String path) {
    boolean otherMethod = false;
    List<String> segments = split(path);
    for (Route route : routes) {
      List<String> parameters = route.match(segments);
      if (parameters != null && route.method().equals(method)) {
        return new Match(route.endpoint(), parameters, route.isOpen());
      }
      otherMethod |= parameters != null;
    }
    throw otherMethod
        ? RefusedException.methodNotAllowed()
        : RefusedException.notFound("Not Found");
  }

  private static List<String> segments(String path) {
    return split(path.startsWith("/") ? path : PREFIX + path);
  }

  private static List<String> split(String path) {
    return Arrays.asList(path.split("/", -1));
  }
}
