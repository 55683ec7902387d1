package io.tinker4j.chaos;

import io.tinker4j.transport.Transport;
import io.tinker4j.transport.TransportRequest;
import io.tinker4j.transport.TransportResponse;
import java.io.IOException;
import java.util.SplittableRandom;

/**
 * A process that dies at one of its journal's writes: some of the bytes are written, nothing is
 * sent or written after that.
 */
final class MortalProcess implements Transport {
  private final Transport transport;
  private final int fatalWrite;
  private final double part;
  private int writes;
  private volatile boolean isDead;

  /** Creates one that dies at its n-th write; never when that is 0. Owns the transport. */
  MortalProcess(Transport transport, int fatalWrite, SplittableRandom random) {
    this.transport = transport;
    this.fatalWrite = fatalWrite;
    this.part = random.nextDouble();
  }

  /** Is called before each write, with how many bytes it has. */
  int write(String where, int bytes) {
    if (isDead || ++writes == fatalWrite) {
      if (!isDead && bytes > 0) {
        isDead = true;
        return (int) (part * bytes);
      }
      isDead = true;
      throw new ProcessDeath(where);
    }
    return bytes;
  }

  @Override
  public TransportResponse send(TransportRequest request) throws IOException, InterruptedException {
    if (isDead) {
      throw new IOException("the process is dead");
    }
    return transport.send(request);
  }

  @Override
  public void close() {
    transport.close();
  }
}
