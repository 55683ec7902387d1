package io.tinker4j.text.renderer;

import io.tinker4j.text.chat.ContentPart;
import io.tinker4j.text.chat.Message;
import io.tinker4j.text.chat.ToolSpec;
import io.tinker4j.types.EncodedTextChunk;
import io.tinker4j.types.ModelInputChunk;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The models of Qwen 3 that see images; what later models of the family change is in methods that
 * their renderers override.
 */
class Qwen3VlRenderer extends QwenRenderer {
  Qwen3VlRenderer(RendererSetup setup, boolean framesThinking) {
    this(setup, true, framesThinking, List.of());
  }

  Qwen3VlRenderer(
      RendererSetup setup, boolean strips, boolean framesThinking, List<String> required) {
    super(setup, strips, framesThinking, required);
  }

  /** Returns whether the results of tools that follow each other share one message. */
  boolean groupsToolResults() {
    return false;
  }

  /** Returns what stands between two results in one message. */
  String betweenToolResults() {
    return "\n";
  }

  /** Returns what closes a tool's result. */
  String toolResultEnd() {
    return "\n</tool_response>";
  }

  Markup thinking(String thinking) {
    return new Markup().fixed("<think>").text(thinking).fixed("</think>");
  }

  /** Returns what follows the header of an assistant's message. */
  String assistantOpening(Message message, Position position) {
    return "";
  }

  /** Returns how much of a message's header the prompt has given; null for all of it. */
  @Nullable Markup promptedHeader(Message message, Position position) {
    return null;
  }

  boolean stripsThinkingOf(Message message, Position position) {
    return strips() && message.role().equals("assistant") && !position.last();
  }

  Markup toolCalls(Message message) {
    return Markup.ofFixed("\n").add(Qwen3Renderer.calls(message.toolCalls()));
  }

  @Override
  @Nullable EncodedTextChunk generationSuffix(String role, Position position) {
    return header(opening(role, position.index()));
  }

  @Override
  Rendered render(Message message, Position position) {
    boolean tool = message.role().equals("tool");
    boolean grouped = groupsToolResults() && tool;
    Markup header =
        grouped && position.follows("tool")
            ? Markup.ofFixed(betweenToolResults())
            : opening(message.role(), position.index());
    if (message.role().equals("assistant")) {
      header.fixed(assistantOpening(message, position));
    }
    MixedContent content = new MixedContent();
    if (tool) {
      content.add(Markup.ofFixed("<tool_response>\n"));
    }
    addParts(message, stripsThinkingOf(message, position), content);
    if (tool) {
      content.add(Markup.ofFixed(toolResultEnd()));
    }
    if (message.toolCallList().isPresent()) {
      content.add(toolCalls(message));
    }
    if (!(grouped && position.precedes("tool"))) {
      content.add(Markup.ofFixed(END));
    }
    List<ModelInputChunk> output = content.encode(this, position);
    Markup prompted = promptedHeader(message, position);
    if (prompted != null && header.startsWith(prompted)) {
      if (header.length() > prompted.length()) {
        output.add(0, header(header.from(prompted.length())));
      }
      header = prompted;
    }
    return new Rendered(header(header), output, null);
  }

  private void addParts(Message message, boolean strip, MixedContent content) {
    for (ContentPart part : message.parts()) {
      switch (part) {
        case ContentPart.Text text -> content.add(said(message, text.text()));
        case ContentPart.Image image ->
            content
                .add(Markup.ofFixed("<|vision_start|>"))
                .add(image)
                .add(Markup.ofFixed("<|vision_end|>"));
        case ContentPart.Thinking thinking -> {
          if (!strip) {
            content.add(thinking(thinking.thinking()));
          }
        }
        case ContentPart.Unrecognized other -> {}
      }
    }
  }

  @Override
  public List<Message> conversationPrefix(List<ToolSpec> tools, String systemPrompt) {
    return List.of(Qwen3Renderer.prefix(tools, systemPrompt));
  }
}
