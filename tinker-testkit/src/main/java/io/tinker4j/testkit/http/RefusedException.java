package io.tinker4j.testkit.http;

import java.io.IOException;
import java.io.Serial;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A request that is answered with an error status; the detail goes into the body. */
public final class RefusedException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final int status;

  /** A text, or the list of violations of a 422. */
  private final transient Object detail;

  private RefusedException(int status, Object detail) {
    super(String.valueOf(detail), null, false, false);
    this.status = status;
    this.detail = detail instanceof String text ? JsonBodies.wellFormed(text) : detail;
  }

  /** The request makes no sense: a range, a name, a combination. */
  public static RefusedException badRequest(String detail) {
    return new RefusedException(400, detail);
  }

  /** The credential is missing or not accepted. */
  static RefusedException unauthorized(String detail) {
    return new RefusedException(401, detail);
  }

  /** The credential does not allow this. */
  public static RefusedException forbidden(String detail) {
    return new RefusedException(403, detail);
  }

  /** What the request names does not exist or belongs to somebody else. */
  public static RefusedException notFound(String detail) {
    return new RefusedException(404, detail);
  }

  /** The path exists for other methods only. */
  public static RefusedException methodNotAllowed() {
    return new RefusedException(405, "Method Not Allowed");
  }

  /** A number or name was used before for something else. */
  public static RefusedException conflict(String detail) {
    return new RefusedException(409, detail);
  }

  /** What the request names existed once. */
  public static RefusedException gone(String detail) {
    return new RefusedException(410, detail);
  }

  /** The body is longer than the server accepts. */
  static RefusedException tooLarge(long limit) {
    return new RefusedException(413, "the body is longer than " + limit + " bytes");
  }

  /** The body breaks its schema at the place {@code loc}. */
  public static RefusedException unprocessable(List<?> loc, String msg, String type) {
    List<Object> place = new ArrayList<>();
    for (Object step : loc) {
      place.add(step instanceof String name ? JsonBodies.wellFormed(name) : step);
    }
    return new RefusedException(
        422, List.of(Map.of("loc", place, "msg", JsonBodies.wellFormed(msg), "type", type)));
  }

  /** The server cannot read or write its files. */
  public static RefusedException storageFailed(IOException e) {
    return new RefusedException(500, "the data directory failed: " + e.getMessage());
  }

  /** A mistake of the server's own, in which it says no more. */
  public static RefusedException broken() {
    return new RefusedException(500, "Internal Server Error");
  }

  /** The server is closing. */
  public static RefusedException unavailable() {
    return new RefusedException(503, "the server is closing");
  }

  public int status() {
    return status;
  }

  Map<String, Object> body() {
    return Map.of("detail", detail);
  }
}
