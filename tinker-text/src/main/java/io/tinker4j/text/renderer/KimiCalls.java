package io.tinker4j.text.renderer;

import io.tinker4j.text.chat.ToolCall;
import io.tinker4j.text.chat.UnparsedToolCall;
import io.tinker4j.text.json.JsonSyntaxException;
import io.tinker4j.text.json.PythonJson;
import io.tinker4j.text.json.PythonText;

/** Calls of tools in an answer of Kimi. */
final class KimiCalls {
  // The model writes its section in two spellings.
  private static final String CALLS_ALSO = "<|tool_call_section_begin|>";
  private static final String CALLS_ALSO_END = "<|tool_call_section_end|>";

  private KimiCalls() {}

  static void parse(Draft draft) {
    String content = draft.text;
    Markers.Finder section =
        new Markers.Finder(content, KimiRenderer.CALLS, KimiRenderer.CALLS_END);
    Markers.Finder other = new Markers.Finder(content, CALLS_ALSO, CALLS_ALSO_END);
    boolean isFound = section.find(0);
    if (other.find(0) && (!isFound || other.start() < section.start())) {
      section = other;
      isFound = true;
    }
    if (isFound) {
      readCalls(section.inner(), draft);
      draft.text = content.substring(0, section.start());
    }
    UnparsedToolCall dangling =
        Markers.unterminated(content, KimiRenderer.CALLS, KimiRenderer.CALLS_END);
    if (dangling == null) {
      dangling = Markers.unterminated(content, CALLS_ALSO, CALLS_ALSO_END);
    }
    if (dangling == null) {
      dangling = Markers.unterminated(content, KimiRenderer.CALL, KimiRenderer.CALL_END);
    }
    draft.addUnparsed(dangling);
    draft.parts = Blocks.thinking(draft.text);
  }

  private static void readCalls(String section, Draft draft) {
    int at = section.indexOf(KimiRenderer.CALL);
    while (at >= 0) {
      int idStart = at + KimiRenderer.CALL.length();
      int mark = section.indexOf('<', idStart);
      String id = mark < 0 ? "" : section.substring(idStart, mark);
      if (!isId(id) || !section.startsWith(KimiRenderer.ARGUMENTS, mark)) {
        at = section.indexOf(KimiRenderer.CALL, idStart);
        continue;
      }
      int start = mark + KimiRenderer.ARGUMENTS.length();
      int end = section.indexOf(KimiRenderer.CALL_END, start);
      if (end < 0) {
        return;
      }
      int next = end + KimiRenderer.CALL_END.length();
      addCall(
          PythonText.strip(id),
          PythonText.strip(section.substring(start, end)),
          section.substring(at, next),
          draft);
      at = section.indexOf(KimiRenderer.CALL, next);
    }
  }

  private static void addCall(String id, String arguments, String raw, Draft draft) {
    try {
      PythonJson.parse(arguments);
      draft.toolCalls.add(ToolCall.of(toolName(id), arguments).withId(id));
    } catch (JsonSyntaxException e) {
      draft.unparsed.add(new UnparsedToolCall(raw, "Invalid JSON: " + e.getMessage()));
    }
  }

  /** An id ends in a colon and digits, such as {@code functions.get_weather:0}. */
  private static boolean isId(String text) {
    int end = text.length();
    while (end > 0 && PythonText.isSpace(text.charAt(end - 1))) {
      end--;
    }
    int digits = end;
    while (digits > 0 && Character.isDigit(text.charAt(digits - 1))) {
      digits--;
    }
    return digits < end && digits > 1 && text.charAt(digits - 1) == ':';
  }

  private static String toolName(String id) {
    String name = id.substring(0, id.indexOf(':'));
    return name.substring(name.indexOf('.') + 1);
  }
}
