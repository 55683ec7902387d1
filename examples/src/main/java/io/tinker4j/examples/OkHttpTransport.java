package io.tinker4j.examples;

import io.tinker4j.transport.Headers;
import io.tinker4j.transport.Transport;
import io.tinker4j.transport.TransportRequest;
import io.tinker4j.transport.TransportResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import okhttp3.CookieJar;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSink;
import okio.Okio;
import org.jspecify.annotations.Nullable;

/** A transport on OkHttp 5. */
public final class OkHttpTransport implements Transport {
  private static final Set<String> SET_BY_THE_CLIENT = Set.of("content-length", "host");

  // What the SDK does by itself or must decide itself is switched off; its deadlines interrupt.
  private final OkHttpClient client =
      new OkHttpClient.Builder()
          .followRedirects(false)
          .retryOnConnectionFailure(false)
          .cookieJar(CookieJar.NO_COOKIES)
          .readTimeout(Duration.ZERO)
          .writeTimeout(Duration.ZERO)
          .build();

  private volatile boolean closed;

  /** Returns a transport. */
  public static OkHttpTransport create() {
    return new OkHttpTransport();
  }

  private OkHttpTransport() {}

  @Override
  public TransportResponse send(TransportRequest request) throws IOException, InterruptedException {
    if (closed) {
      throw new IOException("the transport is closed");
    }
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted before " + request);
    }
    try {
      return response(client.newCall(toOkHttp(request)).execute());
    } catch (IOException e) {
      // An interrupt closes the socket under a virtual thread.
      if (Thread.interrupted()) {
        throw (InterruptedException) new InterruptedException(e.toString()).initCause(e);
      }
      throw e;
    }
  }

  private static Request toOkHttp(TransportRequest request) throws IOException {
    boolean bodyless = request.method().equals("GET");
    Request.Builder builder =
        new Request.Builder()
            .url(request.uri().toURL())
            .method(request.method(), bodyless ? null : new Body(request));
    request
        .headers()
        .asMap()
        .forEach((name, values) -> {
          if (!SET_BY_THE_CLIENT.contains(name.toLowerCase(Locale.ROOT))) {
            values.forEach(value -> builder.addHeader(name, value));
          }
        });
    if (request.headers().first("Accept-Encoding").isEmpty()) {
      builder.header("Accept-Encoding", "identity"); // or OkHttp asks for gzip and decodes it
    }
    return builder.build();
  }

  private static final class Body extends RequestBody {
    private final TransportRequest request;

    Body(TransportRequest request) {
      this.request = request;
    }

    @Override
    public @Nullable MediaType contentType() {
      return null; // it is among the headers
    }

    @Override
    public long contentLength() {
      return request.bodyLength();
    }

    @Override
    public void writeTo(BufferedSink sink) throws IOException {
      sink.writeAll(Okio.source(request.bodyStream()));
    }
  }

  private static TransportResponse response(Response response) {
    Headers.Builder headers = Headers.builder();
    response.headers().forEach(header -> headers.add(header.getFirst(), header.getSecond()));
    return TransportResponse.of(response.code(), headers.build(), response.body().byteStream());
  }

  @Override
  public void close() {
    closed = true;
    client.dispatcher().cancelAll();
    client.dispatcher().executorService().shutdown();
    client.connectionPool().evictAll();
  }
}
