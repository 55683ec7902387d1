package io.tinker4j.conformance;

import io.tinker4j.transport.DecodeException;
import io.tinker4j.transport.operation.JsonCodec;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An answer. */
final class Reply {
  private static final int LONGEST_BODY = 200;

  private final String request;
  private final int status;
  private final HttpHeaders headers;
  private final byte[] body;

  Reply(String request, int status, HttpHeaders headers, byte[] body) {
    this.request = request;
    this.status = status;
    this.headers = headers;
    this.body = body;
  }

  String request() {
    return request;
  }

  int status() {
    return status;
  }

  HttpHeaders headers() {
    return headers;
  }

  byte[] body() {
    return body;
  }

  @Nullable String header(String name) {
    return headers.firstValue(name).orElse(null);
  }

  boolean isBinary() {
    return headers.firstValue("content-type").orElse("").contains(Probe.PROTOBUF);
  }

  /** The server has no such endpoint; a 404 of its own would say what it has not found. */
  boolean isMissing() {
    return status == 405 || status == 501 || (status == 404 && text().contains("\"Not Found\""));
  }

  /** The answer to a poll says that there is no result yet. */
  boolean isPending() {
    return status == 408
        || (status == 200 && !isBinary() && "try_again".equals(json().get("type")));
  }

  /** The body as an object. */
  Map<String, @Nullable Object> json() {
    try {
      return JsonCodec.readMap(body);
    } catch (DecodeException e) {
      throw unexpected("a JSON object");
    }
  }

  private String text() {
    return new String(body, StandardCharsets.UTF_8);
  }

  CaseException unexpected(String expected) {
    return CaseException.differs("expected " + expected + ": " + what());
  }

  /** The request and its answer in a line. */
  String what() {
    String text = isBinary() ? body.length + " binary bytes" : text();
    String shown = text.length() <= LONGEST_BODY ? text : text.substring(0, LONGEST_BODY) + "…";
    return request + " → " + status + " " + shown;
  }
}
