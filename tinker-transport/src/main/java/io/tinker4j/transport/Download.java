package io.tinker4j.transport;

import java.net.URI;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Opens a file at an address, following redirects by hand. Credentials and the client's own headers
 * go to the API's origin only, if at all; a redirect never leads from https to http.
 */
final class Download {
  private static final int MAX_REDIRECTS = 10;
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

  private final ApiClient client;
  private final CallOptions options;
  private final CallLimits limits;

  Download(ApiClient client, CallOptions options, CallLimits limits) {
    this.client = client;
    this.options = options;
    this.limits = limits;
  }

  TransportResponse open(URI address) {
    Url.hostWithUnderscore(address)
        .ifPresent(host -> {
          throw new IllegalArgumentException("uri: " + Url.underscore(host));
        });
    URI uri = address;
    for (int hop = 0; hop <= MAX_REDIRECTS; hop++) {
      client.redaction.addQuery(uri);
      TransportResponse response = call(uri).run();
      if (!isRedirect(response)) {
        return TransportResponse.of(
            response.status(),
            response.headers(),
            new StallGuard(response.body(), client.time, limits.timeout()));
      }
      response.close();
      uri = target(uri, response);
    }
    throw new DecodeException(
        "the download of %s was redirected more than %d times"
            .formatted(Url.withoutQuery(address), MAX_REDIRECTS));
  }

  static boolean isRedirect(TransportResponse response) {
    return REDIRECTS.contains(response.status())
        && response.headers().first("location").isPresent();
  }

  private static URI target(URI from, TransportResponse response) {
    String location = response.headers().first("location").orElseThrow();
    Optional<URI> target = Url.resolve(from, location);
    if (target.isEmpty() || ("https".equals(from.getScheme()) && isPlain(target.get()))) {
      throw new DecodeException(
          "the download of %s was redirected to where it must not go: %s"
              .formatted(Url.withoutQuery(from), shown(from, location)));
    }
    return target.get();
  }

  private static String shown(URI from, String location) {
    String text = location.replaceAll("\\?.*", "");
    try {
      return Url.hostWithUnderscore(from.resolve(location.strip()))
          .map(host -> text + "; " + Url.underscore(host))
          .orElse(text);
    } catch (IllegalArgumentException e) {
      return text; // it is no address at all
    }
  }

  private static boolean isPlain(URI uri) {
    return !"https".equals(uri.getScheme());
  }

  /** What a server gets that is not the API's. */
  static Headers plainHeaders(ApiClient client, CallOptions options) {
    return Headers.builder()
        .set("User-Agent", client.headers.first("User-Agent").orElse("tinker4j"))
        .setAll(options.headers().withoutSecrets())
        .build();
  }

  private Call<TransportResponse> call(URI uri) {
    boolean ours = !options.isWithoutCredentials() && Url.sameOrigin(client.baseUrl, uri);
    Headers.Builder headers =
        ours
            ? client.headers.toBuilder().setAll(options.headers())
            : plainHeaders(client, options).toBuilder();
    headers.set("Accept", "*/*").set("Accept-Encoding", "identity");
    @Nullable CredentialSource credentials = ours ? client.credentials.current() : null;
    return new Call<>(
        client, Outgoing.download(uri, headers.build()), Reception.streamed(), limits, credentials);
  }
}
