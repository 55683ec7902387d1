package io.tinker4j.conformance;

import io.tinker4j.transport.DecodeException;
import io.tinker4j.transport.operation.JsonCodec;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An answer, and what is expected of it. */
final class Reply {
  private static final int LONGEST_BODY = 200;

  private final String request;
  private final HttpResponse<byte[]> response;

  Reply(String request, HttpResponse<byte[]> response) {
    this.request = request;
    this.response = response;
  }

  int status() {
    return response.statusCode();
  }

  byte[] body() {
    return response.body();
  }

  String header(String name) {
    return response.headers().firstValue(name).orElse("");
  }

  boolean isBinary() {
    return header("content-type").contains("application/x-protobuf");
  }

  /** Expects one of these statuses; what the server does not have is refused. */
  Reply is(int... statuses) {
    if (Arrays.stream(statuses).anyMatch(status -> status == status())) {
      return this;
    }
    boolean isMissing =
        status() == 405 || status() == 501 || (status() == 404 && text().contains("\"Not Found\""));
    throw isMissing ? CaseException.refused(what()) : unexpected(Arrays.toString(statuses));
  }

  /** Expects an error of one of these statuses, with a body like the service's. */
  Reply isError(int... statuses) {
    is(statuses);
    Object detail = json().get("detail");
    if (!(detail instanceof String) && !(detail instanceof List<?>)) {
      throw unexpected("an error body with detail");
    }
    return this;
  }

  /** The body as an object. */
  Map<String, @Nullable Object> json() {
    try {
      return JsonCodec.readMap(body());
    } catch (DecodeException e) {
      throw unexpected("a JSON object");
    }
  }

  /** The body as an object, of a success. */
  Fields ok() {
    is(200);
    return new Fields(what(), json());
  }

  String text() {
    return new String(body(), StandardCharsets.UTF_8);
  }

  CaseException unexpected(String expected) {
    return CaseException.differs("expected " + expected + ": " + what());
  }

  String what() {
    String text = isBinary() ? body().length + " binary bytes" : text();
    return request
        + " → "
        + status()
        + " "
        + (text.length() <= LONGEST_BODY ? text : text.substring(0, LONGEST_BODY) + "…");
  }

  /** An object whose properties are expected to be there and to have a type. */
  static final class Fields {
    private final String what;
    private final Map<String, @Nullable Object> values;

    Fields(String what, Map<String, @Nullable Object> values) {
      this.what = what;
      this.values = values;
    }

    static Fields of(String what, @Nullable Object value) {
      if (!(value instanceof Map<?, ?> map)) {
        throw CaseException.differs("expected an object: " + what);
      }
      Map<String, @Nullable Object> values = new LinkedHashMap<>();
      map.forEach((key, each) -> values.put(String.valueOf(key), each));
      return new Fields(what, values);
    }

    boolean has(String name) {
      return values.get(name) != null;
    }

    @Nullable Object get(String name) {
      return values.get(name);
    }

    String text(String name) {
      return typed(name, String.class);
    }

    Number number(String name) {
      return typed(name, Number.class);
    }

    boolean flag(String name) {
      return typed(name, Boolean.class);
    }

    List<?> list(String name) {
      return typed(name, List.class);
    }

    Fields object(String name) {
      return of(what + " at " + name, values.get(name));
    }

    Fields first(String name) {
      List<?> list = list(name);
      if (list.isEmpty()) {
        throw CaseException.differs("expected an entry in " + name + ": " + what);
      }
      return of(what + " at " + name, list.get(0));
    }

    Fields hasText(String name, String expected) {
      if (!expected.equals(values.get(name))) {
        throw CaseException.differs("expected " + name + " = " + expected + ": " + what);
      }
      return this;
    }

    /** Absent, null or of a type. */
    Fields optional(String name, Class<?> type) {
      Object value = values.get(name);
      if (value != null && !type.isInstance(value)) {
        throw CaseException.differs(
            "expected " + name + " to be a " + type.getSimpleName() + ": " + what);
      }
      return this;
    }

    private <T> T typed(String name, Class<T> type) {
      Object value = values.get(name);
      if (!type.isInstance(value)) {
        throw CaseException.differs(
            "expected " + name + " to be a " + type.getSimpleName() + ": " + what);
      }
      return type.cast(value);
    }

    void expect(boolean condition, String expected) {
      if (!condition) {
        throw CaseException.differs("expected " + expected + ": " + what);
      }
    }
  }
}
