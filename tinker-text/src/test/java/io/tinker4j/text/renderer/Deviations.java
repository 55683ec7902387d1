package io.tinker4j.text.renderer;

import io.tinker4j.text.chat.ContentPart;
import io.tinker4j.text.chat.Message;
import io.tinker4j.text.chat.ToolCall;
import io.tinker4j.text.tokenizer.SpecialTokenText;
import io.tinker4j.text.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/** Where renderers differ from the reference on purpose: the rules in {@code deviations.json}. */
final class Deviations {
  // Renderers of the reference that take text for few tokens themselves.
  private static final Set<String> NEVER_SPECIAL =
      Set.of("qwen3", "qwen3_disable_thinking", "qwen3_instruct");
  private static final Pattern NOT_SPECIAL =
      Pattern.compile("</?(think|tool_call|tool_response)>|<\\|(fim_|repo_name|file_sep)");
  private static final Pattern OWN_MARKS = Pattern.compile("</?(think|tool_call)>");
  private static final Pattern THINKING_MARKS = Pattern.compile("</?think>");
  private static final Pattern TOOL_MARKS =
      Pattern.compile("</?tool_call>|<｜tool▁(calls?▁(begin|end)|sep)｜>");
  private static final Pattern NO_MARKS = Pattern.compile("(?!)");

  private final List<?> rules = VectorFiles.resourceList("deviations.json");

  /** Returns the name of the rule by which a field of a case has to differ; null for none. */
  String ruleOf(Recorded recorded, String field) {
    String error = recorded.errors().get(field);
    for (Object each : rules) {
      Map<String, Object> rule = Recorded.object(each);
      if (rule.containsKey("error")
          && error != null
          && field.matches(String.valueOf(rule.get("field")))
          && error.matches("(?s)" + rule.get("error"))
          && applies(String.valueOf(rule.get("name")), recorded, field)) {
        return String.valueOf(rule.get("name"));
      }
    }
    return null;
  }

  private static boolean applies(String rule, Recorded recorded, String field) {
    if (!rule.equals("added-message-is-not-learned")) {
      return true;
    }
    boolean isFlagged =
        field.equals("customized_with_flags")
            || recorded.messages().stream().allMatch(message -> message.trainable().isPresent());
    return isFlagged && recorded.expected().get("generation") != Recorded.ERROR;
  }

  /** Returns a value without chunks that have no token. */
  static Object withoutEmptyChunks(Object value) {
    if (value instanceof List<?> list) {
      List<Object> kept = new ArrayList<>();
      for (Object each : list) {
        if (!(each instanceof List<?> inner && inner.isEmpty())) {
          kept.add(withoutEmptyChunks(each));
        }
      }
      return kept;
    }
    return value;
  }

  /** Returns the texts of a case that hold a token which is none of their author's own marks. */
  static List<String> tokenTexts(Recorded recorded, String renderer, Tokenizer tokenizer) {
    List<String> found = new ArrayList<>();
    for (Message message : recorded.messages()) {
      Pattern marks =
          switch (message.role()) {
            case "assistant" -> renderer.startsWith("kimi") ? THINKING_MARKS : OWN_MARKS;
            case "system" -> TOOL_MARKS;
            default -> NO_MARKS;
          };
      for (String text : contents(message)) {
        if (isToken(marks.matcher(text).replaceAll(" "), renderer, tokenizer)) {
          found.add(text);
        }
      }
      for (String text : others(message)) {
        if (isToken(text, renderer, tokenizer)) {
          found.add(text);
        }
      }
    }
    return found;
  }

  private static boolean isToken(String text, String renderer, Tokenizer tokenizer) {
    return NEVER_SPECIAL.contains(renderer)
        ? NOT_SPECIAL.matcher(text).find()
        : !Arrays.equals(
            tokenizer.encode(text, SpecialTokenText.AS_TEXT),
            tokenizer.encode(text, SpecialTokenText.AS_CONTROL));
  }

  private static List<String> contents(Message message) {
    List<String> texts = new ArrayList<>();
    for (ContentPart part : message.parts()) {
      if (part instanceof ContentPart.Text text) {
        texts.add(text.text());
      }
    }
    return texts;
  }

  private static List<String> others(Message message) {
    List<String> texts = new ArrayList<>(List.of(message.role()));
    message.name().ifPresent(texts::add);
    message.toolCallId().ifPresent(texts::add);
    for (ContentPart part : message.parts()) {
      if (part instanceof ContentPart.Thinking thinking) {
        texts.add(thinking.thinking());
      }
    }
    for (ToolCall call : message.toolCalls()) {
      texts.addAll(List.of(call.name(), call.arguments(), call.id().orElse("")));
    }
    return texts;
  }

  /** Returns what differs: field to what was expected and what has come. */
  static Map<String, String> differences(Map<String, Object> expected, Map<String, Object> actual) {
    Map<String, String> differences = new LinkedHashMap<>();
    expected.forEach((field, value) -> {
      Object plain = field.equals("stream") ? value : withoutEmptyChunks(value);
      Object found = actual.get(field);
      boolean refused =
          value == Recorded.ERROR && found instanceof List<?> all && all.contains(value);
      if (!refused && !Objects.equals(plain, withoutEmptyChunks(found))) {
        differences.put(field, "expected " + plain + "\n   but was " + found);
      }
    });
    return differences;
  }
}
