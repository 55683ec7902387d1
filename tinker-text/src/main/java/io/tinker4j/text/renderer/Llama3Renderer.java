package io.tinker4j.text.renderer;

import io.tinker4j.text.chat.Message;
import io.tinker4j.types.StopCondition;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The chat format of Llama 3. Without tools: its calls cannot be told from JSON in an answer. */
final class Llama3Renderer extends ChatRenderer {
  private static final String START = "<|start_header_id|>";
  private static final String END = "<|end_header_id|>";
  private static final String BEGIN = "<|begin_of_text|>";
  private static final String STOP = "<|eot_id|>";

  Llama3Renderer(RendererSetup setup) {
    super(setup, List.of(BEGIN, START, END, STOP));
  }

  @Override
  Rendered render(Message message, Position position) {
    Markup role = new Markup().fixed(START).text(message.role()).fixed(END + "\n\n");
    Markup text = new Markup().text(textOnly(message)).fixed(STOP);
    return Rendered.of(header(role), output(text, position));
  }

  @Override
  public int[] beginTokens() {
    return new int[] {control(BEGIN)};
  }

  @Override
  public StopCondition stop() {
    return stopAt(control(STOP));
  }

  @Override
  public boolean hasExtensionProperty() {
    return true;
  }

  @Override
  public ParsedResponse parseResponse(int... tokens) {
    StopToken answer = StopToken.cut(tokens, control(STOP));
    return new ParsedResponse(Message.assistant(decode(answer.tokens())), answer.termination());
  }

  @Override
  public Map<String, @Nullable Object> toOpenAi(Message message) {
    return OpenAi.withThinkingInline(message);
  }
}
