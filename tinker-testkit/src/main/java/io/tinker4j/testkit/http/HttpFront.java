package io.tinker4j.testkit.http;

import io.tinker4j.testkit.time.ServerTime;
import io.tinker4j.transport.Headers;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.eclipse.jetty.util.UrlEncoded;
import org.jspecify.annotations.Nullable;

/**
 * Where HTTP ends: finds the route, checks the credential, reads the body within its limit, and
 * turns refusals into error answers.
 */
public final class HttpFront {
  private static final Logger LOG = System.getLogger(HttpFront.class.getName());

  /**
   * What is read and thrown away of a body that is too long, so that its sender sees the answer.
   */
  private static final long MAX_DISCARDED = 16L << 20;

  private static final String OPENAI_PREFIX = "/oai/";
  private static final String BEARER = "Bearer ";

  private final Router router;
  private final KeyCheck credentials;
  private final int maxBodyBytes;
  private final HttpQuirks quirks;
  private final ServerTime time;
  private final FaultGate faults;
  private final RequestLog log;
  private final @Nullable FaultControl control;
  private volatile boolean closing;

  public HttpFront(
      Router router,
      KeyCheck credentials,
      int maxBodyBytes,
      HttpQuirks quirks,
      Surroundings surroundings) {
    this.router = router;
    this.credentials = credentials;
    this.quirks = quirks;
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
  public void close() {
    closing = true;
  }

  /** Where an answer goes. */
  interface Output {
    void write(Delivery delivery);

    /** The client is gone in the middle of its request: nobody reads an answer. */
    void fail(Exception reason);
  }

  /** Answers a request; blocks until it is answered. */
  void answer(HttpInput request, Output output) {
    time.beginWork();
    try {
      output.write(deliver(request));
    } catch (IOException e) {
      output.fail(e);
    } finally {
      time.endWork();
    }
  }

  private Delivery deliver(HttpInput request) throws IOException {
    try {
      if (closing) {
        throw RefusedException.unavailable();
      }
      return deliverUnrefused(request);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Delivery.whole(refusal(RefusedException.unavailable()));
    } catch (RuntimeException | Error e) {
      discardBody(request);
      return Delivery.whole(refusal(request, e));
    }
  }

  /**
   * Reads a body that nobody wants, so that its sender, still sending, sees the answer: Jetty
   * closes a connection, without saying so, when an answer precedes the end of the body.
   */
  private static void discardBody(HttpInput request) {
    try (InputStream in = request.body()) {
      in.skip(MAX_DISCARDED);
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "the rest of a refused body is not to be had", e);
    }
  }

  /** What has failed for no reason of the protocol's fails again, so the client is told not to. */
  private Answer refusal(HttpInput request, Throwable e) {
    return switch (e) {
      case RefusedException refused -> refusal(refused);
      case RuntimeException late when closing -> {
        LOG.log(Level.DEBUG, () -> "request too late path=" + request.uri().getPath(), late);
        yield refusal(RefusedException.unavailable());
      }
      default -> {
        LOG.log(Level.ERROR, () -> "request failed path=" + request.uri().getPath(), e);
        yield Answer.json(500, JsonBodies.write(Map.of("detail", "internal error: " + e)))
            .withHeader("x-should-retry", "false");
      }
    };
  }

  private static Answer refusal(RefusedException e) {
    return Answer.json(e.status(), JsonBodies.write(e.body()));
  }

  private Delivery deliverUnrefused(HttpInput request) throws IOException, InterruptedException {
    String path = request.uri().getCanonicalPath();
    Headers all = request.headers();
    Map<String, String> headers = byLowerCase(all);
    if (isRefusedUpgrade(request, headers)) {
      return last(Answer.of(400, "text/plain", JsonBodies.bytes("Invalid HTTP request received.")));
    }
    if (control != null && path.startsWith(FaultControl.PREFIX)) {
      owner(path, headers);
      return Delivery.whole(control.answer(request.method(), path, readBody(request, headers)));
    }
    Router.Match match = router.find(request.method(), path);
    String owner = match.isOpen() ? "" : owner(path, headers);
    byte[] body = readBody(request, headers);
    HttpCall call = new HttpCall(owner, match.parameters(), headers, query(request), body);
    ReceivedRequest recorded = record(request, all, body);
    Delivery delivery =
        faults.pass(
            Router.operation(path), call, changed -> answer(request, match.endpoint(), changed));
    boolean dropped = delivery.manner() == Delivery.Manner.DROPPED;
    log.answered(recorded, dropped ? 0 : delivery.answer().status(), time.instant());
    return isFailure(delivery) && quirks.closesAfterFailures() ? last(delivery.answer()) : delivery;
  }

  private boolean isRefusedUpgrade(HttpInput request, Map<String, String> headers) {
    return !quirks.clearTextHttp2()
        && request.method().equals("POST")
        && headers.getOrDefault("upgrade", "").contains("h2c");
  }

  private static boolean isFailure(Delivery delivery) {
    return delivery.manner() == Delivery.Manner.WHOLE && delivery.answer().status() == 500;
  }

  private static Delivery last(Answer answer) {
    return new Delivery(answer, Map.of(), Delivery.Manner.LAST);
  }

  /** Clients of OpenAI's API, which is below a path of its own, send the key as a bearer token. */
  private String owner(String path, Map<String, String> headers) {
    String bearer = headers.getOrDefault("authorization", "");
    return credentials.owner(
        path.startsWith(OPENAI_PREFIX) && bearer.regionMatches(true, 0, BEARER, 0, BEARER.length())
            ? bearer.substring(BEARER.length()).strip()
            : headers.getOrDefault("x-api-key", ""));
  }

  private Answer answer(HttpInput request, Endpoint endpoint, HttpCall call)
      throws InterruptedException {
    try {
      return endpoint.answer(call);
    } catch (RuntimeException | Error e) {
      return refusal(request, e);
    }
  }

  private ReceivedRequest record(HttpInput request, Headers headers, byte[] body) {
    ReceivedRequest recorded =
        new ReceivedRequest(
            request.method(), request.uri().getPathQuery(), headers, body, time.instant());
    log.add(recorded);
    return recorded;
  }

  private byte[] readBody(HttpInput request, Map<String, String> headers) throws IOException {
    byte[] body;
    try (InputStream in = request.body()) {
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

  private static Map<String, String> byLowerCase(Headers headers) {
    Map<String, String> values = new HashMap<>();
    headers
        .asMap()
        .forEach((name, all) -> values.put(name.toLowerCase(Locale.ROOT), String.join(", ", all)));
    return values;
  }

  /** The parameters of the query string, of each the first value. */
  private static Map<String, String> query(HttpInput request) {
    String text = request.uri().getQuery();
    Map<String, String> query = new HashMap<>();
    if (text == null || text.isBlank()) {
      return query;
    }
    try {
      if (UrlEncoded.decodeUtf8To(text, 0, text.length(), query::putIfAbsent)) {
        return query;
      }
    } catch (RuntimeException e) {
      LOG.log(Level.DEBUG, "not UTF-8", e);
    }
    throw RefusedException.unprocessable(List.of("query"), "cannot be decoded", "value_error");
  }
}
