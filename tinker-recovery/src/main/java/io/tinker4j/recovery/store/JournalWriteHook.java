package io.tinker4j.recovery.store;

/**
 * What happens where a journal touches its files. The proof that a process may die anywhere lets it
 * die here.
 */
public interface JournalWriteHook {
  /** Nothing happens. */
  JournalWriteHook NONE = (where, bytes) -> bytes;

  /**
   * Called before so many bytes are written, or before something without bytes, such as a rename.
   *
   * @return how many of the bytes to write; when fewer, the process dies behind them, and this is
   *     called once more, to throw
   */
  int before(String where, int bytes);
}
