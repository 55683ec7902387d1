package io.tinker4j.examples;

import io.tinker4j.transport.Headers;
import io.tinker4j.transport.Transport;
import io.tinker4j.transport.TransportRequest;
import io.tinker4j.transport.TransportResponse;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Locale;
import java.util.Set;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.io.entity.InputStreamEntity;
import org.apache.hc.core5.io.CloseMode;

/** A transport on Apache HttpClient 5. */
public final class ApacheTransport implements Transport {
  private static final Set<String> SET_BY_THE_CLIENT = Set.of("content-length", "host");

  // What the SDK does by itself or must decide itself is switched off.
  private final CloseableHttpClient client =
      HttpClients.custom()
          .setConnectionManager(
              PoolingHttpClientConnectionManagerBuilder.create()
                  .setMaxConnTotal(2_000)
                  .setMaxConnPerRoute(2_000)
                  .build())
          .disableAutomaticRetries()
          .disableRedirectHandling()
          .disableContentCompression()
          .disableCookieManagement()
          .disableAuthCaching()
          .build();

  /** Returns a transport. */
  public static ApacheTransport create() {
    return new ApacheTransport();
  }

  private ApacheTransport() {}

  @Override
  public TransportResponse send(TransportRequest request) throws IOException, InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted before " + request);
    }
    HttpUriRequestBase apache = toApache(request);
    try {
      return response(apache, client.executeOpen(null, apache, null));
    } catch (IOException e) {
      // An interrupt closes the socket under a virtual thread.
      if (Thread.interrupted() || e instanceof InterruptedIOException) {
        throw (InterruptedException) new InterruptedException(e.toString()).initCause(e);
      }
      throw e;
    }
  }

  private static HttpUriRequestBase toApache(TransportRequest request) {
    HttpUriRequestBase apache = new HttpUriRequestBase(request.method(), request.uri());
    request
        .headers()
        .asMap()
        .forEach((name, values) -> {
          if (!SET_BY_THE_CLIENT.contains(name.toLowerCase(Locale.ROOT))) {
            values.forEach(value -> apache.addHeader(name, value));
          }
        });
    if (request.bodyLength() > 0) {
      apache.setEntity(new InputStreamEntity(request.bodyStream(), request.bodyLength(), null));
    }
    return apache;
  }

  private static TransportResponse response(HttpUriRequestBase request, ClassicHttpResponse answer)
      throws IOException {
    Headers.Builder headers = Headers.builder();
    for (Header header : answer.getHeaders()) {
      headers.add(header.getName(), header.getValue());
    }
    HttpEntity entity = answer.getEntity();
    InputStream in = entity == null ? InputStream.nullInputStream() : entity.getContent();
    InputStream body =
        new FilterInputStream(in) {
          @Override
          public void close() throws IOException {
            request.abort(); // or closing would read the rest; without effect after the end
            answer.close();
          }
        };
    return TransportResponse.of(answer.getCode(), headers.build(), body);
  }

  @Override
  public void close() {
    client.close(CloseMode.IMMEDIATE);
  }
}
