package io.tinker4j.testkit.http;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One request as the endpoints see it: credential checked, body read and decompressed. */
public final class HttpCall {
  private final String owner;
  private final List<String> pathParameters;
  private final Map<String, String> headers;
  private final Map<String, String> query;
  private final byte[] body;
  private final boolean losesOptimizer;

  /** Header names are in lower case. The body is handed over, not copied. */
  HttpCall(
      String owner,
      List<String> pathParameters,
      Map<String, String> headers,
      Map<String, String> query,
      byte[] body) {
    this(owner, pathParameters, headers, query, body, false);
  }

  private HttpCall(
      String owner,
      List<String> pathParameters,
      Map<String, String> headers,
      Map<String, String> query,
      byte[] body,
      boolean losesOptimizer) {
    this.owner = owner;
    this.pathParameters = pathParameters;
    this.headers = headers;
    this.query = query;
    this.body = body;
    this.losesOptimizer = losesOptimizer;
  }

  /** The same request with the fault that its optimizer's state is not restored. */
  HttpCall losingOptimizer() {
    return new HttpCall(owner, pathParameters, headers, query, body, true);
  }

  /** Whether the optimizer's state is not restored though it ought to be. */
  public boolean losesOptimizer() {
    return losesOptimizer;
  }

  /** All headers by name in lower case. */
  Map<String, String> headers() {
    return headers;
  }

  /** Who asks, derived from the API key. */
  public String owner() {
    return owner;
  }

  public String pathParameter(int index) {
    return pathParameters.get(index);
  }

  /** Returns this call with other parameters in its path. */
  public HttpCall withPath(List<String> parameters) {
    return new HttpCall(owner, parameters, headers, query, body, losesOptimizer);
  }

  /** Returns this call with another body. */
  public HttpCall withBody(byte[] newBody) {
    return new HttpCall(owner, pathParameters, headers, query, newBody, losesOptimizer);
  }

  /** A header by its name in lower case; empty when absent. */
  public String header(String name) {
    return headers.getOrDefault(name, "");
  }

  /** A text of the query string; absent when it is empty too. */
  public Optional<String> query(String name) {
    return Optional.ofNullable(query.get(name)).filter(text -> !text.isEmpty());
  }

  /** Whether the answer may be binary. */
  public boolean acceptsProtobuf() {
    return headers.getOrDefault("accept", "").contains(Answer.PROTOBUF);
  }

  /** Whether the body is binary. */
  public boolean hasProtobufBody() {
    return headers.getOrDefault("content-type", "").contains(Answer.PROTOBUF);
  }

  /** The body; shared, not to be written to. */
  public byte[] body() {
    return body;
  }

  /** A number of the query string; refuses what is none or below {@code min}. */
  public int query(String name, int absent, int min) {
    String text = query.get(name);
    if (text == null) {
      return absent;
    }
    try {
      int value = Integer.parseInt(text);
      if (value >= min) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Refused below, together with numbers out of range.
    }
    throw RefusedException.unprocessable(
        List.of("query", name), "must be an integer of at least " + min, "int_parsing");
  }
}
