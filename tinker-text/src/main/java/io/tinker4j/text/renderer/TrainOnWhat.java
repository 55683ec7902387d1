package io.tinker4j.text.renderer;

import java.util.Locale;

/**
 * What of a conversation is learned. A message's header, such as {@code <|im_start|>user}, is
 * learned with {@link #ALL_TOKENS} only.
 */
public enum TrainOnWhat {
  /** The last message, if it is the assistant's. */
  LAST_ASSISTANT_MESSAGE,

  /** The assistant's messages behind the last one of the user. */
  LAST_ASSISTANT_TURN,

  /** Every message of the assistant. */
  ALL_ASSISTANT_MESSAGES,

  /** Every message, without its header. */
  ALL_MESSAGES,

  /** Everything but what begins the sequence. */
  ALL_TOKENS,

  /** What users and the system say. */
  ALL_USER_AND_SYSTEM_MESSAGES,

  /** The messages whose {@code trainable} is true; each message has to say. */
  CUSTOMIZED;

  /** Returns the name that configuration files use, such as {@code last_assistant_turn}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Returns the constant of a name such as {@code last_assistant_turn}.
   *
   * @throws IllegalArgumentException when there is none; the names are listed
   */
  public static TrainOnWhat of(String id) {
    for (TrainOnWhat value : values()) {
      if (value.id().equals(id)) {
        return value;
      }
    }
    StringBuilder known = new StringBuilder();
    for (TrainOnWhat value : values()) {
      known.append(known.isEmpty() ? "" : ", ").append(value.id());
    }
    throw new IllegalArgumentException(
        "there is no '%s' to train on; use one of %s".formatted(id, known));
  }
}
