package io.tinker4j.text.data;

import io.tinker4j.text.chat.Message;
import java.util.List;

/**
 * A row of preference data: what was asked, a better answer and a worse one.
 *
 * @param prompt the messages before the answers
 * @param chosen the messages of the better answer
 * @param rejected the messages of the worse one
 */
public record PreferencePair(List<Message> prompt, List<Message> chosen, List<Message> rejected) {
  /** Copies the lists; refuses an empty answer. */
  public PreferencePair {
    prompt = List.copyOf(prompt);
    chosen = List.copyOf(chosen);
    rejected = List.copyOf(rejected);
    if (chosen.isEmpty() || rejected.isEmpty()) {
      throw new IllegalArgumentException("chosen and rejected must have at least one message each");
    }
  }
}
