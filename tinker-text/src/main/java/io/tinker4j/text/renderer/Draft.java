package io.tinker4j.text.renderer;

import io.tinker4j.text.chat.ContentPart;
import io.tinker4j.text.chat.Message;
import io.tinker4j.text.chat.ToolCall;
import io.tinker4j.text.chat.UnparsedToolCall;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An answer that is being taken apart. */
final class Draft {
  String text;
  @Nullable List<ContentPart> parts;
  final List<ToolCall> toolCalls = new ArrayList<>();
  final List<UnparsedToolCall> unparsed = new ArrayList<>();

  Draft(String text) {
    this.text = text;
  }

  void addUnparsed(@Nullable UnparsedToolCall call) {
    if (call != null) {
      unparsed.add(call);
    }
  }

  Message toMessage() {
    Message.Builder message = Message.builder("assistant");
    if (parts == null) {
      message.text(text);
    } else {
      message.parts(parts);
    }
    if (!toolCalls.isEmpty()) {
      message.toolCalls(toolCalls);
    }
    return message.unparsedToolCalls(unparsed).build();
  }
}
