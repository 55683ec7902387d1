package io.tinker4j.recovery;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Notes what a run does, for people who compare runs. Called in the training thread, in order; what
 * it throws becomes an event and never ends training.
 */
public interface ExperimentTracker {
  /** The run begins, or goes on in another process, with these settings. */
  void start(Map<String, String> parameters);

  /**
   * A step is done, or was evaluated, which is told by itself and may come before. A step that is
   * replayed is told again.
   */
  void metrics(long step, Map<String, Double> metrics);

  /** A checkpoint can be used. Told a moment later, when the server has said how large it is. */
  void artifact(Artifact artifact);

  /** The run has ended. */
  void finish(Status status);

  /** How a run has ended. */
  enum Status {
    /** All data was trained on. */
    FINISHED,
    /** It was asked to stop, and can be resumed. */
    STOPPED,
    /** It was given up. */
    FAILED
  }

  /**
   * Something that a run has made.
   *
   * @param id its name, unique within the run
   * @param type such as {@code checkpoint}
   * @param uri where it is
   * @param sizeBytes how long it is; null when the server does not say
   * @param checksum of its bytes, such as {@code sha256:…}. Null for checkpoints: the service tells
   *     none, and they are not downloaded for it
   * @param metadata what else is known
   */
  record Artifact(
      String id,
      String type,
      String uri,
      @Nullable Long sizeBytes,
      @Nullable String checksum,
      Map<String, String> metadata) {
    /** Copies the metadata. */
    public Artifact {
      metadata = Map.copyOf(metadata);
    }

    /** Returns the fields under their names in JSON; what is not known is null. */
    public Map<String, @Nullable Object> fields() {
      Map<String, @Nullable Object> fields = new LinkedHashMap<>();
      fields.put("artifact_id", id);
      fields.put("type", type);
      fields.put("uri", uri);
      fields.put("size_bytes", sizeBytes);
      fields.put("checksum", checksum);
      fields.put("metadata", metadata);
      return fields;
    }
  }

  /** Returns a tracker that adds a JSON object per call to a file, each on a line of its own. */
  static ExperimentTracker jsonLines(Path file) {
    return new JsonLinesTracker(file);
  }
}
