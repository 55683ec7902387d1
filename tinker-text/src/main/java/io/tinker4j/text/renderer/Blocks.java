package io.tinker4j.text.renderer;

import io.tinker4j.text.chat.ContentPart;
import io.tinker4j.text.chat.ToolCall;
import io.tinker4j.text.chat.UnparsedToolCall;
import io.tinker4j.text.json.JsonSyntaxException;
import io.tinker4j.text.json.PythonJson;
import io.tinker4j.text.json.PythonText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Takes {@code <think>} and {@code <tool_call>} blocks out of an answer. */
final class Blocks {
  static final String THINK_OPEN = "<think>";
  static final String THINK_CLOSE = "</think>";
  static final String TOOL_OPEN = "<tool_call>";
  static final String TOOL_CLOSE = "</tool_call>";

  private Blocks() {}

  /** Returns thinking and text in order; null when there is no thinking block. */
  static @Nullable List<ContentPart> thinking(String content) {
    if (!content.contains(THINK_OPEN)) {
      return null;
    }
    List<ContentPart> parts = new ArrayList<>();
    Markers.Finder blocks = new Markers.Finder(content, THINK_OPEN, THINK_CLOSE);
    int done = 0;
    while (blocks.find(done)) {
      addText(content, done, blocks.start(), parts);
      addThinking(blocks.inner(), parts);
      done = blocks.end();
    }
    addText(content, done, content.length(), parts);
    return parts;
  }

  /** Splits the draft's text; without a block it stays as it is. */
  static void thinkingAndCalls(Draft draft) {
    String content = draft.text;
    if (!content.contains(THINK_OPEN) && !content.contains(TOOL_OPEN)) {
      return;
    }
    List<ContentPart> parts = new ArrayList<>();
    Markers.Finder thinking = new Markers.Finder(content, THINK_OPEN, THINK_CLOSE);
    Markers.Finder calls = new Markers.Finder(content, TOOL_OPEN, TOOL_CLOSE);
    int done = 0;
    while (true) {
      boolean thinks = thinking.find(done);
      boolean isCalled = calls.find(done);
      if (!thinks && !isCalled) {
        break;
      }
      boolean thinkingFirst = thinks && (!isCalled || thinking.start() < calls.start());
      Markers.Finder block = thinkingFirst ? thinking : calls;
      addText(content, done, block.start(), parts);
      if (thinkingFirst) {
        addThinking(block.inner(), parts);
      } else {
        addCall(block.inner(), block.outer(), draft);
      }
      done = block.end();
    }
    addText(content, done, content.length(), parts);
    draft.parts = parts;
  }

  private static void addText(String content, int start, int end, List<ContentPart> parts) {
    if (end > start) {
      parts.add(new ContentPart.Text(content.substring(start, end)));
    }
  }

  private static void addThinking(String thinking, List<ContentPart> parts) {
    if (!thinking.isEmpty()) {
      parts.add(new ContentPart.Thinking(thinking));
    }
  }

  private static void addCall(String json, String rawText, Draft draft) {
    Object call;
    try {
      call = PythonJson.parse(PythonText.strip(json));
    } catch (JsonSyntaxException e) {
      draft.unparsed.add(new UnparsedToolCall(rawText, "Invalid JSON: " + e.getMessage()));
      return;
    }
    String error =
        !(call instanceof Map<?, ?> map)
            ? "Tool call is not a JSON object"
            : !(map.get("name") instanceof String)
                ? "Missing or invalid 'name' field"
                : !(map.get("arguments") instanceof Map)
                    ? "Missing or invalid 'arguments' field"
                    : null;
    if (error != null || !(call instanceof Map<?, ?> map)) {
      draft.unparsed.add(new UnparsedToolCall(rawText, String.valueOf(error)));
      return;
    }
    ToolCall read =
        ToolCall.of(String.valueOf(map.get("name")), PythonJson.write(map.get("arguments")));
    draft.toolCalls.add(map.get("id") instanceof String id ? read.withId(id) : read);
  }
}
