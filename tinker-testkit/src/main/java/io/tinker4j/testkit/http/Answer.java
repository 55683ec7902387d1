package io.tinker4j.testkit.http;

import java.util.LinkedHashMap;
import java.util.Map;

/** An HTTP answer. Immutable; the body is handed over, not copied. */
public final class Answer {
  public static final String JSON = "application/json";
  public static final String PROTOBUF = "application/x-protobuf";

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

  public static Answer json(int status, byte[] body) {
    return new Answer(status, JSON, Map.of(), body);
  }

  public static Answer protobuf(byte[] body) {
    return new Answer(200, PROTOBUF, Map.of(), body);
  }

  public static Answer of(int status, String contentType, byte[] body) {
    return new Answer(status, contentType, Map.of(), body);
  }

  /** Returns this answer with one more header. */
  public Answer withHeader(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Answer(status, contentType, more, body);
  }

  /** Returns this answer with another body of the same type. */
  public Answer withBody(byte[] newBody) {
    return new Answer(status, contentType, headers, newBody);
  }

  public int status() {
    return status;
  }

  public String contentType() {
    return contentType;
  }

  /** Headers other than those of the content. */
  public Map<String, String> headers() {
    return headers;
  }

  /** The body; shared, not to be written to. */
  public byte[] body() {
    return body;
  }
}
