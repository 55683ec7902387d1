package io.tinker4j.training;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * What is known about a server beyond training and sampling, which all have: compatible servers
 * lack some of what the hosted service offers. Immutable; {@link #toString} is a table.
 */
public final class ServerProfile {
  /** Something that a server may lack. */
  public enum Feature {
    /** Settings that change while clients run. */
    DYNAMIC_CONFIG,
    /** Training passes as protobuf; without it they are sent as JSON. */
    BINARY_PASSES,
    /** The loss {@code dro}. */
    DRO_LOSS,
    /** Listing and describing training runs. */
    TRAINING_RUNS,
    /** Listing the checkpoints of a run. */
    RUN_CHECKPOINTS,
    /** Listing the checkpoints of all runs. */
    USER_CHECKPOINTS,
    /** Describing the model that a checkpoint belongs to. */
    WEIGHTS_INFO,
    /** Describing a sampler. */
    SAMPLER_INFO,
    /** Downloading checkpoints. */
    CHECKPOINT_DOWNLOAD,
    /** Deleting checkpoints. */
    CHECKPOINT_DELETION,
    /** Listing and describing sessions. */
    SESSIONS,
    /** Moving sessions between projects. */
    PROJECTS,
    /** Ending a session instead of letting it expire. */
    SESSION_FINISH,
    /** Exporting the trace of a session. */
    TRACE_EXPORT,
    /** Making checkpoints public and private. */
    PUBLISHING,
    /** Letting checkpoints expire. */
    CHECKPOINT_TTL,
    /** The audit log. */
    AUDIT_LOG,
    /** Usage and its cost. */
    BILLING,
    /** Copying checkpoints. */
    COPY_WEIGHTS,
    /** Exporting adapters as files. */
    EXTERNAL_WEIGHTS,
    /** Uploading adapters as files. */
    EXTERNAL_WEIGHTS_UPLOAD,
    /**
     * Sampling with the likeliest tokens of each position of a sample, log-probabilities of chosen
     * tokens, alternatives, or the last positions only. A server that lacks them ignores what asks
     * for them.
     */
    SAMPLING_DETAILS,
    /** Seeds beyond 32 bits. */
    LONG_SEEDS
  }

  /** Whether a server has a feature. */
  public enum Support {
    /** It has. */
    SUPPORTED,
    /** It has not; calls that need it throw {@link NotSupportedException}. */
    NOT_SUPPORTED,
    /** No call has needed it yet, and asking for it would change something. */
    UNKNOWN
  }

  /** Which server it is, as far as that makes a difference. */
  public enum Family {
    /** The hosted service, or one that behaves like it. */
    TINKER,
    /**
     * SkyRL. Its samplers share the memory of the model they come from: sampling from an older
     * checkpoint of a model that is being trained overwrites its weights. Its losses are divided by
     * the sum of an example's weights. Both are warned of when they are about to happen.
     */
    SKYRL
  }

  private final Family family;
  private final Map<Feature, Support> support;
  private final Map<String, String> unknownFlags;

  ServerProfile(Family family, Map<Feature, Support> known, Map<String, String> unknownFlags) {
    this.family = family;
    this.unknownFlags = Collections.unmodifiableMap(new TreeMap<>(unknownFlags));
    this.support = new EnumMap<>(Feature.class);
    for (Feature feature : Feature.values()) {
      support.put(feature, known.getOrDefault(feature, Support.UNKNOWN));
    }
  }

  /** Returns which server it is. */
  public Family family() {
    return family;
  }

  /** Returns whether the server has a feature. */
  public Support support(Feature feature) {
    return Objects.requireNonNull(support.get(Objects.requireNonNull(feature, "feature")));
  }

  /** Returns what is known of each feature. */
  public Map<Feature, Support> asMap() {
    return Collections.unmodifiableMap(support);
  }

  /**
   * Returns the settings of the server that this version of the SDK does not know, and so ignores,
   * with their values as text: what the service has granted to a newer client.
   */
  public Map<String, String> unknownFlags() {
    return unknownFlags;
  }

  @Override
  public String toString() {
    StringBuilder table = new StringBuilder("server: " + shown(family));
    support.forEach((feature, value) ->
        table.append('\n').append(shown(feature)).append(": ").append(shown(value)));
    unknownFlags.forEach(
        (name, value) -> table.append("\nflag ").append(name).append(" (ignored): ").append(value));
    return table.toString();
  }

  private static String shown(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
