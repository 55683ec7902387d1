package io.tinker4j.recovery.store;

import io.tinker4j.recovery.journal.JournalException;
import io.tinker4j.transport.internal.PrivateFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Keeps two processes off one run: a lock of the operating system, and a token that counts the
 * owners, for file systems on which a lock may be lost without notice. Whoever finds another token
 * than its own, or another file at the path, has been replaced and must not write.
 */
final class RunLock implements AutoCloseable {
  private final Path file;
  private FileChannel channel;
  private FileKey key;
  private long token;

  private RunLock(Path file, FileChannel channel, FileKey key, long token) {
    this.file = file;
    this.channel = channel;
    this.key = key;
    this.token = token;
  }

  /**
   * Locks the file and reads the token of the owner before.
   *
   * <p>When another part of this process may be the owner, this must not be called: {@link
   * RunDirectory} tells.
   *
   * @throws JournalException when another process is the owner
   */
  static RunLock acquire(Path file) throws IOException {
    try {
      PrivateFiles.createFile(file);
    } catch (FileAlreadyExistsException e) {
      // That of an earlier owner serves as well.
    }
    FileKey key = FileKey.of(file);
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      if (tryLock(channel) == null) {
        throw new JournalException(
            "the run is in use: %s is locked by another process".formatted(file));
      }
      String problem = key.problem();
      if (problem != null) {
        throw new JournalException("the run is in use: " + problem);
      }
      return new RunLock(file, channel, key, read(channel));
    } catch (RuntimeException | IOException e) {
      channel.close();
      throw e;
    }
  }

  /**
   * Locks a file for this process, far behind its content, which others can go on reading where
   * locks are mandatory.
   */
  static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock(Long.MAX_VALUE - 1, 1, false);
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  private static long read(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES);
    int unused = channel.read(bytes, 0);
    return bytes.hasRemaining() ? 0 : bytes.flip().getLong();
  }

  /** Returns whether a path leads to the file that is locked. */
  boolean isAt(Path path) {
    return key.isAt(path);
  }

  /** Returns this owner's token; that of the owner before until this one has taken its own. */
  long token() {
    return token;
  }

  /** Becomes the owner with a token of its own, which is on disk then. */
  void take(long token) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).putLong(token).flip();
    while (bytes.hasRemaining()) {
      int unused = channel.write(bytes, bytes.position());
    }
    channel.force(true);
    this.token = token;
  }

  /**
   * Locks the file again when an interrupt has closed it, which gives the lock up.
   *
   * @throws JournalException when another process has become the owner meanwhile
   */
  void reopen() throws IOException {
    if (channel.isOpen()) {
      return;
    }
    String problem = key.problem();
    if (problem != null) {
      throw new JournalException("the run was taken over: " + problem);
    }
    channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    if (tryLock(channel) == null) {
      throw new JournalException(
          "the run is in use: %s was locked by another process".formatted(file));
    }
    key = FileKey.of(file);
    problem = problem();
    if (problem != null) {
      throw new JournalException(problem);
    }
  }

  /** Returns why this process is not the owner any more; null when it is. */
  @Nullable String problem() throws IOException {
    String problem = key.problem();
    if (problem != null) {
      return problem;
    }
    long now = key.isKnown() ? read(channel) : readThroughPath();
    return now == token
        ? null
        : "another process has taken over the run: %s has token %d, this process %d"
            .formatted(file, now, token);
  }

  /** Only where files have no keys: elsewhere, closing this channel would give up the lock. */
  private long readThroughPath() throws IOException {
    try (FileChannel other = FileChannel.open(file, StandardOpenOption.READ)) {
      return read(other);
    } catch (NoSuchFileException e) {
      return 0;
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
