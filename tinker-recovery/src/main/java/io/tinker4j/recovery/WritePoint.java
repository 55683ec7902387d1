package io.tinker4j.recovery;

/**
 * What happens where a journal touches its files. The proof that a process may die anywhere lets it
 * die here.
 */
interface WritePoint {
  /** Nothing happens. */
  WritePoint NONE = (where, bytes) -> bytes;

  /**
   * Called before so many bytes are written, or before something without bytes, such as a rename.
   *
   * @return how many of the bytes to write; when fewer, the process dies behind them, and this is
   *     called once more, to throw
   */
  int before(String where, int bytes);
}
