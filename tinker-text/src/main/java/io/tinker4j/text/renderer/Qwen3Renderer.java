package io.tinker4j.text.renderer;

import io.tinker4j.text.chat.ContentPart;
import io.tinker4j.text.chat.Message;
import io.tinker4j.text.chat.ToolCall;
import io.tinker4j.text.chat.ToolSpec;
import io.tinker4j.text.json.PythonJson;
import io.tinker4j.text.json.PythonText;
import io.tinker4j.types.EncodedTextChunk;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The text models of Qwen 3: with thinking, with thinking turned off, and those without any. */
final class Qwen3Renderer extends QwenRenderer {
  /** What a model of the family does about thinking. */
  enum Mode {
    THINKING,
    THINKING_OFF,
    INSTRUCT
  }

  // Tokens of the family that are no special ones to Transformers.
  private static final List<String> NOT_SPECIAL =
      List.of(
          Blocks.TOOL_OPEN,
          Blocks.TOOL_CLOSE,
          Blocks.THINK_OPEN,
          Blocks.THINK_CLOSE,
          "<tool_response>",
          "</tool_response>",
          "<|fim_prefix|>",
          "<|fim_middle|>",
          "<|fim_suffix|>",
          "<|fim_pad|>",
          "<|repo_name|>",
          "<|file_sep|>");

  private final Mode mode;
  private final EncodedTextChunk end;

  Qwen3Renderer(RendererSetup setup, Mode mode) {
    super(setup, true, mode != Mode.INSTRUCT, List.of());
    this.mode = mode;
    this.end = EncodedTextChunk.of(stopToken());
  }

  @Override
  boolean disablesThinking() {
    return mode == Mode.THINKING_OFF;
  }

  @Override
  public boolean hasExtensionProperty() {
    return mode == Mode.INSTRUCT || super.hasExtensionProperty();
  }

  @Override
  EncodedTextChunk generationSuffix(String role, Position position) {
    Markup opening =
        mode == Mode.THINKING_OFF
            ? promptOpening(role, position.index()).fixed("<think>\n\n</think>\n\n")
            : opening(role, position.index());
    return header(opening);
  }

  @Override
  Rendered render(Message message, Position position) {
    boolean assistant = message.role().equals("assistant");
    if (mode == Mode.THINKING_OFF
        && assistant
        && position.last()
        && !message.isEmpty()
        && position.lastUser() < 0) {
      throw new IllegalArgumentException(
          "the conversation has no message of the user; the model's template then writes no empty"
              + " thinking block into the answer, but the prompt has one. Add a message of the"
              + " user, or use the renderer with thinking");
    }
    boolean frames =
        framesThinking() && assistant && position.lastUser() >= 0 && (position.last() || !strips());
    Markup content = content(message, frames, strips() && assistant && !position.last());
    boolean hasText = !content.isEmpty();
    if (frames && !hasThinking(message)) {
      content = framed("").add(content.from(leadingNewlines(content)));
    }
    if (message.role().equals("tool")) {
      content = Markup.ofFixed("<tool_response>\n").add(content).fixed("\n</tool_response>");
    }
    if (message.toolCallList().isPresent()) {
      content.fixed(hasText ? "\n" : "").add(calls(message.toolCalls()));
    }
    return Rendered.of(
        header(opening(message.role(), position.index())), encode(content, position), end);
  }

  /** The reference takes text of a message for these tokens and for no others. */
  private EncodedTextChunk encode(Markup content, Position position) {
    return safe()
        ? output(content, position)
        : EncodedTextChunk.of(
            encoder.encodeSafely(new Markup().said(content.toString(), NOT_SPECIAL)));
  }

  private Markup content(Message message, boolean frames, boolean strip) {
    if (!message.hasParts()) {
      return frames ? inline(message) : said(message, message.text());
    }
    Markup content = new Markup();
    boolean behindThinking = false;
    for (ContentPart part : message.parts()) {
      if (part instanceof ContentPart.Thinking thinking && !strip) {
        content.add(
            frames
                ? framed(thinking.thinking())
                : new Markup().fixed("<think>").text(thinking.thinking()).fixed("</think>"));
        behindThinking = frames;
      } else if (part instanceof ContentPart.Text text) {
        content.add(
            said(
                message,
                behindThinking ? PythonText.stripLeadingNewlines(text.text()) : text.text()));
        behindThinking = false;
      }
    }
    return content;
  }

  private static int leadingNewlines(Markup content) {
    String text = content.toString();
    return text.length() - PythonText.stripLeadingNewlines(text).length();
  }

  /** Text that has a thinking block of its own gets the blank lines of the model's template. */
  private Markup inline(Message message) {
    String text = message.text();
    int close = text.indexOf(Blocks.THINK_CLOSE);
    if (close < 0) {
      return said(message, text);
    }
    String reasoning = text.substring(0, close);
    int open = reasoning.lastIndexOf(Blocks.THINK_OPEN);
    return framed(open < 0 ? reasoning : reasoning.substring(open + Blocks.THINK_OPEN.length()))
        .add(
            said(
                message,
                PythonText.stripLeadingNewlines(
                    text.substring(close + Blocks.THINK_CLOSE.length()))));
  }

  private static Markup framed(String reasoning) {
    return new Markup()
        .fixed("<think>\n")
        .text(PythonText.stripNewlines(reasoning))
        .fixed("\n</think>\n\n");
  }

  /** Calls as JSON, one block each. */
  static Markup calls(List<ToolCall> calls) {
    Markup markup = new Markup();
    String separator = "";
    for (ToolCall call : calls) {
      Map<String, @Nullable Object> json = new LinkedHashMap<>();
      json.put("name", call.name());
      json.put("arguments", ToolArguments.parse(call));
      markup
          .fixed(separator + "<tool_call>\n")
          .text(PythonJson.write(json))
          .fixed("\n</tool_call>");
      separator = "\n";
    }
    return markup;
  }

  @Override
  public List<Message> conversationPrefix(List<ToolSpec> tools, String systemPrompt) {
    return List.of(prefix(tools, systemPrompt));
  }

  /** The system message that offers tools to models which call them in JSON. */
  static Message prefix(List<ToolSpec> tools, String systemPrompt) {
    String text = tools.isEmpty() ? "" : ToolPrompts.QWEN3.formatted(describe(tools));
    return Message.system(systemPrompt.isEmpty() ? text : systemPrompt + "\n\n" + text);
  }

  private static String describe(List<ToolSpec> tools) {
    return tools.stream()
        .map(tool -> PythonJson.write(ToolPrompts.asFunction(tool)))
        .collect(Collectors.joining("\n"));
  }
}
