package io.tinker4j.testkit.checkpoint;

import io.tinker4j.testkit.http.RefusedException;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The full name of a checkpoint, {@code tinker://RUN/KIND/NAME}.
 *
 * @param runId a run id by its form; safe to look up, not to be used as a file name
 * @param name a checkpoint name by its form; safe as a file name
 */
public record StoredPath(String runId, CheckpointKind kind, String name) {
  private static final String SCHEME = "tinker://";
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_][a-zA-Z0-9._-]{0,199}");

  /**
   * Reads a path.
   *
   * @throws RefusedException 400 when it has another form
   */
  public static StoredPath parse(String path) {
    return tryParse(path)
        .orElseThrow(() ->
            RefusedException.badRequest(
                "path is \""
                    + path
                    + "\"; it must be tinker://RUN/weights/NAME,"
                    + " tinker://RUN/sampler_weights/NAME or tinker://RUN/external_weights/NAME"));
  }

  /** Reads a path; empty when it has another form. */
  public static Optional<StoredPath> tryParse(String path) {
    String[] segments =
        path.startsWith(SCHEME) ? path.substring(SCHEME.length()).split("/", -1) : new String[0];
    if (segments.length == 3) {
      for (CheckpointKind kind : CheckpointKind.values()) {
        if (kind.segment().equals(segments[1])
            && !segments[0].isEmpty()
            && NAME.matcher(segments[2]).matches()) {
          return Optional.of(new StoredPath(segments[0], kind, segments[2]));
        }
      }
    }
    return Optional.empty();
  }

  /**
   * Returns the path of a checkpoint id's two parts.
   *
   * @throws RefusedException 400 when they are none
   */
  public static StoredPath of(String runId, String kind, String name) {
    return parse(SCHEME + runId + "/" + kind + "/" + name);
  }

  /**
   * Checks the name of a checkpoint that is to be saved.
   *
   * @throws RefusedException 400 when it could be taken for anything but a plain name
   */
  public static void requireName(String name) {
    if (!NAME.matcher(name).matches()) {
      throw RefusedException.badRequest(
          "path is \""
              + name
              + "\"; the name of a checkpoint has 1 to 200 letters, digits, '_',"
              + " '-' and '.', the first one not '-' or '.'");
    }
  }

  /** The part that is unique within a run. */
  String checkpointId() {
    return kind.segment() + "/" + name;
  }

  @Override
  public String toString() {
    return SCHEME + runId + "/" + checkpointId();
  }
}
