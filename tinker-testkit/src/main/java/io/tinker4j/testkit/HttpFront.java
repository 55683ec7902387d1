package io.tinker4j.testkit;

import io.tinker4j.transport.Headers;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
  private final Credentials credentials;
  private final int maxBodyBytes;
  private final ServerTime time;
  private final FaultGate faults;
  private final RequestLog log;
  private final @Nullable FaultControl control;
  private volatile boolean closing;

  HttpFront(
      Router router,
      Credentials credentials,
      int maxBodyBytes,
      RunningServer.Surroundings surroundings) {
    super(InvocationType.BLOCKING);
    this.router = router;
    this.credentials = credentials;
    time = surroundings.time();
    faults = surroundings.faults();
    log = surroundings.log();
    control = surroundings.control();
    this.maxBodyBytes = maxBodyBytes;
  }

  /**
   * Refuses requests from now on, also those that fail because what they need is being closed: who
   * sends them again finds the next server.
   */
  void close() {
    closing = true;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    time.beginWork();
    try {
      write(deliver(request), request, response, callback);
    } catch (IOException e) {
      // The client is gone: nobody reads an answer.
      callback.failed(e);
    } finally {
      time.endWork();
    }
    return true;
  }

  private Delivery deliver(Request request) throws IOException {
    try {
      if (closing) {
        throw RefusedException.unavailable();
      }
      return deliverUnrefused(request);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Delivery.whole(refusal(RefusedException.unavailable()));
    } catch (RuntimeException e) {
      discardBody(request);
      return Delivery.whole(refusal(request, e));
    }
  }

  /**
   * Reads a body that nobody wants, so that its sender, still sending, sees the answer: Jetty
   * closes a connection, without saying so, when an answer precedes the end of the body.
   */
  private static void discardBody(Request request) {
    try (InputStream in = Content.Source.asInputStream(request)) {
      in.skip(MAX_DISCARDED);
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "the rest of a refused body is not to be had", e);
    }
  }

  private static void write(
      Delivery delivery, Request request, Response response, Callback callback) {
    Answer answer = delivery.answer();
    response.setStatus(answer.status());
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, answer.contentType());
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, answer.body().length);
    answer.headers().forEach((name, value) -> response.getHeaders().put(name, value));
    delivery.headers().forEach((name, value) -> response.getHeaders().put(name, value));
    switch (delivery.manner()) {
      case WHOLE -> response.write(true, ByteBuffer.wrap(answer.body()), callback);
      case CUT -> ConnectionFaults.cut(request, response, answer.body(), callback);
      case DROPPED -> ConnectionFaults.drop(request, callback);
    }
  }

  private Answer refusal(Request request, RuntimeException e) {
    return switch (e) {
      case RefusedException refused -> refusal(refused);
      case RuntimeException late when closing -> {
        LOG.log(Level.DEBUG, () -> "request too late path=" + request.getHttpURI().getPath(), late);
        yield refusal(RefusedException.unavailable());
      }
      default -> {
        LOG.log(Level.ERROR, () -> "request failed path=" + request.getHttpURI().getPath(), e);
        yield Answer.json(
            500, JsonBodies.write(Map.of("detail", "internal error: " + e.getMessage())));
      }
    };
  }

  private static Answer refusal(RefusedException e) {
    return Answer.json(e.status(), JsonBodies.write(e.body()));
  }

  private Delivery deliverUnrefused(Request request) throws IOException, InterruptedException {
    String path = Request.getPathInContext(request);
    Map<String, String> headers = headers(request);
    if (control != null && path.startsWith(FaultControl.PREFIX)) {
      owner(headers);
      return Delivery.whole(control.answer(request.getMethod(), path, readBody(request, headers)));
    }
    Router.Match match = router.find(request.getMethod(), path);
    String owner = match.isOpen() ? "" : owner(headers);
    byte[] body = readBody(request, headers);
    HttpCall call = new HttpCall(owner, match.parameters(), headers, query(request), body);
    RecordedRequest recorded = record(request, body);
    Delivery delivery =
        faults.pass(
            Router.operation(path), call, changed -> answer(request, match.endpoint(), changed));
    boolean dropped = delivery.manner() == Delivery.Manner.DROPPED;
    log.answered(recorded, dropped ? 0 : delivery.answer().status(), time.instant());
    return delivery;
  }

  private String owner(Map<String, String> headers) {
    return credentials.owner(headers.getOrDefault("x-api-key", ""));
  }

  private Answer answer(Request request, Endpoint endpoint, HttpCall call)
      throws InterruptedException {
    try {
      return endpoint.answer(call);
    } catch (RuntimeException e) {
      return refusal(request, e);
    }
  }

  private RecordedRequest record(Request request, byte[] body) {
    Headers.Builder headers = Headers.builder();
    for (HttpField field : request.getHeaders()) {
      if (!field.getName().startsWith(":")) {
        headers.add(field.getName(), field.getValue() == null ? "" : field.getValue());
      }
    }
    RecordedRequest recorded =
        new RecordedRequest(
            request.getMethod(),
            request.getHttpURI().getPathQuery(),
            headers.build(),
            body,
            time.instant());
    log.add(recorded);
    return recorded;
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
