package io.tinker4j.text.renderer;

import io.tinker4j.text.chat.ContentPart;
import io.tinker4j.text.chat.Message;
import io.tinker4j.text.chat.ToolCall;
import io.tinker4j.text.chat.UnparsedToolCall;
import io.tinker4j.text.json.JsonSyntaxException;
import io.tinker4j.text.json.PythonJson;
import io.tinker4j.text.json.PythonText;
import java.util.ArrayList;
import java.util.List;

/** Takes an answer in the form of Harmony apart. */
final class Harmony {
  private static final String TOOL = "functions.";

  private Harmony() {}

  static Message parse(String content) {
    Draft draft = new Draft(content);
    List<ContentPart> parts = new ArrayList<>();
    Sections sections = new Sections(content);
    while (sections.next()) {
      if (!PythonText.strip(sections.body()).isEmpty()) {
        add(sections, parts, draft);
      }
    }
    if (Markers.count(content, "to=" + TOOL) > draft.toolCalls.size() + draft.unparsed.size()) {
      int start = content.lastIndexOf(GptOssRenderer.START);
      draft.addUnparsed(
          new UnparsedToolCall(
              start < 0 ? content : content.substring(start),
              Markers.UNTERMINATED
                  + ": 'to=functions.' tool-call header without a parsable arguments payload"));
    }
    draft.parts = parts.isEmpty() ? null : parts;
    return draft.toMessage();
  }

  private static void add(Sections section, List<ContentPart> parts, Draft draft) {
    String body = section.body();
    String recipient = wordBehind(section.header(), "to=");
    if (recipient.startsWith(TOOL)) {
      try {
        PythonJson.parse(body);
        draft.toolCalls.add(
            ToolCall.of(recipient.substring(TOOL.length()), PythonText.strip(body)));
      } catch (JsonSyntaxException e) {
        draft.unparsed.add(new UnparsedToolCall(section.raw(), "Invalid JSON: " + e.getMessage()));
      }
      return;
    }
    switch (wordBehind(section.header(), GptOssRenderer.CHANNEL)) {
      case "analysis" -> parts.add(new ContentPart.Thinking(body));
      case "final", "commentary" -> parts.add(new ContentPart.Text(body));
      default -> {}
    }
  }

  /** Returns what stands behind a mark, up to white space or the next mark; empty for nothing. */
  private static String wordBehind(String header, String mark) {
    for (int at = header.indexOf(mark); at >= 0; at = header.indexOf(mark, at + 1)) {
      int start = at + mark.length();
      int end = start;
      while (end < header.length()
          && header.charAt(end) != '<'
          && !PythonText.isSpace(header.charAt(end))) {
        end++;
      }
      if (end > start) {
        return header.substring(start, end);
      }
    }
    return "";
  }

  /** Goes through the messages of an answer, each with a header in front of its mark. */
  private static final class Sections {
    private static final String[] ENDS = {
      GptOssRenderer.END, GptOssRenderer.CALL, GptOssRenderer.RETURN
    };

    private final String content;
    // Where each mark comes next; searched again only when it is behind.
    private final int[] nextEnd = {-1, -1, -1};
    private int at;
    private int headerStart;
    private int mark;
    private int bodyEnd;

    Sections(String content) {
      this.content = content;
    }

    boolean next() {
      mark = content.indexOf(GptOssRenderer.MESSAGE, at);
      if (mark < 0) {
        return false;
      }
      headerStart = at + Math.max(0, content.substring(at, mark).lastIndexOf(GptOssRenderer.START));
      int bodyStart = mark + GptOssRenderer.MESSAGE.length();
      bodyEnd = content.length();
      at = bodyEnd;
      for (int i = 0; i < ENDS.length; i++) {
        if (nextEnd[i] < bodyStart) {
          int found = content.indexOf(ENDS[i], bodyStart);
          nextEnd[i] = found < 0 ? Integer.MAX_VALUE : found;
        }
        if (nextEnd[i] < bodyEnd) {
          bodyEnd = nextEnd[i];
          at = bodyEnd + ENDS[i].length();
        }
      }
      return true;
    }

    String header() {
      return content.substring(headerStart, mark);
    }

    String body() {
      return content.substring(mark + GptOssRenderer.MESSAGE.length(), bodyEnd);
    }

    String raw() {
      return content.substring(headerStart, at);
    }
  }
}
