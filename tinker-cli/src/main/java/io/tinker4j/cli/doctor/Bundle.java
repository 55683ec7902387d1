package io.tinker4j.cli.doctor;

import io.tinker4j.cli.output.JsonLayout;
import io.tinker4j.recovery.ProgressJournal;
import io.tinker4j.recovery.journal.JournalEntry;
import io.tinker4j.recovery.journal.JournalEntry.CheckpointDropped;
import io.tinker4j.recovery.journal.JournalEntry.CheckpointSaved;
import io.tinker4j.recovery.journal.JournalEntry.LineageBegun;
import io.tinker4j.recovery.journal.JournalEntry.Noted;
import io.tinker4j.recovery.journal.JournalEntry.RunBegun;
import io.tinker4j.recovery.journal.JournalEntry.RunFinished;
import io.tinker4j.recovery.journal.JournalEntry.RunOpened;
import io.tinker4j.recovery.journal.JournalEntry.StepSubmitted;
import io.tinker4j.recovery.journal.JournalEntry.StepsConfirmed;
import io.tinker4j.recovery.journal.JournalException;
import io.tinker4j.transport.internal.PrivateFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * What may be handed to support: the report, the settings, and of journals the kinds and numbers of
 * their entries. No credential, no text of the data, no metric, and the home directory as {@code
 * ~}. Of checkpoints only those are named of which the report says something.
 */
final class Bundle {
  /** Settings whose values say nothing about who uses them. */
  private static final Set<String> SHOWN =
      Set.of(
          "TINKER_BASE_URL",
          "TINKER_SDK_VERSION",
          "TINKER_TELEMETRY",
          "TINKER_CIRCUIT_FAILURES",
          "TINKER_CIRCUIT_OPEN_TIME");

  private static final String SETTINGS = "(TINKER_|CLOUDFLARE_ACCESS_).*|(?i)(HTTPS?|NO|ALL)_PROXY";

  private Bundle() {}

  /**
   * Writes a new file that only its owner can read.
   *
   * @throws java.nio.file.FileAlreadyExistsException when there is one of that name
   */
  static void write(Path file, Report report, Patient patient) throws IOException {
    try (OutputStream out =
            Channels.newOutputStream(
                PrivateFiles.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
        ZipOutputStream zip = new ZipOutputStream(out, StandardCharsets.UTF_8)) {
      Report shown = report.with(text -> withoutHome(text, patient));
      add(zip, "report.txt", shown.table().draw(0, false) + "\n");
      add(zip, "report.json", JsonLayout.indented(shown.json()) + "\n");
      add(zip, "settings.txt", redacted(settings(patient), patient));
      List<Path> journals = patient.request().journals();
      for (int i = 0; i < journals.size(); i++) {
        String outline = redacted(journal(journals.get(i)), patient);
        add(zip, "journal-%d.txt".formatted(i + 1), outline);
      }
    }
  }

  /** Line by line, as a line that is too long is cut. The report's texts are redacted already. */
  private static String redacted(String text, Patient patient) {
    return text.lines()
        .map(patient::redacted)
        .map(line -> withoutHome(line, patient))
        .collect(Collectors.joining("\n", "", "\n"));
  }

  private static String withoutHome(String text, Patient patient) {
    String home = patient.surroundings().home().toString();
    return home.length() > 1 ? text.replace(home, "~") : text;
  }

  private static void add(ZipOutputStream zip, String name, String text) throws IOException {
    zip.putNextEntry(new ZipEntry(name));
    zip.write(text.getBytes(StandardCharsets.UTF_8));
    zip.closeEntry();
  }

  private static String settings(Patient patient) {
    return patient.machine().variables().stream()
        .filter(name -> name.matches(SETTINGS))
        .sorted()
        .flatMap(name ->
            patient.surroundings().variable(name).stream()
                .map(value -> name + "=" + (SHOWN.contains(name) ? value : "***")))
        .collect(Collectors.joining("\n", "", "\n"));
  }

  private static String journal(Path directory) {
    try {
      return ProgressJournal.contents(directory).entries().stream()
          .map(Bundle::outline)
          .collect(Collectors.joining("\n", "", "\n"));
    } catch (JournalException e) {
      return e.getMessage() + "\n";
    }
  }

  /** What kind of entry, and its numbers. */
  private static String outline(JournalEntry entry) {
    return switch (entry) {
      case RunOpened(long token) -> "run_opened process=" + token;
      case RunBegun begun -> "run_begun";
      case LineageBegun(int lineage, String model, int parent, long step) ->
          "lineage_begun lineage=%d parent=%d base_step=%d".formatted(lineage, parent, step);
      case StepSubmitted(int lineage, long step, var position) ->
          "step_submitted lineage=%d step=%d rows=%d epoch=%d"
              .formatted(lineage, step, position.rows(), position.epoch());
      case StepsConfirmed(int lineage, long first, long last) ->
          "steps_confirmed lineage=%d first=%d last=%d".formatted(lineage, first, last);
      case CheckpointSaved(var checkpoint) ->
          "checkpoint_saved lineage=%d step=%d saved_at=%s"
              .formatted(checkpoint.lineage(), checkpoint.step(), checkpoint.savedAt());
      case CheckpointDropped dropped -> "checkpoint_dropped";
      case Noted noted -> "noted";
      case RunFinished(long step, String model) -> "run_finished step=" + step;
    };
  }
}
