package io.tinker4j.types;

import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;

/**
 * The likeliest tokens at each position of a prompt: two matrices of {@code promptLength} rows and
 * {@code k} columns, row-major, likeliest first. Immutable.
 *
 * <p>Unused cells hold token 0 and log-probability {@link #UNUSED}; {@link #count} tells how many
 * cells of a row are used. The first position of a prompt has none.
 */
public final class TopkPromptLogprobs {
  /** The log-probability of an unused cell. */
  public static final float UNUSED = -99999.0f;

  private final int[] tokens;
  private final float[] logprobs;
  private final int k;
  private final int promptLength;

  private TopkPromptLogprobs(int[] tokens, float[] logprobs, int k, int promptLength) {
    this.tokens = tokens;
    this.logprobs = logprobs;
    this.k = k;
    this.promptLength = promptLength;
  }

  /**
   * Returns the matrices; the arrays are copied.
   *
   * @throws IllegalArgumentException when an array does not have {@code promptLength * k} entries
   */
  public static TopkPromptLogprobs of(int[] tokens, float[] logprobs, int k, int promptLength) {
    long cells = (long) k * promptLength;
    if (k < 0 || promptLength < 0 || tokens.length < cells || logprobs.length < cells) {
      throw new IllegalArgumentException(
          "top-k log-probabilities of %d positions and k %d need %d cells; there are %d and %d"
              .formatted(promptLength, k, cells, tokens.length, logprobs.length));
    }
    return new TopkPromptLogprobs(
        Arrays.copyOf(tokens, (int) cells), Arrays.copyOf(logprobs, (int) cells), k, promptLength);
  }

  /** Returns the number of columns. */
  public int k() {
    return k;
  }

  /** Returns the number of rows. */
  public int promptLength() {
    return promptLength;
  }

  /** Returns how many tokens there are at a position. */
  public int count(int position) {
    int start = position * k;
    if (k == 0 || isUnused(start)) {
      return 0;
    }
    int count = k;
    while (isUnused(start + count - 1)) {
      count--;
    }
    return count;
  }

  /** Returns a read-only view of the token ids, all rows. */
  public IntBuffer tokens() {
    return IntBuffer.wrap(tokens).asReadOnlyBuffer();
  }

  /** Returns a read-only view of the natural-log probabilities, all rows. */
  public FloatBuffer logprobs() {
    return FloatBuffer.wrap(logprobs).asReadOnlyBuffer();
  }

  private boolean isUnused(int cell) {
    return tokens[cell] == 0 && logprobs[cell] == UNUSED;
  }

  void write(JsonGenerator out) {
    out.writeStartArray();
    for (int row = 0; row < promptLength; row++) {
      int count = count(row);
      if (count == 0) {
        out.writeNull();
        continue;
      }
      out.writeStartArray();
      for (int cell = row * k; cell < row * k + count; cell++) {
        out.writeStartArray();
        out.writeNumber(tokens[cell]);
        out.writeNumber(logprobs[cell]);
        out.writeEndArray();
      }
      out.writeEndArray();
    }
    out.writeEndArray();
  }

  static TopkPromptLogprobs read(JsonParser parser, DeserializationContext context) {
    float[] @Nullable [][] rows = context.readValue(parser, float[][][].class);
    int k = 0;
    for (float[] @Nullable [] row : rows) {
      k = Math.max(k, row == null ? 0 : row.length);
    }
    int[] tokens = new int[rows.length * k];
    float[] logprobs = new float[rows.length * k];
    Arrays.fill(logprobs, UNUSED);
    for (int row = 0; row < rows.length; row++) {
      float[] @Nullable [] cells = rows[row];
      for (int i = 0; cells != null && i < cells.length; i++) {
        if (cells[i].length != 2) {
          context.reportInputMismatch(
              TopkPromptLogprobs.class,
              "a top-k entry is [token, logprob], not of %d numbers",
              cells[i].length);
        }
        tokens[row * k + i] = (int) cells[i][0];
        logprobs[row * k + i] = cells[i][1];
      }
    }
    return new TopkPromptLogprobs(tokens, logprobs, k, rows.length);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TopkPromptLogprobs that
        && k == that.k
        && Arrays.equals(tokens, that.tokens)
        && Arrays.equals(logprobs, that.logprobs);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(tokens) + k;
  }

  @Override
  public String toString() {
    return "TopkPromptLogprobs{" + promptLength + " x " + k + "}";
  }
}
