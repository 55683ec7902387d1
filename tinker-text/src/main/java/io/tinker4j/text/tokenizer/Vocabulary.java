package io.tinker4j.text.tokenizer;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Texts of tokens by id, and ids by text. Filled by one thread, then read by many. */
final class Vocabulary {
  static final int NONE = -1;

  /** More ids than any model has; a larger one is a mistake that would take the memory. */
  static final int MAX_ID = 1 << 24;

  private @Nullable String[] texts = new String[1 << 10];
  private int[] ids;
  private int count;
  private int limit;

  Vocabulary() {
    ids = new int[1 << 11];
    Arrays.fill(ids, NONE);
  }

  /**
   * Adds a token. A text that is there gets the new id, and an id that is there the new text.
   *
   * @throws IllegalArgumentException when the id is negative or beyond {@link #MAX_ID}
   */
  void put(String text, int id) {
    if (id < 0 || id > MAX_ID) {
      throw new IllegalArgumentException(
          "token \"" + text + "\" has id " + id + "; ids are from 0 to " + MAX_ID);
    }
    if (id >= texts.length) {
      texts = Arrays.copyOf(texts, Math.max(id + 1, texts.length * 2));
    }
    texts[id] = text;
    limit = Math.max(limit, id + 1);
    if (++count * 2 > ids.length) {
      grow();
    }
    ids[slot(text)] = id;
  }

  private void grow() {
    int[] old = ids;
    ids = new int[old.length * 2];
    Arrays.fill(ids, NONE);
    for (int id : old) {
      String text = id == NONE ? null : texts[id];
      if (text != null) {
        ids[slot(text)] = id;
      }
    }
  }

  /** Returns the id of a text, or {@link #NONE}. */
  int id(String text) {
    return ids[slot(text)];
  }

  /** Returns the text of an id; null when there is none. */
  @Nullable String text(int id) {
    return id >= 0 && id < limit ? texts[id] : null;
  }

  /** Returns one more than the largest id. */
  int limit() {
    return limit;
  }

  private int slot(String text) {
    int hash = text.hashCode();
    int slot = (((hash ^ (hash >>> 15)) * 0x9E3779B9) >>> 8) & (ids.length - 1);
    while (ids[slot] != NONE && !text.equals(texts[ids[slot]])) {
      slot = (slot + 1) & (ids.length - 1);
    }
    return slot;
  }
}
