package io.tinker4j.text.data;

import io.tinker4j.text.chat.Message;
import io.tinker4j.text.chat.ToolSpec;
import java.util.List;

/**
 * A row of a data file.
 *
 * @param messages in their order; there is at least one
 * @param tools what the assistant may call, empty for none
 */
public record Conversation(List<Message> messages, List<ToolSpec> tools) {
  /** Copies the lists; refuses a conversation without messages. */
  public Conversation {
    messages = List.copyOf(messages);
    tools = List.copyOf(tools);
    if (messages.isEmpty()) {
      throw new IllegalArgumentException("messages is empty; there must be at least one");
    }
  }

  /** Returns whether a message says whether it is learned. */
  public boolean saysWhatIsLearned() {
    return messages.stream().anyMatch(message -> message.trainable().isPresent());
  }
}
