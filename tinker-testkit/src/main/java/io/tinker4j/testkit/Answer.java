package io.tinker4j.testkit;

import java.util.LinkedHashMap;
import java.util.Map;

/** An HTTP answer. Immutable; the body is handed over, not copied. */
final class Answer {
  static final String JSON = "application/json";
  static final String PROTOBUF = "application/x-protobuf";

  private final int status;
  private final String contentType;
  private final Map<String, String> headers;
  private final byte[] body;

  private Answer(int status, String contentType, Map<String, String> headers, byte[] body) {
    this.status = status;
    this.contentType = contentType;
    this.headers = headers;
    this.body = body;
  }

  static Answer json(int status, byte[] body) {
    return new Answer(status, JSON, Map.of(), body);
  }

  static Answer protobuf(byte[] body) {
    return new Answer(200, PROTOBUF, Map.of(), body);
  }

  static Answer of(int status, String contentType, byte[] body) {
    return new Answer(status, contentType, Map.of(), body);
  }

  /** Returns this answer with one more header. */
  Answer withHeader(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Answer(status, contentType, more, body);
  }

  /** Returns this answer with another body of the same type. */
  Answer withBody(byte[] newBody) {
    return new Answer(status, contentType, headers, newBody);
  }

  int status() {
    return status;
  }

  String contentType() {
    return contentType;
  }

  /** Headers other than those of the content. */
  Map<String, String> headers() {
    return headers;
  }

  /** The body; shared, not to be written to. */
  byte[] body() {
    return body;
  }
}
