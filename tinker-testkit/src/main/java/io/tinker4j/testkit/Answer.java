package io.tinker4j.testkit;

/** An HTTP answer. Immutable; the body is handed over, not copied. */
final class Answer {
  static final String JSON = "application/json";
  static final String PROTOBUF = "application/x-protobuf";

  private final int status;
  private final String contentType;
  private final byte[] body;

  private Answer(int status, String contentType, byte[] body) {
    this.status = status;
    this.contentType = contentType;
    this.body = body;
  }

  static Answer json(int status, byte[] body) {
    return new Answer(status, JSON, body);
  }

  static Answer protobuf(byte[] body) {
    return new Answer(200, PROTOBUF, body);
  }

  /** The same answer with another body. */
  Answer withBody(byte[] body) {
    return new Answer(status, contentType, body);
  }

  int status() {
    return status;
  }

  String contentType() {
    return contentType;
  }

  /** The body; shared, not to be written to. */
  byte[] body() {
    return body;
  }
}
