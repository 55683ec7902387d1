package io.tinker4j.cli.doctor;

import io.tinker4j.transport.internal.PrivateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether the directories of journals can be written, and have room. */
final class DiskCheck implements Check {
  private static final long ENOUGH = 100L << 20;

  @Override
  public Subject subject() {
    return Subject.DISK;
  }

  @Override
  public Finding look(Patient patient) {
    List<Path> journals = patient.request().journals();
    if (journals.isEmpty()) {
      return Finding.skipped("no journal is named; --journal names the directory of a run");
    }
    List<String> room = new ArrayList<>();
    for (Path journal : journals) {
      Path directory = existing(journal);
      try {
        Path probe = directory.resolve(".tinker-doctor-" + ProcessHandle.current().pid());
        Files.delete(PrivateFiles.createFile(probe));
        long usable = patient.machine().space().usable(directory);
        if (usable < ENOUGH) {
          return Finding.failed(
              "%s has %s left".formatted(directory, Words.bytes(usable)),
              "make room, or move the run's directory: a journal that cannot be written ends its"
                  + " run");
        }
        room.add("%s: %s left".formatted(directory, Words.bytes(usable)));
      } catch (IOException e) {
        return Finding.failed(
            "%s cannot be written: %s".formatted(directory, e),
            "give the user who trains the right to write there, or name another directory");
      }
    }
    return Finding.ok(String.join("; ", room));
  }

  /** The directory itself, or the one in which it would be made. */
  private static Path existing(Path journal) {
    @Nullable Path at = journal.toAbsolutePath();
    while (at != null && !Files.exists(at)) {
      at = at.getParent();
    }
    return at == null ? journal.toAbsolutePath() : at;
  }
}
