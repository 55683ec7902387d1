package io.tinker4j.text.renderer;

import io.tinker4j.text.chat.ToolCall;
import io.tinker4j.text.chat.UnparsedToolCall;
import io.tinker4j.text.json.JsonSyntaxException;
import io.tinker4j.text.json.PythonJson;
import io.tinker4j.text.json.PythonText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Calls of tools as {@code <function=name><parameter=name>value</parameter></function>}. */
final class XmlCalls {
  private static final String FUNCTION = "<function=";
  private static final String FUNCTION_END = "</function>";
  private static final String PARAMETER = "<parameter=";
  private static final String PARAMETER_END = "</parameter>";

  private XmlCalls() {}

  /** Reads the blocks that were no JSON; those that are no XML either stay. */
  static void convert(Draft draft) {
    List<UnparsedToolCall> unparsed = List.copyOf(draft.unparsed);
    draft.unparsed.clear();
    for (UnparsedToolCall call : unparsed) {
      if (call.error().startsWith(Markers.UNTERMINATED) || !call.rawText().contains(FUNCTION)) {
        draft.unparsed.add(call);
      } else {
        parse(call.rawText(), draft);
      }
    }
  }

  private static void parse(String raw, Draft draft) {
    int end = raw.length() - Blocks.TOOL_CLOSE.length();
    int start = PythonText.skipSpace(raw, Blocks.TOOL_OPEN.length(), end);
    String inner = PythonText.strip(raw.substring(start, Math.max(start, end)));
    int nameEnd = inner.startsWith(FUNCTION) ? nameEnd(inner, FUNCTION.length()) : -1;
    if (nameEnd < 0
        || !inner.endsWith(FUNCTION_END)
        || nameEnd + 1 > inner.length() - FUNCTION_END.length()) {
      fail(raw, "Malformed Qwen3.5 tool call XML", draft);
      return;
    }
    String name = PythonText.strip(inner.substring(FUNCTION.length(), nameEnd));
    if (name.isEmpty()) {
      fail(raw, "Missing function name", draft);
      return;
    }
    String body =
        PythonText.strip(inner.substring(nameEnd + 1, inner.length() - FUNCTION_END.length()));
    Map<String, @Nullable Object> arguments = new LinkedHashMap<>();
    String error = parameters(body, arguments);
    if (error != null) {
      fail(raw, error, draft);
      return;
    }
    draft.toolCalls.add(ToolCall.of(name, PythonJson.write(arguments)));
  }

  private static void fail(String raw, String error, Draft draft) {
    draft.unparsed.add(new UnparsedToolCall(raw, error));
  }

  /** Returns where a name ends: at the first {@code >} on its line; -1 when there is no name. */
  private static int nameEnd(String text, int from) {
    int end = text.indexOf('>', from);
    int line = text.indexOf('\n', from);
    return end <= from || (line >= 0 && line < end) ? -1 : end;
  }

  /** Reads the parameters; returns what is wrong, null for nothing. */
  private static @Nullable String parameters(String body, Map<String, @Nullable Object> arguments) {
    int done = 0;
    int at = body.indexOf(PARAMETER);
    while (at >= 0) {
      int nameStart = at + PARAMETER.length();
      int nameEnd = nameEnd(body, nameStart);
      int valueEnd = nameEnd < 0 ? -1 : body.indexOf(PARAMETER_END, nameEnd + 1);
      if (nameEnd >= 0 && valueEnd < 0) {
        break;
      }
      if (nameEnd < 0) {
        at = body.indexOf(PARAMETER, nameStart);
        continue;
      }
      if (!PythonText.strip(body.substring(done, at)).isEmpty()) {
        return "Unexpected non-parameter content inside <function> block";
      }
      String name = PythonText.strip(body.substring(nameStart, nameEnd));
      if (name.isEmpty()) {
        return "Empty parameter name";
      }
      arguments.put(name, value(PythonText.strip(body.substring(nameEnd + 1, valueEnd))));
      done = valueEnd + PARAMETER_END.length();
      at = body.indexOf(PARAMETER, done);
    }
    return PythonText.strip(body.substring(done)).isEmpty()
        ? null
        : "Unexpected trailing content inside <function> block";
  }

  /** A value that is no JSON is a text. */
  private static @Nullable Object value(String text) {
    try {
      return PythonJson.parse(text);
    } catch (JsonSyntaxException noJson) {
      return text;
    }
  }
}
