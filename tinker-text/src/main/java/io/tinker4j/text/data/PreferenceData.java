package io.tinker4j.text.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * Preference pairs from a JSONL file, plain, gzip or zstd: objects with {@code chosen} and {@code
 * rejected}, texts or lists of messages, and {@code prompt} unless the lists begin with it. Memory
 * holds 12 bytes for each row. Safe for use by many threads.
 */
public final class PreferenceData implements AutoCloseable {
  private final RowFile file;

  private PreferenceData(RowFile file) {
    this.file = file;
  }

  /**
   * Opens a file; no row is read yet.
   *
   * @throws IOException when it cannot be read
   */
  public static PreferenceData open(Path file) throws IOException {
    return new PreferenceData(RowFile.open(file));
  }

  /** Returns how many rows there are; blank lines are none. */
  public int size() {
    return file.rows();
  }

  /**
   * Reads a row.
   *
   * @param index from 0
   * @throws BadRowException when it is no preference pair: file, line and reason
   * @throws IndexOutOfBoundsException when there are not so many
   * @throws IOException when the file cannot be read
   */
  public PreferencePair get(int index) throws IOException {
    if (index < 0 || index >= size()) {
      throw new IndexOutOfBoundsException("there are %d rows and none %d".formatted(size(), index));
    }
    String row = file.read(index);
    try {
      return RowReader.preferencePair(row);
    } catch (IllegalArgumentException e) {
      throw new BadRowException(file.name(), file.line(index), String.valueOf(e.getMessage()));
    }
  }

  /** Closes the file. */
  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw new UncheckedIOException("closing " + file.name() + " failed", e);
    }
  }
}
