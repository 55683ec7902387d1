package io.tinker4j.recovery.store;

/** Ends the process in the middle of a write. */
final class DyingWrites implements JournalWriteHook {
  private final int fatal;
  private int count;

  DyingWrites(int fatal) {
    this.fatal = fatal;
  }

  static final class Death extends Error {
    private static final long serialVersionUID = 1;
  }

  int count() {
    return count;
  }

  @Override
  public int before(String where, int bytes) {
    count++;
    if (count == fatal && bytes > 0) {
      return bytes / 2;
    }
    if (count >= fatal) {
      throw new Death();
    }
    return bytes;
  }
}
