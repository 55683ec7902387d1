package io.tinker4j.testkit.openai;

import io.tinker4j.testkit.http.RefusedException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The objects of answers. */
record OpenAiShapes(Kind kind, String id, long created, String model) {
  /** Which of the two endpoints answers. */
  enum Kind {
    CHAT("chatcmpl-", "chat.completion", "chat.completion.chunk"),
    TEXT("cmpl-", "text_completion", "text_completion");

    private final String idPrefix;
    private final String whole;
    private final String chunk;

    Kind(String idPrefix, String whole, String chunk) {
      this.idPrefix = idPrefix;
      this.whole = whole;
      this.chunk = chunk;
    }

    String idPrefix() {
      return idPrefix;
    }
  }

  static Map<String, @Nullable Object> error(RefusedException refused) {
    return Map.of(
        "error",
        fields(
            "message",
            String.valueOf(refused.getMessage()),
            "type",
            refused.status() < 500 ? "invalid_request_error" : "server_error",
            "param",
            null,
            "code",
            null));
  }

  Map<String, @Nullable Object> whole(Inference.Result result) {
    List<Map<String, @Nullable Object>> choices = new ArrayList<>();
    for (Inference.Choice choice : result.choices()) {
      choices.add(
          kind == Kind.CHAT
              ? choice(
                  choices.size(),
                  "message",
                  fields("role", "assistant", "content", choice.text(), "refusal", null),
                  choice.finish())
              : choice(choices.size(), "text", choice.text(), choice.finish()));
    }
    return object(kind.whole, choices, usage(result));
  }

  /** The pieces of all choices one after the other, then, if asked for, what was used. */
  List<Map<String, @Nullable Object>> chunks(Inference.Result result, boolean withUsage) {
    List<Map<String, @Nullable Object>> chunks = new ArrayList<>();
    for (int i = 0; i < result.choices().size(); i++) {
      Inference.Choice choice = result.choices().get(i);
      if (kind == Kind.CHAT) {
        chunks.add(chunk(choice(i, "delta", Map.of("role", "assistant", "content", ""), null)));
      }
      for (String piece : Inference.pieces(choice.text())) {
        chunks.add(chunk(piece(i, piece)));
      }
      chunks.add(
          chunk(
              kind == Kind.CHAT
                  ? choice(i, "delta", Map.of(), choice.finish())
                  : choice(i, "text", "", choice.finish())));
    }
    if (withUsage) {
      chunks.add(object(kind.chunk, List.of(), usage(result)));
    }
    return chunks;
  }

  private Map<String, @Nullable Object> piece(int index, String text) {
    return kind == Kind.CHAT
        ? choice(index, "delta", Map.of("content", text), null)
        : choice(index, "text", text, null);
  }

  private Map<String, @Nullable Object> chunk(Map<String, @Nullable Object> choice) {
    return object(kind.chunk, List.of(choice), null);
  }

  private static Map<String, @Nullable Object> choice(
      int index, String name, Object content, @Nullable String finish) {
    return fields("index", index, name, content, "logprobs", null, "finish_reason", finish);
  }

  private Map<String, @Nullable Object> object(
      String type,
      List<Map<String, @Nullable Object>> choices,
      @Nullable Map<String, @Nullable Object> usage) {
    return fields(
        "id", id, "object", type, "created", created, "model", model, "choices", choices, "usage",
        usage);
  }

  private static Map<String, @Nullable Object> usage(Inference.Result result) {
    return fields(
        "prompt_tokens",
        result.promptTokens(),
        "completion_tokens",
        result.generatedTokens(),
        "total_tokens",
        result.promptTokens() + result.generatedTokens());
  }

  /** Names and values in turn; null stays as null. */
  private static Map<String, @Nullable Object> fields(@Nullable Object... namesAndValues) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      fields.put(String.valueOf(namesAndValues[i]), namesAndValues[i + 1]);
    }
    return fields;
  }
}
