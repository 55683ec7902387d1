package io.tinker4j.text.data;

import io.tinker4j.transport.TinkerException;
import java.io.Serial;

/** A row of a data file that cannot be used. The message has the file, the line and the reason. */
public final class BadRowException extends TinkerException {
  @Serial private static final long serialVersionUID = 1L;

  private final String file;
  private final long line;
  private final String reason;

  BadRowException(String file, long line, String reason) {
    super("%s line %d: %s".formatted(file, line, reason));
    this.file = file;
    this.line = line;
    this.reason = reason;
  }

  /** Returns the file, as it was named. */
  public String file() {
    return file;
  }

  /** Returns the number of the line, from 1. */
  public long line() {
    return line;
  }

  /** Returns what is wrong with the row. */
  public String reason() {
    return reason;
  }
}
