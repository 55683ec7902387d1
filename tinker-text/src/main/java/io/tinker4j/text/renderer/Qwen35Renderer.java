package io.tinker4j.text.renderer;

import io.tinker4j.text.chat.ContentPart;
import io.tinker4j.text.chat.Message;
import io.tinker4j.text.chat.ToolCall;
import io.tinker4j.text.chat.ToolSpec;
import io.tinker4j.text.json.PythonJson;
import io.tinker4j.text.json.PythonText;
import io.tinker4j.types.EncodedTextChunk;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Qwen 3.5 and 3.6: calls in XML, and a thinking block in every answer, be it empty. */
class Qwen35Renderer extends Qwen3VlRenderer {
  static final String EMPTY_THINKING = "<think>\n\n</think>\n\n";
  private static final String OPEN_THINKING = "<think>\n";

  private final boolean thinkingOff;
  private final int[] promptedThinking;
  private final int endOfThinking;

  Qwen35Renderer(RendererSetup setup, boolean thinkingOff) {
    this(setup, true, thinkingOff);
  }

  Qwen35Renderer(RendererSetup setup, boolean strips, boolean thinkingOff) {
    super(setup, strips, true, List.of(Blocks.THINK_OPEN, Blocks.THINK_CLOSE));
    this.thinkingOff = thinkingOff;
    this.promptedThinking = encoder.encodeControl(OPEN_THINKING);
    this.endOfThinking = control(Blocks.THINK_CLOSE);
  }

  @Override
  boolean disablesThinking() {
    return thinkingOff;
  }

  @Override
  boolean groupsToolResults() {
    return true;
  }

  @Override
  Markup thinking(String thinking) {
    return new Markup().fixed(OPEN_THINKING).text(thinking).fixed("\n</think>\n\n");
  }

  @Override
  String assistantOpening(Message message, Position position) {
    return position.index() <= position.lastUser() || hasThinking(message) ? "" : EMPTY_THINKING;
  }

  /** Returns the header that the prompt ends with. */
  Markup promptEnd(String role, Position position) {
    return promptOpening(role, position.index())
        .fixed(thinkingOff ? EMPTY_THINKING : OPEN_THINKING);
  }

  @Override
  @Nullable Markup promptedHeader(Message message, Position position) {
    return message.role().equals("assistant") && position.last()
        ? promptEnd(message.role(), position)
        : null;
  }

  @Override
  EncodedTextChunk generationSuffix(String role, Position position) {
    return header(promptEnd(role, position));
  }

  @Override
  Rendered render(Message message, Position position) {
    return super.render(
        message.hasParts()
            ? message
            : message.toBuilder().text(PythonText.strip(message.text())).build(),
        position);
  }

  @Override
  Markup toolCalls(Message message) {
    boolean isVisible =
        message.parts().stream()
            .anyMatch(part ->
                part instanceof ContentPart.Image
                    || (part instanceof ContentPart.Text text
                        && !PythonText.strip(text.text()).isEmpty()));
    return Markup.ofFixed(isVisible ? "\n\n" : "").add(calls(message, "\n", ""));
  }

  final Markup calls(Message message, String between, String behind) {
    Markup markup = new Markup();
    String separator = "";
    for (ToolCall call : message.toolCalls()) {
      markup.fixed(separator + "<tool_call>\n<function=").text(call.name()).fixed(">\n");
      Map<?, ?> arguments = call.arguments().isEmpty() ? Map.of() : ToolArguments.parseObject(call);
      for (Map.Entry<?, ?> argument : arguments.entrySet()) {
        markup
            .fixed("<parameter=")
            .text(String.valueOf(argument.getKey()))
            .fixed(">\n")
            .text(argument(argument.getValue()))
            .fixed("\n</parameter>\n");
      }
      markup.fixed("</function>\n</tool_call>" + behind);
      separator = between;
    }
    return markup;
  }

  /** Returns a value as the template writes it: JSON for objects and lists, Python's for others. */
  String argument(@Nullable Object value) {
    return value instanceof Map || value instanceof List
        ? PythonJson.write(value)
        : PythonText.str(value);
  }

  @Override
  int[] promptedThinking() {
    return promptedThinking;
  }

  @Override
  int endOfThinking() {
    return endOfThinking;
  }

  @Override
  @Nullable Object openAiArguments(ToolCall call) {
    return ToolArguments.parse(call);
  }

  @Override
  void parse(Draft draft) {
    super.parse(draft);
    if (draft.parts != null) {
      draft.parts = withoutSeparator(draft.parts, thinkingSeparator());
    }
    XmlCalls.convert(draft);
  }

  /** Returns what the template puts between thinking and text. */
  String thinkingSeparator() {
    return "\n\n";
  }

  /** Takes the separator out of the first text behind thinking, and blanks around the thinking. */
  private static List<ContentPart> withoutSeparator(List<ContentPart> parts, String separator) {
    List<ContentPart> plain = new ArrayList<>(parts);
    boolean hasThought = false;
    for (int i = 0; i < plain.size(); i++) {
      if (plain.get(i) instanceof ContentPart.Thinking thinking) {
        plain.set(i, new ContentPart.Thinking(PythonText.strip(thinking.thinking())));
        hasThought = true;
      } else if (hasThought && plain.get(i) instanceof ContentPart.Text text) {
        if (text.text().startsWith(separator)) {
          plain.set(i, new ContentPart.Text(text.text().substring(separator.length())));
        }
        break;
      }
    }
    return plain;
  }

  @Override
  public List<Message> conversationPrefix(List<ToolSpec> tools, String systemPrompt) {
    if (tools.isEmpty()) {
      return List.of(Message.system(systemPrompt));
    }
    String text =
        ToolPrompts.XML_CALLS.formatted(
            tools.stream()
                .map(tool -> PythonJson.write(tool.toMap()))
                .collect(Collectors.joining("\n")));
    return List.of(Message.system(systemPrompt.isEmpty() ? text : text + "\n\n" + systemPrompt));
  }
}
