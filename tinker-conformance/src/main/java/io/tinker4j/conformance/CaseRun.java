package io.tinker4j.conformance;

import io.tinker4j.conformance.Expectation.Alternative;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One case, put to the server step by step. */
final class CaseRun {
  private final CaseFiles files;
  private final Probe probe;
  private final Witness witness;
  private final Scope scope;

  /** Told of each answer that is as expected. */
  @FunctionalInterface
  interface Witness {
    void seen(Alternative expected, Reply reply, @Nullable Object document, Scope scope);
  }

  CaseRun(CaseFiles files, Probe probe, Witness witness) {
    this.files = files;
    this.probe = probe;
    this.witness = witness;
    this.scope = new Scope(files.templates(), this::meet);
  }

  /** Returns when the server does what the case says; throws {@link CaseException} otherwise. */
  void run(CaseFiles.Entry entry) throws IOException, InterruptedException {
    given(entry.given());
    take(entry.steps());
  }

  private void meet(String name) throws IOException, InterruptedException {
    given(files.need(name));
  }

  private void given(List<Step> steps) throws IOException, InterruptedException {
    try {
      take(steps);
    } catch (CaseException e) {
      throw CaseException.notJudged(e.detail());
    }
  }

  private void take(List<Step> steps) throws IOException, InterruptedException {
    for (Step step : steps) {
      take(step);
    }
  }

  private void take(Step step) throws IOException, InterruptedException {
    switch (step) {
      case Step.Call call -> judge(call, reply(call));
      case Step.Given given -> given(given.steps());
      case Step.Let let -> {
        for (Map.Entry<String, @Nullable Object> each : let.values().entrySet()) {
          scope.set(each.getKey(), Objects.requireNonNull(scope.fill(each.getValue())));
        }
      }
    }
  }

  private Reply reply(Step.Call call) throws IOException, InterruptedException {
    String target = scope.fillText(call.target());
    return switch (call.verb()) {
      case SEND -> send(call, target);
      case RUN -> run(call, target);
      case AWAIT -> probe.await(target, call.accept());
      case FETCH -> probe.fetch(target, headers(call));
    };
  }

  private Reply send(Step.Call call, String request) throws IOException, InterruptedException {
    String[] words = request.split(" ", 2);
    Map<String, String> headers = headers(call);
    Payload payload = call.payload();
    byte[] body = payload == null ? null : bytes(payload, headers);
    Reply reply = probe.send(words[0], words[1], headers, body);
    for (int i = 0; i < 100 && call.againOn().contains(reply.status()); i++) {
      reply = probe.send(words[0], words[1], headers, body);
    }
    return reply;
  }

  /** The bytes of a body; adds the headers that go with them. */
  private byte[] bytes(Payload payload, Map<String, String> headers)
      throws IOException, InterruptedException {
    headers.putIfAbsent("Content-Type", payload.contentType());
    if (payload.isCompressed()) {
      headers.put("Content-Encoding", "zstd");
    }
    return payload.bytes(scope, files.messages());
  }

  private Map<String, String> headers(Step.Call call) throws IOException, InterruptedException {
    Map<String, String> filled = new LinkedHashMap<>();
    for (Map.Entry<String, @Nullable Object> header : call.headers().entrySet()) {
      filled.put(header.getKey(), String.valueOf(scope.fill(header.getValue())));
    }
    return filled;
  }

  private Reply run(Step.Call call, String path) throws IOException, InterruptedException {
    Reply submitted = send(call, "POST " + path);
    Alternative unused = Expectation.ANSWER.choose(submitted, scope);
    if (!(submitted.json().get("request_id") instanceof String request)) {
      throw submitted.unexpected("a request_id");
    }
    Reply reply = probe.await(request, call.accept());
    boolean isJson = call.message().isEmpty() && reply.status() == 200;
    if (isJson && reply.json().get("error") != null) {
      throw reply.unexpected("success of " + path);
    }
    return reply;
  }

  private void judge(Step.Call call, Reply reply) throws IOException, InterruptedException {
    Alternative expected = call.expectation().choose(reply, scope);
    Object document = document(expected, reply, call.message());
    Scope values = scope.copy();
    expected.check(reply, document, values);
    witness.seen(expected, reply, document, values);
    for (Map.Entry<String, String> capture : expected.captures().entrySet()) {
      scope.set(capture.getKey(), captured(capture.getValue(), reply, document));
    }
    take(expected.then());
  }

  /** What the matchers look into: the binary result of a type, or the JSON object. */
  private @Nullable Object document(Alternative expected, Reply reply, String message) {
    if (expected.json() == null) {
      return null;
    }
    if (message.isEmpty()) {
      return reply.json();
    }
    if (!reply.isBinary()) {
      throw reply.unexpected("a binary result");
    }
    try {
      return files.messages().read(message, reply.body());
    } catch (IllegalArgumentException e) {
      throw reply.unexpected("a " + message + " (" + e.getMessage() + ")");
    }
  }

  private static Object captured(String from, Reply reply, @Nullable Object document) {
    String[] parts = from.split(":", 2);
    Object value =
        switch (parts[0]) {
          case "header" -> reply.header(parts[1]);
          case "size" ->
              Pointer.find(document, parts[1]) instanceof List<?> list ? list.size() : null;
          default -> Pointer.find(document, from);
        };
    if (value == null) {
      throw reply.unexpected("a value at " + from);
    }
    return value;
  }
}
