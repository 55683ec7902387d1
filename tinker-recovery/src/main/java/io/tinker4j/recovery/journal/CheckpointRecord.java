package io.tinker4j.recovery.journal;

import io.tinker4j.recovery.Batches;
import io.tinker4j.recovery.TrainingStep;
import io.tinker4j.types.Datum;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.TensorData;
import io.tinker4j.types.internal.TinkerStyle;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.immutables.value.Value;
import org.jspecify.annotations.Nullable;

/**
 * All that is needed to go on from a checkpoint, written only when the server has saved it. Part of
 * the journal.
 */
@TinkerStyle
@Value.Immutable
public interface CheckpointRecord {
  /** The path to load weights and optimizer state from. */
  String path();

  /** How many steps are in it; the next one is one more. */
  long step();

  /** When it was written down. */
  Instant savedAt();

  /** The place in the data of the next step. */
  DataPosition position();

  /** The number of the lineage that saved it. */
  int lineage();

  /** The step that learning rates are computed from. */
  @Value.Default
  default long learningRateStep() {
    return step();
  }

  /** The SHA-256 of the run's settings, in hex. */
  String configHash();

  /**
   * What the steps in it were made of, by name: digests of the {@linkplain TrainingStep#settings
   * settings} of all of them, and under {@code data} the {@linkplain Batches#identity identity} of
   * the data that they have read. Default: nothing is known.
   */
  Map<String, String> identity();

  /** The tokenizer of the data. Default: unknown. */
  Optional<String> tokenizerId();

  /** What made the tokens out of conversations. Default: unknown. */
  Optional<String> rendererId();

  /** The metrics known when it was saved. */
  Map<String, Double> metrics();

  /** The log-probabilities of the frozen batch with these weights. Absent without such a batch. */
  Optional<ProbeLogprobs> probe();

  /** The same after one more step; tells whether the optimizer's state was restored. */
  Optional<ProbeLogprobs> probeAfterNextStep();

  /** Starts a record. */
  static Builder builder() {
    return new Builder();
  }

  /** Builds records; not thread-safe. */
  final class Builder {
    private final ImmutableCheckpointRecord.Builder fields = ImmutableCheckpointRecord.builder();

    private Builder() {}

    /** Takes all settings over from a value. */
    public Builder from(CheckpointRecord value) {
      fields.from(value);
      return this;
    }

    /** The path to load weights and optimizer state from. */
    public Builder path(String path) {
      fields.path(path);
      return this;
    }

    /** How many steps are in it; the next one is one more. */
    public Builder step(long step) {
      fields.step(step);
      return this;
    }

    /** When it was written down. */
    public Builder savedAt(Instant savedAt) {
      fields.savedAt(savedAt);
      return this;
    }

    /** The place in the data of the next step. */
    public Builder position(DataPosition position) {
      fields.position(position);
      return this;
    }

    /** The number of the lineage that saved it. */
    public Builder lineage(int lineage) {
      fields.lineage(lineage);
      return this;
    }

    /** The step that learning rates are computed from. */
    public Builder learningRateStep(long learningRateStep) {
      fields.learningRateStep(learningRateStep);
      return this;
    }

    /** The SHA-256 of the run's settings, in hex. */
    public Builder configHash(String configHash) {
      fields.configHash(configHash);
      return this;
    }

    /**
     * What the steps in it were made of, by name: digests of the {@linkplain TrainingStep#settings
     * settings} of all of them, and under {@code data} the {@linkplain Batches#identity identity}
     * of the data that they have read. Default: nothing is known.
     */
    public Builder identity(Map<String, ? extends String> identity) {
      fields.identity(identity);
      return this;
    }

    /** Adds one to {@link #identity}. */
    public Builder putIdentity(String key, String value) {
      fields.putIdentity(key, value);
      return this;
    }

    /** The tokenizer of the data. Default: unknown. */
    public Builder tokenizerId(String tokenizerId) {
      fields.tokenizerId(tokenizerId);
      return this;
    }

    /** What made the tokens out of conversations. Default: unknown. */
    public Builder rendererId(String rendererId) {
      fields.rendererId(rendererId);
      return this;
    }

    /** The metrics known when it was saved. */
    public Builder metrics(Map<String, ? extends Double> metrics) {
      fields.metrics(metrics);
      return this;
    }

    /** Adds one to {@link #metrics}. */
    public Builder putMetrics(String key, double value) {
      fields.putMetrics(key, value);
      return this;
    }

    /**
     * The log-probabilities of the frozen batch with these weights. Absent without such a batch.
     */
    public Builder probe(ProbeLogprobs probe) {
      fields.probe(probe);
      return this;
    }

    /** The same after one more step; tells whether the optimizer's state was restored. */
    public Builder probeAfterNextStep(ProbeLogprobs probeAfterNextStep) {
      fields.probeAfterNextStep(probeAfterNextStep);
      return this;
    }

    /** Builds the value. */
    public CheckpointRecord build() {
      return fields.build();
    }
  }

  /** Log-probabilities of a frozen batch, which tell one set of weights from another. Immutable. */
  final class ProbeLogprobs {
    /** Enough to tell weights apart, and little enough for a journal. */
    private static final int MOST = 512;

    private final float[] logprobs;

    private ProbeLogprobs(float[] logprobs) {
      this.logprobs = logprobs;
    }

    /** Returns the first 512 log-probabilities of a forward pass. */
    public static ProbeLogprobs of(ForwardBackwardOutput output) {
      List<float[]> parts = new ArrayList<>();
      int length = 0;
      for (Map<String, TensorData> each : output.lossFnOutputs()) {
        TensorData tensor = each.get(Datum.LOGPROBS);
        if (tensor != null) {
          float[] part = tensor.toFloats();
          parts.add(part);
          length += part.length;
        }
      }
      float[] all = new float[Math.min(length, MOST)];
      int at = 0;
      for (float[] part : parts) {
        int fits = Math.min(part.length, all.length - at);
        System.arraycopy(part, 0, all, at, fits);
        at += fits;
      }
      return new ProbeLogprobs(all);
    }

    /** Returns these log-probabilities. */
    public static ProbeLogprobs of(float... logprobs) {
      return new ProbeLogprobs(logprobs.clone());
    }

    /** Returns the log-probabilities. */
    public float[] logprobs() {
      return logprobs.clone();
    }

    /**
     * Returns the largest difference between two log-probabilities at the same place; infinite when
     * there are not equally many, or none, or only one of the two is finite.
     */
    public double distance(ProbeLogprobs other) {
      if (logprobs.length != other.logprobs.length || logprobs.length == 0) {
        return Double.POSITIVE_INFINITY;
      }
      double most = 0;
      for (int i = 0; i < logprobs.length; i++) {
        boolean finite = Float.isFinite(logprobs[i]);
        if (finite != Float.isFinite(other.logprobs[i])) {
          return Double.POSITIVE_INFINITY;
        }
        if (finite) {
          most = Math.max(most, Math.abs((double) logprobs[i] - other.logprobs[i]));
        }
      }
      return most;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof ProbeLogprobs that && Arrays.equals(logprobs, that.logprobs);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(logprobs);
    }

    @Override
    public String toString() {
      return "ProbeLogprobs[" + logprobs.length + " log-probabilities]";
    }
  }
}
