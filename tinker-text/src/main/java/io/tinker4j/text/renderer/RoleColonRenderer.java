package io.tinker4j.text.renderer;

import io.tinker4j.text.chat.Message;
import io.tinker4j.types.EncodedTextChunk;
import io.tinker4j.types.StopCondition;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code User: …}, {@code Assistant: …}: for models that have learned no chat format. */
final class RoleColonRenderer extends ChatRenderer {
  private static final String END = "\n\n";
  private static final String STOP = "\n\nUser:";

  RoleColonRenderer(RendererSetup setup) {
    super(setup, List.of());
  }

  @Override
  Rendered render(Message message, Position position) {
    Markup role = new Markup().text(capitalize(message.role())).fixed(":");
    Markup text = Markup.ofFixed(" ").add(said(message, textOnly(message))).fixed(END);
    EncodedTextChunk overlap =
        message.role().equals("assistant") ? header(Markup.ofFixed("User:")) : null;
    // What completes the stop sequence is that of a message of the assistant; the reference writes
    // a place holder behind others.
    return new Rendered(
        header(role),
        List.of(output(text, position)),
        overlap == null ? header(Markup.ofFixed("<UNUSED>")) : overlap);
  }

  private static String capitalize(String role) {
    if (role.isEmpty()) {
      return role;
    }
    int first = role.offsetByCodePoints(0, 1);
    return new StringBuilder()
        .appendCodePoint(Character.toTitleCase(role.codePointAt(0)))
        .append(role.substring(first).toLowerCase(Locale.ROOT))
        .toString();
  }

  @Override
  public int[] beginTokens() {
    return tokenizer.beginOfSequence().stream().toArray();
  }

  @Override
  public StopCondition stop() {
    return StopCondition.text(STOP);
  }

  @Override
  public boolean hasExtensionProperty() {
    return true;
  }

  @Override
  public ParsedResponse parseResponse(int... tokens) {
    int[] response = tokens;
    boolean ended =
        tokens.length > 0
            && tokenizer.endOfSequence().isPresent()
            && tokens[tokens.length - 1] == tokenizer.endOfSequence().getAsInt();
    if (ended) {
      response = Arrays.copyOf(tokens, tokens.length - 1);
    }
    String text = decode(response);
    int stops = Markers.count(text, STOP);
    String content = stops == 0 ? text : text.substring(0, text.indexOf(STOP));
    content = content.startsWith(" ") ? content.substring(1) : content;
    if (content.endsWith(END)) {
      content = content.substring(0, content.length() - END.length());
    }
    Termination termination = Termination.MALFORMED;
    if (stops == 0 && ended) {
      termination = Termination.EOS;
    } else if (stops == 1 && !ended) {
      termination = Termination.STOP_SEQUENCE;
    }
    return new ParsedResponse(Message.assistant(content), termination);
  }

  @Override
  public Map<String, @Nullable Object> toOpenAi(Message message) {
    return OpenAi.withThinkingInline(message);
  }
}
