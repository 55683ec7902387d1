package io.tinker4j.transport.client;

import io.tinker4j.transport.Time;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/**
 * Ends a read that waits too long, by an interrupt that is gone when the read has returned. Not
 * thread-safe.
 */
final class StallGuard extends FilterInputStream {
  private final Time time;
  private final Duration longest;

  StallGuard(InputStream in, Time time, Duration longest) {
    super(in);
    this.time = time;
    this.longest = longest;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    int count = read(one, 0, 1);
    return count < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    Deadline alarm = new Deadline(time, longest);
    try (alarm) {
      return in.read(into, offset, length);
    } catch (IOException e) {
      if (alarm.isExpired()) {
        throw new IOException("no byte of the download arrived for " + longest, e);
      }
      throw e;
    }
  }
}
