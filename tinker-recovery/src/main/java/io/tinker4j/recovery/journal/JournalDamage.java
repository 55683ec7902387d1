package io.tinker4j.recovery.journal;

/**
 * A place of a journal's file where something is wrong.
 *
 * @param length how many bytes; 0 when something is missing there
 */
public record JournalDamage(long offset, long length, String what) {
  /** Returns a line that says where and what. */
  @Override
  public String toString() {
    if (length > 0) {
      return "bytes %d to %d are damaged: %s".formatted(offset, offset + length - 1, what);
    }
    return offset > 0 ? "at byte %d, %s".formatted(offset, what) : what;
  }
}
