package io.tinker4j.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names of a journal's files. {@code journal-N} holds what was written in generation N; {@code
 * snapshot-N}, there as a whole or not at all, holds all that is left of the generations before it.
 */
final class JournalFiles {
  private static final Pattern NAME = Pattern.compile("(journal|snapshot)-(\\d{1,9})(\\.partial)?");

  private final Path directory;
  private final NavigableMap<Integer, Path> journals = new TreeMap<>();
  private final NavigableMap<Integer, Path> snapshots = new TreeMap<>();

  private JournalFiles(Path directory) {
    this.directory = directory;
  }

  /** Finds the files that count, and deletes those that do not. */
  static JournalFiles open(Path directory) throws IOException {
    JournalFiles files = new JournalFiles(directory);
    for (Path path : DurableFiles.list(directory)) {
      Matcher name = NAME.matcher(String.valueOf(path.getFileName()));
      if (name.matches() && name.group(3) != null) {
        Files.delete(path);
      } else if (name.matches()) {
        (name.group(1).equals("journal") ? files.journals : files.snapshots)
            .put(Integer.parseInt(name.group(2)), path);
      }
    }
    files.deleteBefore(files.firstGeneration());
    files.requireComplete();
    return files;
  }

  /** Deletes what the snapshot of a generation has replaced. */
  void deleteBefore(int generation) throws IOException {
    for (Map<Integer, Path> replaced :
        List.of(snapshots.headMap(generation), journals.headMap(generation))) {
      for (Path path : replaced.values()) {
        Files.delete(path);
      }
      replaced.clear();
    }
  }

  private void requireComplete() throws IOException {
    int next = firstGeneration();
    if (!snapshots.isEmpty() && journals.isEmpty()) {
      throw new IOException(journal(next) + " is missing");
    }
    for (int generation : journals.keySet()) {
      if (generation != next) {
        throw new IOException(journal(next) + " is missing");
      }
      next++;
    }
  }

  private int firstGeneration() {
    return snapshots.isEmpty() ? 0 : snapshots.lastKey();
  }

  /** The only snapshot, if there is one. */
  NavigableMap<Integer, Path> snapshots() {
    return snapshots;
  }

  /** The files of the generations from the snapshot's on, none of which is missing. */
  NavigableMap<Integer, Path> journals() {
    return journals;
  }

  /** Makes the file of the next generation, in place of one that was only just begun. */
  JournalFile begin(int generation) throws IOException {
    Path path = journal(generation);
    JournalFile file = JournalFile.create(path);
    journals.put(generation, path);
    return file;
  }

  private Path journal(int generation) {
    return directory.resolve("journal-" + generation);
  }

  /** Makes a snapshot that was written count, in the place of the former one. */
  void use(int generation) throws IOException {
    Path path = directory.resolve("snapshot-" + generation);
    DurableFiles.move(partialSnapshot(generation), path);
    snapshots.put(generation, path);
  }

  /** Where a snapshot is while it is written. */
  Path partialSnapshot(int generation) {
    return directory.resolve("snapshot-" + generation + ".partial");
  }
}
