package io.tinker4j.text.renderer;

import io.tinker4j.text.chat.Message;
import io.tinker4j.text.chat.ToolSpec;
import io.tinker4j.types.EncodedTextChunk;
import io.tinker4j.types.ImageChunk;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.ModelInputChunk;
import io.tinker4j.types.StopCondition;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;

/** One recorded case: what the reference has returned, and what a renderer returns. */
final class Recorded {
  /** What stands for any error; the words are each library's own. */
  static final String ERROR = "error";

  private static final List<String> TOOL_FIELDS =
      List.of(
          "prefix_messages",
          "generation_single_user",
          "generation_tool_roundtrip",
          "generation_tool_result_last");

  private final Renderer renderer;
  private final Map<String, Object> json;

  Recorded(Renderer renderer, Map<String, Object> json) {
    this.renderer = renderer;
    this.json = json;
  }

  String id() {
    return String.valueOf(json.get("id"));
  }

  String kind() {
    return String.valueOf(json.get("kind"));
  }

  Map<String, Object> json() {
    return json;
  }

  List<Message> messages() {
    return Message.fromList(list(json.get("messages")));
  }

  /** Returns the words of the errors that the reference has raised, by field. */
  Map<String, String> errors() {
    Map<String, String> errors = new LinkedHashMap<>();
    for (String field : expected().keySet()) {
      Object value =
          switch (kind()) {
            case "parse", "tools_prefix" -> json.containsKey("error") ? json : json.get(field);
            default -> {
              int slash = field.indexOf('/');
              yield slash < 0
                  ? json.get(field)
                  : object(json.get(field.substring(0, slash))).get(field.substring(slash + 1));
            }
          };
      if (value instanceof Map<?, ?> map && map.get("error") instanceof Map<?, ?> error) {
        errors.put(field, String.valueOf(error.get("message")));
      }
    }
    return errors;
  }

  /** Returns what the reference has returned, by field; chunks without tokens are kept. */
  Map<String, Object> expected() {
    Map<String, Object> fields = new LinkedHashMap<>();
    switch (kind()) {
      case "conversation" -> {
        for (String name : List.of("generation", "generation_prefill", "generation_role_user")) {
          fields.put(name, orError(object(json.get(name)), object(json.get(name)).get("chunks")));
        }
        if (json.containsKey("customized_with_flags")) {
          fields.put("customized_with_flags", example(object(json.get("customized_with_flags"))));
        }
        object(json.get("supervised_example"))
            .forEach(
                (what, value) -> fields.put("supervised_example/" + what, example(object(value))));
        object(json.get("supervised_examples"))
            .forEach((what, value) -> fields.put("supervised_examples/" + what, examples(value)));
        fields.put(
            "to_openai", json.get("to_openai") instanceof List<?> all ? numbers(each(all)) : ERROR);
      }
      case "tools_prefix" -> {
        for (String name : TOOL_FIELDS) {
          fields.put(name, orError(json, json.get(name)));
        }
      }
      case "parse" -> {
        fields.put("message", orError(json, json.get("message")));
        fields.put("termination", orError(json, json.get("termination")));
        fields.put("failure", orError(json, json.get("failure")));
        if (json.containsKey("stream")) {
          fields.put("stream", json.get("stream") instanceof List<?> all ? all : ERROR);
        }
      }
      default -> throw new IllegalArgumentException("unknown kind " + kind());
    }
    return fields;
  }

  /** Returns a value in which whole numbers are of one class, whatever has read them. */
  private static Object numbers(Object value) {
    return switch (value) {
      case Integer number -> BigInteger.valueOf(number);
      case Long number -> BigInteger.valueOf(number);
      case List<?> list -> list.stream().map(each -> each == null ? null : numbers(each)).toList();
      case Map<?, ?> map -> {
        Map<Object, Object> all = new LinkedHashMap<>();
        map.forEach((key, each) -> all.put(key, each == null ? null : numbers(each)));
        yield all;
      }
      default -> value;
    };
  }

  private static Object orError(Map<String, Object> holder, Object value) {
    return holder.containsKey("error")
        ? ERROR
        : (value instanceof Map<?, ?> map && map.containsKey("error") ? ERROR : value);
  }

  private static List<Object> each(List<?> values) {
    List<Object> all = new ArrayList<>();
    for (Object value : values) {
      all.add(value instanceof Map<?, ?> map && map.get("error") instanceof Map ? ERROR : value);
    }
    return all;
  }

  private Object examples(Object value) {
    if (!(value instanceof List<?> all)) {
      return ERROR;
    }
    List<Object> examples = new ArrayList<>();
    all.forEach(one -> examples.add(example(object(one))));
    return examples;
  }

  private Object example(Map<String, Object> value) {
    if (value.containsKey("error")) {
      return ERROR;
    }
    Object chunks =
        list(json.get("chunk_variants")).get(((Number) value.get("variant")).intValue());
    List<Object> weights = new ArrayList<>();
    for (Object run : list(value.get("weights_rle"))) {
      for (int i = ((Number) list(run).get(1)).intValue(); i > 0; i--) {
        weights.add(((Number) list(run).get(0)).doubleValue());
      }
    }
    return List.of(chunks, weights);
  }

  /** Returns what the renderer returns, by the same fields. */
  Map<String, Object> actual() {
    Map<String, Object> fields = new LinkedHashMap<>();
    switch (kind()) {
      case "conversation" -> conversation(fields);
      case "tools_prefix" -> toolsPrefix(fields);
      case "parse" -> parse(fields);
      default -> throw new IllegalArgumentException("unknown kind " + kind());
    }
    return fields;
  }

  private void conversation(Map<String, Object> fields) {
    List<Message> messages = messages();
    fields.put("generation", attempt(() -> chunks(renderer.generationPrompt(messages))));
    for (String name : List.of("generation_prefill", "generation_role_user")) {
      Map<String, Object> arguments = object(object(json.get(name)).get("args"));
      Turn turn =
          new Turn(
              String.valueOf(arguments.getOrDefault("role", "assistant")),
              String.valueOf(arguments.getOrDefault("prefill", "")));
      fields.put(name, attempt(() -> chunks(renderer.generationPrompt(messages, turn))));
    }
    if (json.containsKey("customized_with_flags")) {
      fields.put(
          "customized_with_flags",
          attempt(() ->
              example(renderer.supervisedExample(flagged(messages), TrainOnWhat.CUSTOMIZED))));
    }
    for (String what : object(json.get("supervised_example")).keySet()) {
      fields.put(
          "supervised_example/" + what,
          attempt(() -> example(renderer.supervisedExample(messages, TrainOnWhat.of(what)))));
    }
    for (String what : object(json.get("supervised_examples")).keySet()) {
      fields.put(
          "supervised_examples/" + what,
          attempt(() ->
              renderer.supervisedExamples(messages, TrainOnWhat.of(what)).stream()
                  .map(Recorded::example)
                  .toList()));
    }
    List<Object> openAi = new ArrayList<>();
    messages.forEach(message -> openAi.add(attempt(() -> numbers(renderer.toOpenAi(message)))));
    fields.put("to_openai", openAi);
  }

  private List<Message> flagged(List<Message> messages) {
    List<?> flags = list(object(json.get("customized_with_flags")).get("trainable"));
    return IntStream.range(0, messages.size())
        .mapToObj(i -> messages.get(i).toBuilder().trainable((Boolean) flags.get(i)).build())
        .toList();
  }

  private void toolsPrefix(Map<String, Object> fields) {
    Object prefix =
        attempt(
            () -> renderer.conversationPrefix(tools(), String.valueOf(json.get("system_prompt"))));
    if (!(prefix instanceof List<?> messages)) {
      TOOL_FIELDS.forEach(name -> fields.put(name, ERROR));
      return;
    }
    List<Message> first = messages.stream().map(Message.class::cast).toList();
    fields.put("prefix_messages", first.stream().map(Message::toMap).toList());
    ToolConversation.BY_FIELD.forEach((name, rest) ->
        fields.put(name, attempt(() -> chunks(renderer.generationPrompt(with(first, rest))))));
  }

  private List<ToolSpec> tools() {
    List<ToolSpec> tools = new ArrayList<>();
    list(json.get("tools")).forEach(tool -> tools.add(ToolSpec.fromMap(object(tool))));
    return tools;
  }

  private static List<Message> with(List<Message> first, List<Message> rest) {
    List<Message> all = new ArrayList<>(first);
    all.addAll(rest);
    return all;
  }

  private void parse(Map<String, Object> fields) {
    int[] tokens =
        list(json.get("tokens")).stream().mapToInt(id -> ((Number) id).intValue()).toArray();
    ParsedResponse parsed = renderer.parseResponse(tokens);
    fields.put("message", parsed.message().toMap());
    fields.put("termination", parsed.termination().id());
    fields.put(
        "failure",
        parsed
            .failure()
            .map(failure ->
                List.of(failure.kind().name().toLowerCase(java.util.Locale.ROOT), failure.detail()))
            .orElse(null));
    if (json.containsKey("stream")) {
      fields.put(
          "stream",
          attempt(() -> renderer.parseStreaming(tokens).stream().map(Recorded::delta).toList()));
    }
  }

  private static List<Object> delta(MessageDelta delta) {
    List<Object> json = new ArrayList<>();
    switch (delta) {
      case MessageDelta.Header header -> {
        json.add("header");
        json.add(header.role());
        json.add(null);
      }
      case MessageDelta.Text text -> json.addAll(List.of("text", text.text(), text.contentIndex()));
      case MessageDelta.Thinking thinking ->
          json.addAll(List.of("thinking", thinking.thinking(), thinking.contentIndex()));
      case MessageDelta.Complete complete ->
          json.addAll(List.of("message", complete.message().toMap()));
    }
    return json;
  }

  private static Object example(SupervisedExample example) {
    List<Object> weights = new ArrayList<>();
    for (float weight : example.weights()) {
      weights.add((double) weight);
    }
    return List.of(chunks(example.modelInput()), weights);
  }

  static List<Object> chunks(ModelInput input) {
    List<Object> chunks = new ArrayList<>();
    for (ModelInputChunk chunk : input.chunks()) {
      if (chunk instanceof ImageChunk image) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("type", "image");
        json.put("format", image.format().toString());
        json.put("length", image.length());
        json.put("expected_tokens", image.expectedTokens().orElseThrow());
        chunks.add(json);
      } else {
        EncodedTextChunk text = (EncodedTextChunk) chunk;
        List<Object> ids = new ArrayList<>();
        for (int i = 0; i < text.length(); i++) {
          ids.add(text.tokens().get(i));
        }
        chunks.add(ids);
      }
    }
    return chunks;
  }

  static List<Object> ids(int... tokens) {
    List<Object> ids = new ArrayList<>();
    for (int token : tokens) {
      ids.add(token);
    }
    return ids;
  }

  static List<Object> stops(Renderer renderer) {
    return switch (renderer.stop()) {
      case StopCondition.Texts texts -> List.copyOf(texts.texts());
      case StopCondition.Tokens tokens -> {
        List<Object> ids = new ArrayList<>();
        for (int i = 0; i < tokens.tokens().remaining(); i++) {
          ids.add(tokens.tokens().get(i));
        }
        yield ids;
      }
    };
  }

  /**
   * Only what the library says to be the caller's mistake is an error that the reference has too.
   */
  private static Object attempt(Callable<?> call) {
    try {
      return call.call();
    } catch (IllegalArgumentException | UnsupportedOperationException expected) {
      return ERROR;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @SuppressWarnings("unchecked")
  static Map<String, Object> object(Object value) {
    return value == null ? Map.of() : (Map<String, Object>) value;
  }

  static List<?> list(Object value) {
    return value == null ? List.of() : (List<?>) value;
  }
}
