package io.tinker4j.recovery;

import io.tinker4j.types.Datum;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.TensorData;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Log-probabilities of a frozen batch, which tell one set of weights from another. Immutable. */
public final class Fingerprint {
  /** Enough to tell weights apart, and little enough for a journal. */
  private static final int MOST = 512;

  private final float[] logprobs;

  private Fingerprint(float[] logprobs) {
    this.logprobs = logprobs;
  }

  /** Returns the first 512 log-probabilities of a forward pass. */
  static Fingerprint of(ForwardBackwardOutput output) {
    List<float[]> parts = new ArrayList<>();
    int length = 0;
    for (Map<String, TensorData> each : output.lossFnOutputs()) {
      TensorData tensor = each.get(Datum.LOGPROBS);
      if (tensor != null) {
        float[] part = floats(tensor);
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
    return new Fingerprint(all);
  }

  private static float[] floats(TensorData tensor) {
    FloatBuffer buffer = tensor.floats();
    float[] floats = new float[buffer.remaining()];
    buffer.get(floats);
    return floats;
  }

  static Fingerprint of(float... logprobs) {
    return new Fingerprint(logprobs.clone());
  }

  /** Returns the log-probabilities. */
  public float[] logprobs() {
    return logprobs.clone();
  }

  /**
   * Returns the largest difference between two log-probabilities at the same place; infinite when
   * there are not equally many, or none, or only one of the two is finite.
   */
  public double distance(Fingerprint other) {
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
    return other instanceof Fingerprint that && Arrays.equals(logprobs, that.logprobs);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(logprobs);
  }

  @Override
  public String toString() {
    return "Fingerprint[" + logprobs.length + " log-probabilities]";
  }
}
