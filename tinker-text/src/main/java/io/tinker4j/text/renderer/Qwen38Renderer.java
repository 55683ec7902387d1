package io.tinker4j.text.renderer;

import io.tinker4j.text.chat.ContentPart;
import io.tinker4j.text.chat.Message;
import io.tinker4j.text.json.PythonJson;
import io.tinker4j.text.json.PythonText;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Qwen 3.8: as 3.5, with an effort of reasoning in the system message and thinking kept. */
final class Qwen38Renderer extends Qwen35Renderer {
  /** How much the model is asked to think. */
  enum Effort {
    XHIGH(
        "Reasoning effort is set to xhigh. Please think carefully through the task, validate key"
            + " assumptions, consider plausible alternatives, and prioritize correctness,"
            + " consistency, and clarity in the final answer."),
    MEDIUM(""),
    LOW(
        "Reasoning effort is set to low. Keep your thinking brief and focused, moving directly to"
            + " the conclusion without unnecessary elaboration."),
    OFF("");

    private final String instruction;

    Effort(String instruction) {
      this.instruction = instruction;
    }
  }

  private final String instruction;

  Qwen38Renderer(RendererSetup setup, Effort effort) {
    super(setup, false, effort == Effort.OFF);
    this.instruction = effort.instruction;
  }

  /** History closes an empty block with a token that no sample begins with. */
  @Override
  public boolean hasExtensionProperty() {
    return false;
  }

  @Override
  List<Message> prepare(List<Message> messages) {
    if (messages.isEmpty() || !messages.get(0).role().equals("system")) {
      return instruction.isEmpty()
          ? messages
          : withFirst(added("system", instruction, messages), messages);
    }
    Message system = messages.get(0);
    List<Message> rest = messages.subList(1, messages.size());
    if (!system.parts().stream().allMatch(ContentPart.Text.class::isInstance)) {
      return instruct(system, messages, rest);
    }
    String content = PythonText.strip(system.text());
    if (content.isEmpty() && instruction.isEmpty()) {
      return rest;
    }
    if (!instruction.isEmpty()
        && !content.equals(instruction)
        && !content.startsWith(instruction + "\n\n")) {
      content = content.isEmpty() ? instruction : instruction + "\n\n" + content;
    }
    return withFirst(system.toBuilder().text(content).build(), rest);
  }

  private List<Message> instruct(Message system, List<Message> messages, List<Message> rest) {
    if (instruction.isEmpty()
        || (system.parts().get(0) instanceof ContentPart.Text first
            && first.text().startsWith(instruction))) {
      return messages;
    }
    List<ContentPart> parts = new ArrayList<>();
    parts.add(new ContentPart.Text(instruction + "\n\n"));
    parts.addAll(system.parts());
    return withFirst(system.toBuilder().parts(parts).build(), rest);
  }

  private static List<Message> withFirst(Message first, List<Message> rest) {
    List<Message> all = new ArrayList<>(rest.size() + 1);
    all.add(first);
    all.addAll(rest);
    return all;
  }

  @Override
  String argument(@Nullable Object value) {
    return value instanceof String text ? text : PythonJson.write(value);
  }

  @Override
  boolean stripsThinkingOf(Message message, Position position) {
    return strips()
        && message.role().equals("assistant")
        && position.index() <= position.lastUser();
  }

  /** Marks in a text are content to this model's template, and no thinking. */
  @Override
  String assistantOpening(Message message, Position position) {
    boolean isThinking = message.parts().stream().anyMatch(ContentPart.Thinking.class::isInstance);
    return (strips() && position.index() <= position.lastUser()) || isThinking
        ? ""
        : EMPTY_THINKING;
  }
}
