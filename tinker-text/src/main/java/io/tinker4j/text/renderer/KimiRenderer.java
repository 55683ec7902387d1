package io.tinker4j.text.renderer;

import io.tinker4j.text.chat.ContentPart;
import io.tinker4j.text.chat.Message;
import io.tinker4j.text.chat.ToolCall;
import io.tinker4j.text.chat.ToolSpec;
import io.tinker4j.text.json.PythonJson;
import io.tinker4j.types.EncodedTextChunk;
import io.tinker4j.types.ModelInputChunk;
import java.util.ArrayList;
import java.util.List;

/** Kimi K2, K2.5 and K2.6. */
final class KimiRenderer extends ThinkingRenderer {
  static final String CALLS = "<|tool_calls_section_begin|>";
  static final String CALLS_END = "<|tool_calls_section_end|>";
  static final String CALL = "<|tool_call_begin|>";
  static final String ARGUMENTS = "<|tool_call_argument_begin|>";
  static final String CALL_END = "<|tool_call_end|>";
  private static final String END = "<|im_end|>";
  private static final String MIDDLE = "<|im_middle|>";
  private static final String SYSTEM = "<|im_system|>";
  private static final String USER = "<|im_user|>";
  private static final String ASSISTANT = "<|im_assistant|>";
  private static final String DEFAULT_SYSTEM =
      "You are Kimi, an AI assistant created by Moonshot AI.";
  private static final String TOOLS_ROLE = "tool_declare";

  /** How the models of the family differ. */
  enum Variant {
    /** K2: tools as JSON, no images, thinking as the model likes. */
    K2,
    /** K2.5 and K2.6: the prompt opens the thinking block. */
    K25,
    /** K2.5 and K2.6 with the block closed. */
    K25_THINKING_OFF,
    /** K2.6 with the thinking of earlier messages. */
    K26_PRESERVE
  }

  private final Variant variant;
  private final int[] promptedThinking;
  private final int endOfThinking;

  KimiRenderer(RendererSetup setup, Variant variant) {
    super(
        setup,
        END,
        variant != Variant.K26_PRESERVE,
        variant == Variant.K2
            ? List.of(END, MIDDLE, SYSTEM, USER, ASSISTANT)
            : List.of(END, MIDDLE, SYSTEM, USER, ASSISTANT, Blocks.THINK_OPEN, Blocks.THINK_CLOSE));
    this.variant = variant;
    boolean isPrompted = variant != Variant.K2;
    this.promptedThinking = isPrompted ? new int[] {control(Blocks.THINK_OPEN)} : Ints.NONE;
    this.endOfThinking = isPrompted ? control(Blocks.THINK_CLOSE) : -1;
  }

  @Override
  boolean disablesThinking() {
    return variant == Variant.K25_THINKING_OFF;
  }

  /** The reference does not claim the property in any setting. */
  @Override
  public boolean hasExtensionProperty() {
    return false;
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
  String openingPrefill(List<Message> messages) {
    return switch (variant) {
      case K2 -> "";
      case K25, K26_PRESERVE -> "<think>";
      case K25_THINKING_OFF -> "<think></think>";
    };
  }

  @Override
  List<Message> prepare(List<Message> messages) {
    int at = !messages.isEmpty() && messages.get(0).role().equals(TOOLS_ROLE) ? 1 : 0;
    if (at < messages.size() && messages.get(at).role().equals("system")) {
      return messages;
    }
    List<Message> all = new ArrayList<>(messages);
    all.add(at, added("system", DEFAULT_SYSTEM, messages));
    return all;
  }

  /** A turn spans calls and their results: it begins behind the last answer without a call. */
  @Override
  int lastTurnStart(List<Message> messages) {
    for (int i = messages.size() - 1; i >= 0; i--) {
      if (messages.get(i).role().equals("assistant") && messages.get(i).toolCalls().isEmpty()) {
        return i + 1;
      }
    }
    return 0;
  }

  @Override
  public List<SupervisedExample> supervisedExamples(List<Message> messages, TrainOnWhat what) {
    if (what == TrainOnWhat.LAST_ASSISTANT_MESSAGE || what == TrainOnWhat.LAST_ASSISTANT_TURN) {
      return List.of(supervisedExample(messages, what));
    }
    TrainOnWhat each =
        what == TrainOnWhat.ALL_ASSISTANT_MESSAGES ? TrainOnWhat.LAST_ASSISTANT_TURN : what;
    List<SupervisedExample> examples = new ArrayList<>();
    int users = 0;
    for (int i = 0; i < messages.size(); i++) {
      if (messages.get(i).role().equals("user") && users++ > 0) {
        examples.add(supervisedExample(messages.subList(0, i), each));
      }
    }
    examples.add(supervisedExample(messages, each));
    return examples;
  }

  @Override
  Rendered render(Message message, Position position) {
    if (message.role().equals("assistant")) {
      return Rendered.of(headerOf(message), output(answer(message, position), position));
    }
    if (isText(message)) {
      Markup text = Markup.ofText(message.text()).fixed(END);
      return Rendered.of(headerOf(message), output(text, position));
    }
    return new Rendered(headerOf(message), encodeParts(message, position), null);
  }

  private EncodedTextChunk headerOf(Message message) {
    String role = message.role();
    Markup header =
        switch (role) {
          case "user" -> Markup.ofFixed(USER).text(role);
          case "assistant" -> Markup.ofFixed(ASSISTANT).text(role);
          case "tool" ->
              Markup.ofFixed(SYSTEM)
                  .text(message.name().filter(name -> !name.isEmpty()).orElse(role));
          default -> Markup.ofFixed(SYSTEM).text(role);
        };
    header.fixed(MIDDLE);
    if (role.equals("tool")) {
      header.fixed("## Return of ").text(message.toolCallId().orElse("")).fixed("\n");
      return EncodedTextChunk.of(encoder.encode(header));
    }
    return header(header);
  }

  private Markup answer(Message message, Position position) {
    String thinking = message.thinking();
    boolean keeps = (position.inLastTurn() || !strips()) && !thinking.isEmpty();
    Markup answer =
        new Markup()
            .fixed("<think>")
            .text(keeps ? thinking : "")
            .fixed("</think>")
            .add(said(message, message.text()));
    if (!message.toolCalls().isEmpty()) {
      answer.fixed(CALLS);
      for (int i = 0; i < message.toolCalls().size(); i++) {
        ToolCall call = message.toolCalls().get(i);
        String id = call.id().orElse("");
        answer
            .fixed(CALL)
            .text(id.isEmpty() ? "functions." + call.name() + ":" + i : id)
            .fixed(ARGUMENTS)
            .text(call.arguments())
            .fixed(CALL_END);
      }
      answer.fixed(CALLS_END);
    }
    return answer.fixed(END);
  }

  private List<ModelInputChunk> encodeParts(Message message, Position position) {
    if (variant == Variant.K2) {
      throw new IllegalArgumentException(
          "a message of role %s must be one text with renderer %s, but has %d parts"
              .formatted(message.role(), name(), message.parts().size()));
    }
    List<ModelInputChunk> chunks = new ArrayList<>();
    for (ContentPart part : message.parts()) {
      switch (part) {
        case ContentPart.Text text -> chunks.add(output(Markup.ofText(text.text()), position));
        case ContentPart.Image image -> {
          chunks.add(header(Markup.ofFixed("<|media_begin|>image<|media_content|>")));
          chunks.add(image(image));
          chunks.add(header(Markup.ofFixed("<|media_end|>\n")));
        }
        case ContentPart.Thinking thinking -> throw unsupported(part);
        case ContentPart.Unrecognized other -> throw unsupported(part);
      }
    }
    chunks.add(header(Markup.ofFixed(END)));
    return chunks;
  }

  private IllegalArgumentException unsupported(ContentPart part) {
    return new IllegalArgumentException(
        "renderer %s takes parts of type text and image here, not %s"
            .formatted(name(), part.type()));
  }

  @Override
  void parse(Draft draft) {
    KimiCalls.parse(draft);
  }

  @Override
  public List<Message> conversationPrefix(List<ToolSpec> tools, String systemPrompt) {
    List<Message> prefix = new ArrayList<>();
    if (!tools.isEmpty()) {
      prefix.add(
          Message.of(
              TOOLS_ROLE,
              variant == Variant.K2
                  ? PythonJson.writeSorted(tools.stream().map(ToolPrompts::asFunction).toList())
                  : KimiTools.declare(tools)));
    }
    prefix.add(Message.system(systemPrompt.isEmpty() ? DEFAULT_SYSTEM : systemPrompt));
    return prefix;
  }
}
