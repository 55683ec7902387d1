package io.tinker4j.transport.jdk;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A response body; its client has room again when it is read to the end or closed. */
final class LeasedBody extends FilterInputStream {
  private final ClientPool.Lease<?> lease;

  LeasedBody(InputStream in, ClientPool.Lease<?> lease) {
    super(in);
    this.lease = lease;
  }

  @Override
  public int read() throws IOException {
    return ended(in.read());
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    return ended(in.read(into, offset, length));
  }

  private int ended(int read) {
    if (read < 0) {
      lease.close();
    }
    return read;
  }

  @Override
  public void close() throws IOException {
    try {
      in.close();
    } finally {
      lease.close();
    }
  }
}
