package io.tinker4j.recovery;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Keeps two processes off one run: a lock of the operating system, and a token that counts the
 * owners, for file systems on which a lock may be lost without notice. Whoever finds another token
 * than his own has been replaced and must not write.
 */
final class RunLock implements AutoCloseable {
  private final Path file;
  private FileChannel channel;
  private final long token;

  private RunLock(Path file, FileChannel channel, long token) {
    this.file = file;
    this.channel = channel;
    this.token = token;
  }

  /**
   * Becomes the owner.
   *
   * @throws JournalException when another process, or another part of this one, is
   */
  static RunLock acquire(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      if (tryLock(channel) == null) {
        throw new JournalException(
            "the run is in use: %s is locked by another process".formatted(file));
      }
      long token = read(channel) + 1;
      ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).putLong(token).flip();
      channel.write(bytes, 0);
      channel.force(true);
      return new RunLock(file, channel, token);
    } catch (RuntimeException | IOException e) {
      channel.close();
      throw e;
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  private static long read(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES);
    channel.read(bytes, 0);
    return bytes.hasRemaining() ? 0 : bytes.flip().getLong();
  }

  /**
   * Locks the file again when an interrupt has closed it, which gives the lock up.
   *
   * @throws JournalException when somebody else has become the owner meanwhile
   */
  void reopen() throws IOException {
    if (channel.isOpen()) {
      return;
    }
    channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    if (tryLock(channel) == null) {
      throw new JournalException(
          "the run is in use: %s was locked by another process".formatted(file));
    }
    check();
  }

  long token() {
    return token;
  }

  /**
   * Makes sure that nobody else has become the owner.
   *
   * @throws JournalException when somebody has
   */
  void check() throws IOException {
    long now = read(channel);
    if (now != token) {
      throw new JournalException(
          "another process has taken over the run: %s has token %d, this process %d"
              .formatted(file, now, token));
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot release " + file, e);
    }
  }
}
