package io.tinker4j.recovery.store;

import io.tinker4j.recovery.journal.JournalException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A directory of a run as this process uses it: while one part of the process is in it, no other
 * one opens or closes a journal there, or reads one. {@link #enter} waits for that, {@link #close}
 * lets the next one in.
 *
 * <p>POSIX gives up all locks that a process has on a file when the process closes any descriptor
 * of that file, whoever had locked it. So the lock file and the journal that a part of this process
 * has open must not be opened a second time: a second owner is refused before that, and readers get
 * what the owner reads through the channel that has the lock.
 */
final class RunDirectory implements AutoCloseable {
  /**
   * The directories that are in use, by what the file system tells them apart by. It is static as
   * the locks are: the operating system knows one owner of them, the process.
   */
  private static final ConcurrentMap<Object, RunDirectory> IN_USE = new ConcurrentHashMap<>();

  private final Object key;
  private final ReentrantLock lock = new ReentrantLock(); // guards: owners

  /** More than one when a directory was removed under its owner: its number may be given again. */
  private final List<JournalWriter> owners = new ArrayList<>();

  /** How many owners there are, and how many that are in or wait; changed by the map alone. */
  private int uses;

  private RunDirectory(Object key) {
    this.key = key;
  }

  /** Waits until no other part of this process is in the directory, which exists. */
  static RunDirectory enter(Path directory) throws IOException {
    Object fileKey = Files.readAttributes(directory, BasicFileAttributes.class).fileKey();
    Object key = fileKey == null ? directory.toRealPath() : fileKey;
    RunDirectory here = used(key);
    here.lock.lock();
    return here;
  }

  /** The same for an owner, wherever its directory is by now. */
  RunDirectory enterAgain() {
    RunDirectory unused = used(key);
    lock.lock();
    return this;
  }

  private static RunDirectory used(Object key) {
    return IN_USE.compute(
        key,
        (same, known) -> {
          RunDirectory here = known == null ? new RunDirectory(same) : known;
          here.uses++;
          return here;
        });
  }

  private void unused() {
    IN_USE.computeIfPresent(key, (same, here) -> --here.uses == 0 ? null : here);
  }

  /** Returns the journal that this process has open and that is at a place, if there is one. */
  @Nullable JournalWriter owner(Predicate<JournalWriter> isThere) {
    return owners.stream().filter(isThere).findFirst().orElse(null);
  }

  /**
   * Makes sure that neither file of a run is open in this process.
   *
   * @throws JournalException when one is
   */
  void requireFree(Path directory) {
    if (owner(each -> each.hasLockOrJournalOf(directory)) != null) {
      throw new JournalException(
          "the run is in use: this process has the journal in %s open already"
              .formatted(directory));
    }
  }

  /** Called by a journal that is open now. */
  void add(JournalWriter owner) {
    RunDirectory unused = used(key);
    owners.add(owner);
  }

  /** Called by a journal that is closed now; does nothing the second time. */
  void remove(JournalWriter owner) {
    if (owners.remove(owner)) {
      unused();
    }
  }

  /** Lets the next part of the process in. */
  @Override
  public void close() {
    lock.unlock();
    unused();
  }
}
