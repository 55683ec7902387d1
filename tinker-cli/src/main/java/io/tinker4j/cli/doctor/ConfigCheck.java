package io.tinker4j.cli.doctor;

import io.tinker4j.cli.access.Settings;
import io.tinker4j.cli.output.CommandException;
import java.nio.file.Files;

/** Whether the file of profiles can be used, and which profile is. */
final class ConfigCheck implements Check {
  @Override
  public Subject subject() {
    return Subject.CONFIG;
  }

  @Override
  public Finding look(Patient patient) {
    Settings settings;
    try {
      settings = patient.request().options().settings();
    } catch (CommandException e) {
      return Finding.failed(e, "correct the file, which you must be able to read, or move it away");
    }
    return Finding.ok(
        settings
            .profile()
            .map(name ->
                "profile %s, chosen by %s".formatted(name, settings.profileOrigin().orElse("-")))
            .orElseGet(() ->
                "no profile is in use; "
                    + (Files.exists(settings.file()) ? "they are in " : "there is no ")
                    + settings.file()));
  }
}
