package io.tinker4j.testkit.openai;

import io.tinker4j.testkit.http.Answer;
import io.tinker4j.testkit.http.ContentHash;
import io.tinker4j.testkit.http.Endpoint;
import io.tinker4j.testkit.http.HttpCall;
import io.tinker4j.testkit.http.JsonBodies;
import io.tinker4j.testkit.http.RefusedException;
import io.tinker4j.testkit.http.Router;
import io.tinker4j.testkit.run.Behaviour;
import io.tinker4j.testkit.run.Samplers;
import io.tinker4j.testkit.run.UsageMeter;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code /chat/completions} and {@code /completions}: texts in, texts out, at once or as
 * server-sent events. What a request asks for beyond that is refused.
 */
public final class OpenAiEndpoints {
  private static final String PREFIX = "/oai/api/v1/";
  private static final int DEFAULT_CHAT_TOKENS = 256;
  private static final int DEFAULT_COMPLETION_TOKENS = 16;

  private final Inference inference;
  private final InstantSource time;

  public OpenAiEndpoints(
      Samplers samplers, UsageMeter meter, Behaviour behaviour, InstantSource time) {
    this.inference = new Inference(samplers, meter, behaviour);
    this.time = time;
  }

  public void addTo(Router router) {
    router
        .add("POST", PREFIX + "chat/completions", explained(this::chat))
        .add("POST", PREFIX + "completions", explained(this::complete));
  }

  /** Gives refusals the form in which these clients look for a message. */
  private static Endpoint explained(Endpoint endpoint) {
    return call -> {
      try {
        return endpoint.answer(call);
      } catch (RefusedException e) {
        return Answer.json(e.status(), JsonBodies.writeWithNulls(OpenAiShapes.error(e)));
      }
    };
  }

  private Answer chat(HttpCall call) throws InterruptedException {
    RequestFields fields =
        RequestFields.read(call.body(), Set.of("messages", "max_completion_tokens"));
    String prompt =
        ChatPrompt.of(
            fields
                .find("messages")
                .orElseThrow(
                    () -> RequestFields.refused("messages", "an array with at least one message")));
    List<String> stops = new ArrayList<>(List.of(ChatPrompt.STOP));
    stops.addAll(fields.texts("stop"));
    int maxTokens =
        fields
            .integer("max_completion_tokens")
            .or(() -> fields.integer("max_tokens"))
            .orElse(DEFAULT_CHAT_TOKENS);
    Inference.Result said =
        inference
            .complete(call.owner(), fields, prompt, maxTokens, stops)
            .withTexts(ChatPrompt::said);
    return answer(call, fields, said, OpenAiShapes.Kind.CHAT);
  }

  private Answer complete(HttpCall call) throws InterruptedException {
    RequestFields fields = RequestFields.read(call.body(), Set.of("prompt"));
    int maxTokens = fields.integer("max_tokens").orElse(DEFAULT_COMPLETION_TOKENS);
    List<String> stops = fields.texts("stop");
    Inference.Result result =
        inference.complete(call.owner(), fields, fields.text("prompt"), maxTokens, stops);
    return answer(call, fields, result, OpenAiShapes.Kind.TEXT);
  }

  private Answer answer(
      HttpCall call, RequestFields fields, Inference.Result result, OpenAiShapes.Kind kind) {
    OpenAiShapes shapes =
        new OpenAiShapes(
            kind,
            kind.idPrefix() + HexFormat.of().formatHex(ContentHash.of(call.body()), 0, 12),
            time.instant().getEpochSecond(),
            fields.text("model"));
    if (!fields.flag("stream")) {
      return Answer.json(200, JsonBodies.writeWithNulls(shapes.whole(result)));
    }
    StringBuilder events = new StringBuilder();
    for (Map<String, @Nullable Object> chunk : shapes.chunks(result, includesUsage(fields))) {
      event(events, new String(JsonBodies.writeWithNulls(chunk), StandardCharsets.UTF_8));
    }
    event(events, "[DONE]");
    return Answer.of(200, "text/event-stream", JsonBodies.bytes(events.toString()));
  }

  private static void event(StringBuilder events, String data) {
    events.append("data: ").append(data).append("\n\n");
  }

  private static boolean includesUsage(RequestFields fields) {
    return fields
        .find("stream_options")
        .filter(Map.class::isInstance)
        .map(options -> Boolean.TRUE.equals(((Map<?, ?>) options).get("include_usage")))
        .orElse(false);
  }
}
