package io.tinker4j.text.renderer;

import io.tinker4j.text.chat.Message;
import io.tinker4j.text.chat.UnparsedToolCall;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A model's answer.
 *
 * @param message what could be read; plain text when the answer is malformed
 * @param termination how the answer has ended
 */
public record ParsedResponse(Message message, Termination termination) {
  /** Returns why the answer cannot be used as it is, if so. A broken end hides the rest. */
  public Optional<ParseFailure> failure() {
    if (!termination.isClean()) {
      return Optional.of(
          new ParseFailure(
              ParseFailure.Kind.STRUCTURAL,
              ("response did not terminate cleanly (termination=%s): expected the renderer's stop"
                      + " signal or EOS, so the message framing is broken")
                  .formatted(termination.id())));
    }
    if (message.unparsedToolCalls().isEmpty()) {
      return Optional.empty();
    }
    String errors =
        message.unparsedToolCalls().stream()
            .map(UnparsedToolCall::error)
            .collect(Collectors.joining("\n"));
    return Optional.of(new ParseFailure(ParseFailure.Kind.CONTENT, Markers.cut(errors)));
  }
}
