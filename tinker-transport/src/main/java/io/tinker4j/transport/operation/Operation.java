package io.tinker4j.transport.operation;

import io.tinker4j.transport.CallKind;
import io.tinker4j.transport.Headers;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One endpoint as data: its place, its kind of call, its limits and its codec. Immutable.
 *
 * @param <I> the input
 * @param <O> the value of the answer
 */
public final class Operation<I, O> {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final int RETRIES = 10;

  /** Of settings, sessions and promises, in bytes. */
  public static final int SMALL_ANSWER = 1 << 20;

  /** Of lists and reports, in bytes. */
  public static final int LARGE_ANSWER = 64 << 20;

  /** Of results, in bytes: reading one takes twice its size for a moment. */
  public static final int LARGEST_ANSWER =
      (int) Math.min(512 << 20, Runtime.getRuntime().maxMemory() / 3);

  private final String name;
  private final String method;
  private final String path;
  private final CallKind kind;
  private final Duration timeout;
  private final int retries;
  private final Codec<I, O> codec;
  private final Headers headers;
  private final Function<I, Map<String, ? extends @Nullable Object>> parameters;
  private final boolean waitsForBilling;
  private final int answerBytes;

  private Operation(
      String name,
      String method,
      String path,
      CallKind kind,
      Duration timeout,
      int retries,
      Codec<I, O> codec,
      Headers headers,
      Function<I, Map<String, ? extends @Nullable Object>> parameters,
      boolean waitsForBilling,
      int answerBytes) {
    this.name = Objects.requireNonNull(name, "name");
    this.method = Objects.requireNonNull(method, "method");
    this.path = Objects.requireNonNull(path, "path");
    this.kind = Objects.requireNonNull(kind, "kind");
    this.timeout = timeout;
    this.retries = retries;
    this.codec = Objects.requireNonNull(codec, "codec");
    this.headers = headers;
    this.parameters = parameters;
    this.waitsForBilling = waitsForBilling;
    this.answerBytes = answerBytes;
  }

  /** Returns an operation with a body, ten retries and 60 seconds per attempt. */
  public static <I, O> Operation<I, O> post(
      String name, String path, CallKind kind, Codec<I, O> codec) {
    return new Operation<>(
        name,
        "POST",
        path,
        kind,
        TIMEOUT,
        RETRIES,
        codec,
        Headers.empty(),
        input -> Map.of(),
        true,
        SMALL_ANSWER);
  }

  /**
   * Returns an operation without a body, ten retries and 60 seconds per attempt.
   *
   * @param parameters the parameters of path and query; one whose name is in the path goes there
   */
  public static <I, O> Operation<I, O> get(
      String name,
      String path,
      CallKind kind,
      Codec<I, O> codec,
      Function<I, Map<String, ? extends @Nullable Object>> parameters) {
    return new Operation<>(
        name,
        "GET",
        path,
        kind,
        TIMEOUT,
        RETRIES,
        codec,
        Headers.empty(),
        parameters,
        true,
        SMALL_ANSWER);
  }

  /**
   * Returns an operation on a resource: the properties of its input that the path names go there;
   * the others are the query of a GET and the JSON body of any other method. Ten retries and 60
   * seconds per attempt.
   */
  public static <I, O> Operation<I, O> resource(
      String method, String name, String path, Codec<I, O> answers) {
    return new Operation<>(
        name,
        method,
        path,
        CallKind.REST,
        TIMEOUT,
        RETRIES,
        new ResourceCodec<>(path, answers),
        Headers.empty(),
        method.equals("GET") ? JsonCodec::toMap : input -> inPath(path, JsonCodec.toMap(input)),
        true,
        LARGE_ANSWER);
  }

  private static Map<String, @Nullable Object> inPath(
      String path, Map<String, @Nullable Object> properties) {
    properties.keySet().removeIf(name -> !path.contains("{" + name + "}"));
    return properties;
  }

  /** Returns this operation as one of that kind. */
  public Operation<I, O> kind(CallKind kind) {
    return new Operation<>(
        name,
        method,
        path,
        kind,
        timeout,
        retries,
        codec,
        headers,
        parameters,
        waitsForBilling,
        answerBytes);
  }

  /** Returns this operation with that time per attempt. */
  public Operation<I, O> timeout(Duration timeout) {
    return new Operation<>(
        name,
        method,
        path,
        kind,
        timeout,
        retries,
        codec,
        headers,
        parameters,
        waitsForBilling,
        answerBytes);
  }

  /** Returns this operation without retries. */
  public Operation<I, O> withoutRetries() {
    return new Operation<>(
        name,
        method,
        path,
        kind,
        timeout,
        0,
        codec,
        headers,
        parameters,
        waitsForBilling,
        answerBytes);
  }

  /** Returns this operation that fails at once when the account is blocked for billing. */
  public Operation<I, O> withoutBillingWait() {
    return new Operation<>(
        name, method, path, kind, timeout, retries, codec, headers, parameters, false, answerBytes);
  }

  /** Returns this operation that reads answers of that size, decoded. */
  public Operation<I, O> answerBytes(int answerBytes) {
    return new Operation<>(
        name,
        method,
        path,
        kind,
        timeout,
        retries,
        codec,
        headers,
        parameters,
        waitsForBilling,
        answerBytes);
  }

  /** Returns this operation with a header that each of its calls carries. */
  public Operation<I, O> header(String header, String value) {
    Headers more = headers.toBuilder().set(header, value).build();
    return new Operation<>(
        name,
        method,
        path,
        kind,
        timeout,
        retries,
        codec,
        more,
        parameters,
        waitsForBilling,
        answerBytes);
  }

  /** Returns this operation with parameters for path and query. */
  public Operation<I, O> parameters(
      Function<I, Map<String, ? extends @Nullable Object>> parameters) {
    return new Operation<>(
        name,
        method,
        path,
        kind,
        timeout,
        retries,
        codec,
        headers,
        parameters,
        waitsForBilling,
        answerBytes);
  }

  /** Returns the operation's id in {@code openapi/tinker.yaml}. */
  public String name() {
    return name;
  }

  /** Returns the HTTP method. */
  public String method() {
    return method;
  }

  /** Returns the path below the base URL, with {@code {names}} for parameters. */
  public String path() {
    return path;
  }

  /** Returns what the call is for. */
  public CallKind kind() {
    return kind;
  }

  /** Returns the time one attempt may take, the body included. */
  public Duration timeout() {
    return timeout;
  }

  /** Returns how often a failed attempt is tried again. */
  public int retries() {
    return retries;
  }

  /**
   * Returns whether a call waits while the account is blocked for billing (402), as nearly all do.
   */
  public boolean waitsForBilling() {
    return waitsForBilling;
  }

  /** Returns the size of the largest answer that is read, decoded. */
  public int answerBytes() {
    return answerBytes;
  }

  public Codec<I, O> codec() {
    return codec;
  }

  public Headers headers() {
    return headers;
  }

  public Map<String, ? extends @Nullable Object> parametersOf(I input) {
    return parameters.apply(input);
  }

  @Override
  public String toString() {
    return name + " (" + method + " " + path + ")";
  }
}
