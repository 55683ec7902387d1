package io.tinker4j.text.renderer;

import io.tinker4j.text.chat.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Reads an answer token by token and tells thinking from text. What may be half of a mark or half
 * of a character waits for the next token.
 */
final class ReasoningStream {
  private final int stop;
  private final TokenText decoder;
  private final Function<int[], Message> parseAll;
  private final Ints all = new Ints();
  private final StringBuilder text = new StringBuilder();
  private int emitted;
  private int contentIndex;
  private boolean isThinking;
  private boolean hasBegun;
  private boolean hasStopped;

  ReasoningStream(int stop, Function<int[], String> decode, Function<int[], Message> parseAll) {
    this.stop = stop;
    this.decoder = new TokenText(decode);
    this.parseAll = parseAll;
  }

  void add(int token, List<MessageDelta> out) {
    if (hasStopped) {
      return;
    }
    all.add(token);
    if (token == stop) {
      hasStopped = true;
      return;
    }
    String more = decoder.add(token);
    if (more == null) {
      return;
    }
    text.append(more);
    begin(out);
    emit(out);
  }

  void finish(List<MessageDelta> out) {
    text.append(decoder.finish());
    begin(out);
    delta(emitted, text.length(), out);
    out.add(new MessageDelta.Complete(parseAll.apply(all.toArray())));
  }

  private void begin(List<MessageDelta> out) {
    if (!hasBegun) {
      hasBegun = true;
      out.add(new MessageDelta.Header("assistant"));
    }
  }

  private void emit(List<MessageDelta> out) {
    while (emitted < text.length()) {
      String mark = isThinking ? Blocks.THINK_CLOSE : Blocks.THINK_OPEN;
      int at = text.indexOf(mark, emitted);
      if (at < 0) {
        int safe = text.length() - halfMark(mark);
        delta(emitted, safe, out);
        emitted = Math.max(emitted, safe);
        return;
      }
      delta(emitted, at, out);
      isThinking = !isThinking;
      contentIndex++;
      emitted = at + mark.length();
    }
  }

  /** Returns how many characters at the end may be the beginning of a mark. */
  private int halfMark(String mark) {
    for (int length = Math.min(text.length() - emitted, mark.length() - 1); length > 0; length--) {
      if (mark.startsWith(text.substring(text.length() - length))) {
        return length;
      }
    }
    return 0;
  }

  private void delta(int start, int end, List<MessageDelta> out) {
    if (end > start) {
      String added = text.substring(start, end);
      out.add(
          isThinking
              ? new MessageDelta.Thinking(added, contentIndex)
              : new MessageDelta.Text(added, contentIndex));
    }
  }

  /** As a stream whose answer begins with what the prompt has given, unless it repeats that. */
  static ResponseStream asResponse(ReasoningStream stream, int[] given) {
    return new ResponseStream() {
      private boolean hasBegun;

      @Override
      public List<MessageDelta> add(int token) {
        List<MessageDelta> out = new ArrayList<>();
        if (!hasBegun && given.length > 0 && token != given[0]) {
          for (int each : given) {
            stream.add(each, out);
          }
        }
        hasBegun = true;
        stream.add(token, out);
        return out;
      }

      @Override
      public List<MessageDelta> finish() {
        List<MessageDelta> out = new ArrayList<>();
        stream.finish(out);
        return out;
      }
    };
  }

  /** Reads a whole answer. */
  static List<MessageDelta> list(ReasoningStream stream, int[] tokens) {
    List<MessageDelta> out = new ArrayList<>();
    for (int token : tokens) {
      stream.add(token, out);
    }
    stream.finish(out);
    return List.copyOf(out);
  }
}
