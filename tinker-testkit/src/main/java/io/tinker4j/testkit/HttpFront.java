package io.tinker4j.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.jspecify.annotations.Nullable;

/**
 * Where HTTP ends: finds the route, checks the credential, reads the body within its limit, and
 * turns refusals into error answers. Runs on virtual threads, so that endpoints may block.
 */
final class HttpFront extends Handler.Abstract {
  private static final Logger LOG = System.getLogger(HttpFront.class.getName());

  /**
   * What is read and thrown away of a body that is too long, so that its sender sees the answer.
   */
  private static final long MAX_DISCARDED = 16L << 20;

  private final Router router;
  private final @Nullable String apiKey;
  private final int maxBodyBytes;

  /** Accepts this key only, or any when null. */
  HttpFront(Router router, @Nullable String apiKey, int maxBodyBytes) {
    super(InvocationType.BLOCKING);
    this.router = router;
    this.apiKey = apiKey;
    this.maxBodyBytes = maxBodyBytes;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    Answer answer;
    try {
      answer = answer(request);
    } catch (RefusedException e) {
      answer = refusal(e);
    } catch (RejectedExecutionException e) {
      answer = refusal(RefusedException.unavailable());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      answer = refusal(RefusedException.unavailable());
    } catch (IOException e) {
      // The client is gone: nobody reads an answer.
      callback.failed(e);
      return true;
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, () -> "request failed path=" + request.getHttpURI().getPath(), e);
      answer =
          Answer.json(500, JsonBodies.write(Map.of("detail", "internal error: " + e.getMessage())));
    }
    response.setStatus(answer.status());
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, answer.contentType());
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, answer.body().length);
    response.write(true, ByteBuffer.wrap(answer.body()), callback);
    return true;
  }

  private static Answer refusal(RefusedException e) {
    return Answer.json(e.status(), JsonBodies.write(e.body()));
  }

  private Answer answer(Request request) throws IOException, InterruptedException {
    Router.Match match = router.find(request.getMethod(), Request.getPathInContext(request));
    Map<String, String> headers = headers(request);
    String owner = match.isOpen() ? "" : owner(headers);
    byte[] body = readBody(request, headers);
    return match
        .endpoint()
        .answer(new HttpCall(owner, match.parameters(), headers, query(request), body));
  }

  private String owner(Map<String, String> headers) {
    String key = headers.getOrDefault("x-api-key", "");
    if (key.isBlank()) {
      throw RefusedException.unauthorized("header X-API-Key is missing");
    }
    if (apiKey != null && !apiKey.equals(key)) {
      throw RefusedException.unauthorized("the API key is not accepted");
    }
    return ContentHash.owner(key);
  }

  private byte[] readBody(Request request, Map<String, String> headers) throws IOException {
    byte[] body;
    try (InputStream in = Content.Source.asInputStream(request)) {
      body = in.readNBytes(maxBodyBytes);
      if (in.read() >= 0) {
        in.skip(MAX_DISCARDED);
        throw RefusedException.tooLarge(maxBodyBytes);
      }
    }
    String encoding = headers.getOrDefault("content-encoding", "identity");
    return switch (encoding.toLowerCase(Locale.ROOT)) {
      case "identity" -> body;
      case "zstd" -> ZstdBody.decompress(body, maxBodyBytes);
      default ->
          throw RefusedException.badRequest(
              "Content-Encoding is " + encoding + "; only zstd is read");
    };
  }

  private static Map<String, String> headers(Request request) {
    Map<String, String> headers = new HashMap<>();
    for (HttpField field : request.getHeaders()) {
      String value = field.getValue() == null ? "" : field.getValue();
      headers.merge(field.getLowerCaseName(), value, (first, next) -> first + ", " + next);
    }
    return headers;
  }

  private static Map<String, String> query(Request request) {
    Map<String, String> query = new HashMap<>();
    try {
      for (Fields.Field field : Request.extractQueryParameters(request)) {
        query.put(field.getName(), field.getValue());
      }
    } catch (RuntimeException e) {
      throw RefusedException.unprocessable(List.of("query"), "cannot be decoded", "value_error");
    }
    return query;
  }
}
