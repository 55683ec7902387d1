package io.tinker4j.transport.client;

import io.tinker4j.transport.CallKind;
import io.tinker4j.transport.Headers;
import io.tinker4j.transport.Redaction;
import io.tinker4j.transport.TransportRequest;
import io.tinker4j.transport.internal.Url;
import io.tinker4j.transport.operation.Codec;
import io.tinker4j.transport.operation.Operation;
import io.tinker4j.types.wire.CopyWeightsRequest;
import io.tinker4j.types.wire.LoadWeightsRequest;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What a call sends: the same in each attempt, but for credential and counters. */
final class PreparedRequest {
  private final String name;
  private final String method;
  private final URI uri;
  private final CallKind kind;
  private final Headers headers;
  private final ByteBuffer body;
  private final boolean waitsForBilling;

  private PreparedRequest(
      String name,
      String method,
      URI uri,
      CallKind kind,
      Headers headers,
      ByteBuffer body,
      boolean waitsForBilling) {
    this.name = name;
    this.method = method;
    this.uri = uri;
    this.kind = kind;
    this.headers = headers;
    this.body = body;
    this.waitsForBilling = waitsForBilling;
  }

  /** Encodes the input, once for all attempts. */
  static <I> PreparedRequest of(
      CallContext context, Operation<I, ?> operation, I input, CallOptions options) {
    learnSecrets(input, context.redaction());
    Map<String, @Nullable Object> parameters = new LinkedHashMap<>(context.query());
    parameters.putAll(operation.parametersOf(input));
    URI uri = Url.of(context.baseUrl(), operation.path(), parameters);
    Headers.Builder headers =
        context.headers().toBuilder()
            .set("Accept", operation.codec().accept())
            .set("Accept-Encoding", BodyEncodings.ACCEPTED)
            .setAll(operation.headers())
            .setAll(options.headers());
    ByteBuffer body = ByteBuffer.allocate(0);
    if (!operation.method().equals("GET")) {
      Codec.Body encoded = operation.codec().encode(input);
      if (context.compressesRequests()) {
        encoded = encoded.compressed();
      }
      body = ByteBuffer.wrap(encoded.bytes());
      headers
          .set("Content-Type", encoded.contentType())
          .set("X-Idempotency-Key", "tinker4j-retry-" + UUID.randomUUID());
      encoded.contentEncoding().ifPresent(encoding -> headers.set("Content-Encoding", encoding));
    }
    return new PreparedRequest(
        operation.name(),
        operation.method(),
        uri,
        operation.kind(),
        headers.build(),
        body,
        operation.waitsForBilling() && options.maxRetries().orElse(1) > 0);
  }

  /** The credentials of others that an input carries. */
  private static void learnSecrets(@Nullable Object input, Redaction redaction) {
    switch (input) {
      case LoadWeightsRequest load -> load.weightsAccessToken().ifPresent(redaction::add);
      case CopyWeightsRequest copy -> copy.weightsAccessToken().ifPresent(redaction::add);
      case null, default -> {}
    }
  }

  static PreparedRequest download(URI uri, Headers headers) {
    return new PreparedRequest(
        "download", "GET", uri, CallKind.DOWNLOAD, headers, ByteBuffer.allocate(0), true);
  }

  static PreparedRequest upload(URI uri, Headers headers, ByteBuffer body) {
    return new PreparedRequest("upload", "PUT", uri, CallKind.DOWNLOAD, headers, body, false);
  }

  TransportRequest request(Headers ofTheAttempt) {
    return TransportRequest.of(
        method, uri, headers.toBuilder().setAll(ofTheAttempt).build(), body, kind);
  }

  /** Returns whether the call waits while the account is blocked for billing. */
  boolean waitsForBilling() {
    return waitsForBilling;
  }

  String name() {
    return name;
  }

  URI uri() {
    return uri;
  }

  CallKind kind() {
    return kind;
  }

  /** Returns what is called, for messages. */
  @Override
  public String toString() {
    return "%s (%s %s)".formatted(name, method, Url.withoutQuery(uri));
  }
}
