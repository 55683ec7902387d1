package io.tinker4j.text.renderer;

import io.tinker4j.text.chat.ContentPart;
import io.tinker4j.text.chat.Message;
import io.tinker4j.text.chat.ToolCall;
import io.tinker4j.text.chat.ToolSpec;
import io.tinker4j.text.chat.UnparsedToolCall;
import io.tinker4j.text.json.JsonSyntaxException;
import io.tinker4j.text.json.PythonJson;
import io.tinker4j.text.json.PythonText;
import io.tinker4j.types.EncodedTextChunk;
import java.util.List;
import java.util.stream.Collectors;

/** DeepSeek V3 and V3.1, with thinking and without. */
final class DeepSeekRenderer extends ThinkingRenderer {
  private static final String BEGIN = "<｜begin▁of▁sentence｜>";
  private static final String END = "<｜end▁of▁sentence｜>";
  private static final String USER = "<｜User｜>";
  private static final String ASSISTANT = "<｜Assistant｜>";
  private static final String CALLS = "<｜tool▁calls▁begin｜>";
  private static final String CALLS_END = "<｜tool▁calls▁end｜>";
  private static final String CALL = "<｜tool▁call▁begin｜>";
  private static final String CALL_END = "<｜tool▁call▁end｜>";
  private static final String SEPARATOR = "<｜tool▁sep｜>";
  private static final List<String> TOOL_MARKS =
      List.of(CALLS, CALLS_END, CALL, CALL_END, SEPARATOR);
  private static final String OUTPUT = "<｜tool▁output▁begin｜>";
  private static final String OUTPUT_END = "<｜tool▁output▁end｜>";

  private final boolean thinks;
  private final int[] promptedThinking;
  private final int endOfThinking;

  DeepSeekRenderer(RendererSetup setup, boolean thinks) {
    super(setup, END, true, List.of(BEGIN, END, USER, ASSISTANT));
    this.thinks = thinks;
    boolean isKnown =
        thinks
            && tokenizer.token(Blocks.THINK_OPEN).isPresent()
            && tokenizer.token(Blocks.THINK_CLOSE).isPresent();
    this.promptedThinking = isKnown ? new int[] {control(Blocks.THINK_OPEN)} : Ints.NONE;
    this.endOfThinking = isKnown ? control(Blocks.THINK_CLOSE) : -1;
  }

  @Override
  List<String> toolMarks() {
    return TOOL_MARKS;
  }

  @Override
  public boolean hasExtensionProperty() {
    return !thinks || super.hasExtensionProperty();
  }

  @Override
  public int[] beginTokens() {
    return new int[] {control(BEGIN)};
  }

  @Override
  Rendered render(Message message, Position position) {
    return switch (message.role()) {
      case "system" -> renderSystem(message, position);
      case "user" ->
          withCalls(
              header(Markup.ofFixed(USER)), Markup.ofText(textOnly(message)), message, position);
      case "assistant" -> renderAssistant(message, position);
      case "tool" ->
          withCalls(
              header(Markup.ofFixed(OUTPUT)),
              Markup.ofText(textOnly(message)).fixed(OUTPUT_END),
              message,
              position);
      default ->
          throw new IllegalArgumentException(
              "the format of DeepSeek has no role %s; use system, user, assistant or tool"
                  .formatted(message.role()));
    };
  }

  private Rendered renderSystem(Message message, Position position) {
    Markup text = said(message, textOnly(message));
    if (position.index() == 0) {
      return withCalls(EncodedTextChunk.of(), text, message, position);
    }
    if (!options.laterSystemAsUser()) {
      throw new IllegalArgumentException(
          ("the format of DeepSeek has a system message at the beginning only, but message"
                      + " %d is one;")
                  .formatted(position.index())
              + " set RendererOptions.laterSystemAsUser to write it as a user's");
    }
    return withCalls(header(Markup.ofFixed(USER)), text, message, position);
  }

  private Rendered renderAssistant(Message said, Position position) {
    boolean followsTool = position.follows("tool");
    Message message = thinks || followsTool ? said : withoutThinking(said);
    boolean strip = strips() && message.toolCalls().isEmpty() && !position.last();
    Markup content = new Markup();
    for (ContentPart part : message.parts()) {
      if (part instanceof ContentPart.Thinking thinking && !strip) {
        content.fixed("<think>").text(thinking.thinking()).fixed("</think>");
      } else if (part instanceof ContentPart.Text text) {
        content.add(said(message, text.text()));
      }
    }
    Markup header = followsTool ? new Markup() : Markup.ofFixed(ASSISTANT);
    if (!followsTool && (!thinks || (strips() && !position.last()))) {
      header.fixed("</think>");
    }
    Rendered rendered = withCalls(header(header), content, message, position);
    boolean isAnswer = thinks && !followsTool && position.last() && !message.isEmpty();
    if (!isAnswer || hasThinking(message)) {
      return rendered;
    }
    // The reference encodes the empty block for itself.
    EncodedTextChunk output = (EncodedTextChunk) rendered.output().get(0);
    int[] tokens = new int[output.length()];
    output.tokens().get(tokens);
    int[] block = encoder.encode(Markup.ofFixed("<think></think>"));
    return Rendered.of(rendered.header(), EncodedTextChunk.of(Ints.concat(block, tokens)));
  }

  private static Message withoutThinking(Message message) {
    if (message.hasParts()) {
      return message.toBuilder().text(message.text()).build();
    }
    String text = message.text();
    StringBuilder rest = new StringBuilder();
    Markers.Finder blocks = new Markers.Finder(text, Blocks.THINK_OPEN, Blocks.THINK_CLOSE);
    int done = 0;
    while (blocks.find(done)) {
      rest.append(text, done, blocks.start());
      done = blocks.end();
    }
    return message.toBuilder().text(rest.append(text, done, text.length()).toString()).build();
  }

  private Rendered withCalls(
      EncodedTextChunk header, Markup content, Message message, Position position) {
    if (!message.toolCalls().isEmpty()) {
      content.fixed(CALLS);
      for (ToolCall call : message.toolCalls()) {
        content
            .fixed(CALL)
            .text(call.name())
            .fixed(SEPARATOR)
            .text(call.arguments())
            .fixed(CALL_END);
      }
      content.fixed(CALLS_END);
    }
    if (message.role().equals("assistant") && !message.isEmpty()) {
      content.fixed(END);
    }
    return Rendered.of(header, output(content, position));
  }

  /** A tool's result is followed by an answer without thinking. */
  @Override
  String openingPrefill(List<Message> messages) {
    boolean behindTool =
        !messages.isEmpty() && messages.get(messages.size() - 1).role().equals("tool");
    return thinks && !behindTool ? Blocks.THINK_OPEN : "";
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
  void parse(Draft draft) {
    String content = draft.text;
    readCalls(content, draft);
    UnparsedToolCall dangling = Markers.unterminated(content, CALLS, CALLS_END);
    draft.addUnparsed(dangling != null ? dangling : Markers.unterminated(content, CALL, CALL_END));
    if (!draft.toolCalls.isEmpty() || !draft.unparsed.isEmpty()) {
      content = PythonText.strip(Markers.without(content, CALLS, CALLS_END));
    }
    draft.text = content;
    draft.parts = Blocks.thinking(content);
  }

  private static void readCalls(String content, Draft draft) {
    Markers.Finder section = new Markers.Finder(content, CALLS, CALLS_END);
    if (!section.find(0)) {
      return;
    }
    String inner = section.inner();
    Markers.Finder calls = new Markers.Finder(inner, CALL, CALL_END);
    int at = 0;
    while (calls.find(at)) {
      String call = calls.inner();
      int name = 0;
      while (name < call.length() && isWord(call.codePointAt(name))) {
        name += Character.charCount(call.codePointAt(name));
      }
      if (name == 0 || !call.startsWith(SEPARATOR, name)) {
        at = calls.start() + CALL.length();
        continue;
      }
      String arguments = PythonText.strip(call.substring(name + SEPARATOR.length()));
      try {
        PythonJson.parse(arguments);
        draft.toolCalls.add(ToolCall.of(call.substring(0, name), arguments));
      } catch (JsonSyntaxException e) {
        draft.unparsed.add(new UnparsedToolCall(calls.outer(), "Invalid JSON: " + e.getMessage()));
      }
      at = calls.end();
    }
  }

  private static boolean isWord(int c) {
    return Character.isLetter(c)
        || c == '_'
        || Character.getType(c) == Character.DECIMAL_DIGIT_NUMBER
        || Character.getType(c) == Character.LETTER_NUMBER
        || Character.getType(c) == Character.OTHER_NUMBER;
  }

  @Override
  public List<Message> conversationPrefix(List<ToolSpec> tools, String systemPrompt) {
    if (tools.isEmpty()) {
      return List.of(Message.system(systemPrompt));
    }
    String described =
        tools.stream()
            .map(tool ->
                "### %s\nDescription: %s\n\nParameters: %s"
                    .formatted(
                        tool.name(), tool.description(), PythonJson.write(tool.parameters())))
            .collect(Collectors.joining("\n"));
    return List.of(Message.system(systemPrompt + ToolPrompts.DEEPSEEK.formatted(described)));
  }
}
