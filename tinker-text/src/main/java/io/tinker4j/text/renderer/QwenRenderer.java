package io.tinker4j.text.renderer;

import io.tinker4j.text.chat.ContentPart;
import io.tinker4j.text.json.PythonText;
import java.util.ArrayList;
import java.util.List;

/** What the family of {@code <|im_start|>} shares. */
abstract class QwenRenderer extends ThinkingRenderer {
  static final String START = "<|im_start|>";
  static final String END = "<|im_end|>";

  private static final List<String> OWN_MARKS =
      List.of(Blocks.THINK_OPEN, Blocks.THINK_CLOSE, Blocks.TOOL_OPEN, Blocks.TOOL_CLOSE);
  private static final List<String> TOOL_MARKS = List.of(Blocks.TOOL_OPEN, Blocks.TOOL_CLOSE);

  private final boolean framesThinking;

  QwenRenderer(
      RendererSetup setup, boolean strips, boolean framesThinking, List<String> alsoRequired) {
    super(setup, END, strips, withStart(alsoRequired));
    this.framesThinking = framesThinking;
  }

  private static List<String> withStart(List<String> more) {
    List<String> required = new ArrayList<>(List.of(START, END));
    required.addAll(more);
    return required;
  }

  @Override
  List<String> ownMarks() {
    return OWN_MARKS;
  }

  @Override
  List<String> toolMarks() {
    return TOOL_MARKS;
  }

  /** Returns whether the model thinks, so that blank lines around thinking are framing. */
  final boolean framesThinking() {
    return framesThinking;
  }

  /** A tool's results are a user's messages to the model. */
  static Markup opening(String role, int index) {
    return new Markup()
        .fixed(index > 0 ? "\n" + START : START)
        .text(role.equals("tool") ? "user" : role)
        .fixed("\n");
  }

  /** The reference takes the role of a prompt as it is. */
  static Markup promptOpening(String role, int index) {
    return new Markup().fixed(index > 0 ? "\n" + START : START).text(role).fixed("\n");
  }

  @Override
  void parse(Draft draft) {
    String content = draft.text;
    Blocks.thinkingAndCalls(draft);
    if (draft.parts != null && framesThinking) {
      draft.parts = withoutFrames(draft.parts);
    }
    draft.addUnparsed(Markers.unterminated(content, Blocks.TOOL_OPEN, Blocks.TOOL_CLOSE));
  }

  private static List<ContentPart> withoutFrames(List<ContentPart> parts) {
    List<ContentPart> plain = new ArrayList<>();
    boolean behindThinking = false;
    for (ContentPart part : parts) {
      if (part instanceof ContentPart.Thinking thinking) {
        String reasoning = PythonText.stripNewlines(thinking.thinking());
        if (!reasoning.isEmpty()) {
          plain.add(new ContentPart.Thinking(reasoning));
        }
        behindThinking = true;
        continue;
      }
      if (behindThinking && part instanceof ContentPart.Text text) {
        plain.add(new ContentPart.Text(PythonText.stripLeadingNewlines(text.text())));
      } else {
        plain.add(part);
      }
      behindThinking = false;
    }
    return plain;
  }
}
