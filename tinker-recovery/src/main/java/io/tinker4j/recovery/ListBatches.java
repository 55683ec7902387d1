package io.tinker4j.recovery;

import io.tinker4j.recovery.journal.DataPosition;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** Batches in memory. Thread-safe. */
final class ListBatches<B> implements Batches<B> {
  private final List<B> batches;
  private final long epochs;
  private final ReentrantLock lock = new ReentrantLock(); // guards: prefixes, isUnknown

  /** The digests of the first batch, of the first two, and so on, as far as one was asked for. */
  private final List<byte[]> prefixes = new ArrayList<>();

  private boolean isUnknown;

  ListBatches(List<B> batches, long epochs) {
    this.batches = batches;
    this.epochs = epochs;
  }

  @Override
  public Reader<B> open(DataPosition position) {
    return new ListReader<>(batches, epochs, position);
  }

  /** Returns how many batches were read, of the first epoch or of all, and a digest of them. */
  @Override
  public String identity(DataPosition before) {
    long read = before.epoch() > 0 ? batches.size() : Math.min(before.rows(), batches.size());
    return identity(Math.toIntExact(read)).orElse("");
  }

  /** Returns whether the first batches are those that have this identity. */
  @Override
  public boolean beginsWith(String identity, DataPosition before) {
    int colon = identity.indexOf(':');
    if (colon < 1 || !identity.substring(0, colon).chars().allMatch(Character::isDigit)) {
      return false;
    }
    long read = Long.parseLong(identity.substring(0, colon));
    return read <= batches.size()
        && identity(Math.toIntExact(read)).map(identity::equals).orElse(true);
  }

  /** Returns in which way the data is not what had an identity once, in words. */
  String difference(String identity, long step) {
    String read = identity.substring(0, Math.max(0, identity.indexOf(':')));
    return read.matches("\\d{1,9}") && Integer.parseInt(read) > batches.size()
        ? "the data has %d batches, but %s were read up to step %d"
            .formatted(batches.size(), read, step)
        : "the first %s batches of the data are not those that were read up to step %d"
            .formatted(read, step);
  }

  private Optional<String> identity(int read) {
    if (read == 0) {
      return Optional.empty();
    }
    lock.lock();
    try {
      while (prefixes.size() < read && !isUnknown) {
        Optional<byte[]> next = DataDigest.of(batches.get(prefixes.size()));
        isUnknown = next.isEmpty();
        next.ifPresent(this::extend);
      }
      return isUnknown
          ? Optional.empty()
          : Optional.of(read + ":" + HexFormat.of().formatHex(prefixes.get(read - 1)));
    } finally {
      lock.unlock();
    }
  }

  private void extend(byte[] batch) {
    MessageDigest digest = DataDigest.sha256();
    if (!prefixes.isEmpty()) {
      digest.update(prefixes.getLast());
    }
    prefixes.add(digest.digest(batch));
  }
}
