package io.tinker4j.text.renderer;

import io.tinker4j.text.chat.ContentPart;
import io.tinker4j.text.chat.Message;
import io.tinker4j.text.chat.ToolSpec;
import io.tinker4j.types.EncodedTextChunk;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Nemotron 3 and 3.5: Qwen 3.5's form with other blank lines, and a system message always. */
final class Nemotron3Renderer extends Qwen35Renderer {
  private static final String EMPTY = "<think></think>";

  /**
   * How the models of the family differ.
   *
   * @param ultra the form of Ultra and Lightning
   * @param preserves whether earlier messages keep their thinking
   * @param thinkingOff whether the prompt closes the thinking block
   * @param effort what is put behind the user's last message, empty for nothing
   */
  record Variant(boolean ultra, boolean preserves, boolean thinkingOff, String effort) {}

  private final Variant variant;

  Nemotron3Renderer(RendererSetup setup, Variant variant) {
    super(setup, !variant.preserves(), variant.thinkingOff());
    this.variant = variant;
  }

  @Override
  List<Message> prepare(List<Message> messages) {
    if (!messages.isEmpty() && messages.get(0).role().equals("system")) {
      return messages;
    }
    List<Message> all = new ArrayList<>(messages.size() + 1);
    all.add(added("system", "", messages));
    all.addAll(messages);
    return all;
  }

  @Override
  Rendered render(Message message, Position position) {
    Message said = message;
    if (!variant.effort().isEmpty()
        && message.role().equals("user")
        && position.index() == position.lastUser()) {
      if (message.hasParts()) {
        throw new IllegalArgumentException(
            "the last message of the user must be one text with renderer " + name());
      }
      said = message.toBuilder().text(message.text() + "\n\n" + variant.effort()).build();
    }
    boolean produced =
        message.role().equals("assistant") && position.index() >= position.lastUser();
    return super.render(said, produced ? position.asLast() : position);
  }

  @Override
  boolean seesImages() {
    return false;
  }

  private boolean isHistory(Position position) {
    return position.index() < position.lastUser();
  }

  @Override
  String assistantOpening(Message message, Position position) {
    boolean isHistory = isHistory(position);
    boolean isThinking = hasThinking(message);
    if (isThinking && (!isHistory || !strips())) {
      return "";
    }
    boolean separated =
        !variant.ultra()
            && isHistory
            && isThinking
            && hasTextPart(message)
            && message.toolCalls().isEmpty();
    return separated ? EMPTY + "\n" : EMPTY;
  }

  private static boolean hasTextPart(Message message) {
    return message.hasParts() && !message.text().isEmpty();
  }

  /** The prompt ends in {@code <think>}, which no header has; it is never split. */
  @Override
  Markup promptEnd(String role, Position position) {
    return variant.thinkingOff()
        ? promptOpening(role, position.index()).fixed(EMPTY)
        : super.promptEnd(role, position);
  }

  @Override
  @Nullable Markup promptedHeader(Message message, Position position) {
    return null;
  }

  @Override
  Markup thinking(String thinking) {
    return new Markup()
        .fixed("<think>\n")
        .text(thinking)
        .fixed(variant.ultra() ? "</think>" : "\n</think>\n");
  }

  @Override
  String toolResultEnd() {
    return "\n</tool_response>\n";
  }

  @Override
  String betweenToolResults() {
    return "";
  }

  @Override
  Markup toolCalls(Message message) {
    boolean thinkingOnly =
        message.hasParts()
            && message.parts().stream().anyMatch(ContentPart.Thinking.class::isInstance)
            && !hasTextPart(message);
    return Markup.ofFixed(thinkingOnly && !variant.ultra() ? "" : "\n")
        .add(calls(message, "", "\n"));
  }

  @Override
  String thinkingSeparator() {
    return variant.ultra() ? super.thinkingSeparator() : "\n";
  }

  @Override
  public List<Message> conversationPrefix(List<ToolSpec> tools, String systemPrompt) {
    if (tools.isEmpty()) {
      return List.of(Message.system(systemPrompt));
    }
    String text =
        ToolPrompts.XML_CALLS.formatted(
            tools.stream().map(XmlTools::declare).collect(Collectors.joining("\n")));
    return List.of(Message.system(systemPrompt.isEmpty() ? text : systemPrompt + "\n\n" + text));
  }

  @Override
  EncodedTextChunk generationSuffix(String role, Position position) {
    return header(promptEnd(role, position));
  }
}
