package io.tinker4j.transport.client;

import io.tinker4j.transport.CredentialSource;
import io.tinker4j.transport.DecodeException;
import io.tinker4j.transport.Headers;
import io.tinker4j.transport.TransportResponse;
import io.tinker4j.transport.internal.Url;
import java.net.URI;
import java.time.Duration;
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

  private final CallContext context;
  private final CredentialSource credentials;
  private final CallOptions options;
  private final CallLimits limits;
  private volatile @Nullable Call<TransportResponse> current;

  Download(
      CallContext context, CredentialSource credentials, CallOptions options, CallLimits limits) {
    this.context = context;
    this.credentials = credentials;
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
      context.redaction().addQuery(uri);
      Call<TransportResponse> call = call(uri);
      current = call;
      TransportResponse response = call.run();
      if (!isRedirect(response)) {
        return TransportResponse.of(
            response.status(),
            response.headers(),
            new StallGuard(response.body(), context.time(), limits.timeout()));
      }
      response.close();
      uri = target(uri, response);
    }
    throw new DecodeException(
        "the download of %s was redirected more than %d times"
            .formatted(Url.withoutQuery(address), MAX_REDIRECTS));
  }

  /** Returns how much longer the step that is under way may take; thread-safe. */
  Duration left() {
    Call<TransportResponse> call = current;
    return call == null ? limits.deadline() : call.left();
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
  static Headers plainHeaders(CallContext context, CallOptions options) {
    return Headers.builder()
        .set("User-Agent", context.headers().first("User-Agent").orElse("tinker4j"))
        .setAll(options.headers().withoutSecrets())
        .build();
  }

  private Call<TransportResponse> call(URI uri) {
    boolean ours = !options.isWithoutCredentials() && Url.sameOrigin(context.baseUrl(), uri);
    Headers.Builder headers =
        ours
            ? context.headers().toBuilder().setAll(options.headers())
            : plainHeaders(context, options).toBuilder();
    headers.set("Accept", "*/*").set("Accept-Encoding", "identity");
    return new Call<>(
        context,
        PreparedRequest.download(uri, headers.build()),
        ResponseHandler.streamed(),
        limits,
        ours ? credentials : null);
  }
}
