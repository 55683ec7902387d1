package io.tinker4j.types;

import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.annotation.JsonDeserialize;
import tools.jackson.databind.annotation.JsonSerialize;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.ser.std.StdSerializer;

/**
 * The likeliest tokens at each position of a prompt or of a sample: two matrices of {@code length}
 * rows and {@code k} columns, row-major, likeliest first. Immutable.
 *
 * <p>Unused cells hold token 0 and log-probability {@link #UNUSED}; {@link #count} tells how many
 * cells of a row are used. The first position of a prompt has none.
 */
@JsonSerialize(using = TopkLogprobs.Writer.class)
@JsonDeserialize(using = TopkLogprobs.Reader.class)
public final class TopkLogprobs {
  /** The log-probability of an unused cell. */
  public static final float UNUSED = -99999.0f;

  private final int[] tokens;
  private final float[] logprobs;
  private final int k;
  private final int length;

  private TopkLogprobs(int[] tokens, float[] logprobs, int k, int length) {
    this.tokens = tokens;
    this.logprobs = logprobs;
    this.k = k;
    this.length = length;
  }

  /**
   * Returns the matrices; the arrays are copied.
   *
   * @throws IllegalArgumentException when an array does not have {@code length * k} entries
   */
  public static TopkLogprobs of(int[] tokens, float[] logprobs, int k, int length) {
    return of(IntBuffer.wrap(tokens), FloatBuffer.wrap(logprobs), k, length);
  }

  /**
   * Returns the matrices; the first {@code length * k} entries of the buffers are copied.
   *
   * @throws IllegalArgumentException when a buffer has fewer
   */
  public static TopkLogprobs of(IntBuffer tokens, FloatBuffer logprobs, int k, int length) {
    long cells = (long) k * length;
    if (k < 0 || length < 0 || tokens.remaining() < cells || logprobs.remaining() < cells) {
      throw new IllegalArgumentException(
          "top-k log-probabilities of %d positions and k %d need %d cells; there are %d and %d"
              .formatted(length, k, cells, tokens.remaining(), logprobs.remaining()));
    }
    int[] copiedTokens = new int[(int) cells];
    float[] copiedLogprobs = new float[(int) cells];
    tokens.duplicate().get(copiedTokens);
    logprobs.duplicate().get(copiedLogprobs);
    return new TopkLogprobs(copiedTokens, copiedLogprobs, k, length);
  }

  /** Returns the number of columns. */
  public int k() {
    return k;
  }

  /** Returns the number of rows. */
  public int length() {
    return length;
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

  private void write(JsonGenerator out) {
    out.writeStartArray();
    for (int row = 0; row < length; row++) {
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

  private static TopkLogprobs read(JsonParser parser, DeserializationContext context) {
    List<float[]> logprobs = new ArrayList<>();
    List<int[]> tokens = new ArrayList<>();
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      context.handleUnexpectedToken(TopkLogprobs.class, parser);
    }
    int k = 0;
    for (JsonToken row = parser.nextToken(); row != JsonToken.END_ARRAY; row = parser.nextToken()) {
      Row cells = row == JsonToken.VALUE_NULL ? new Row() : Row.read(row, parser, context);
      k = Math.max(k, cells.size);
      tokens.add(Arrays.copyOf(cells.tokens, cells.size));
      logprobs.add(Arrays.copyOf(cells.logprobs, cells.size));
    }
    int[] allTokens = new int[tokens.size() * k];
    float[] allLogprobs = new float[tokens.size() * k];
    Arrays.fill(allLogprobs, UNUSED);
    for (int row = 0; row < tokens.size(); row++) {
      System.arraycopy(tokens.get(row), 0, allTokens, row * k, tokens.get(row).length);
      System.arraycopy(logprobs.get(row), 0, allLogprobs, row * k, tokens.get(row).length);
    }
    return new TopkLogprobs(allTokens, allLogprobs, k, tokens.size());
  }

  /** The pairs of one position: {@code [[token, logprob], …]}. */
  private static final class Row {
    private int[] tokens = new int[8];
    private float[] logprobs = new float[8];
    private int size;

    static Row read(JsonToken start, JsonParser parser, DeserializationContext context) {
      Row row = new Row();
      require(start == JsonToken.START_ARRAY, context);
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        require(parser.currentToken() == JsonToken.START_ARRAY, context);
        require(parser.nextToken() == JsonToken.VALUE_NUMBER_INT, context);
        int token = parser.getIntValue();
        row.add(token, JsonArrays.readFloat(parser.nextToken(), parser, context));
        require(parser.nextToken() == JsonToken.END_ARRAY, context);
      }
      return row;
    }

    private void add(int token, float logprob) {
      if (size == tokens.length) {
        tokens = Arrays.copyOf(tokens, 2 * size);
        logprobs = Arrays.copyOf(logprobs, 2 * size);
      }
      tokens[size] = token;
      logprobs[size++] = logprob;
    }

    private static void require(boolean asExpected, DeserializationContext context) {
      if (!asExpected) {
        context.reportInputMismatch(
            TopkLogprobs.class, "top-k log-probabilities are rows of [token, logprob] or null");
      }
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TopkLogprobs that
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
    return "TopkLogprobs{" + length + " x " + k + "}";
  }

  static final class Writer extends StdSerializer<TopkLogprobs> {
    Writer() {
      super(TopkLogprobs.class);
    }

    @Override
    public void serialize(TopkLogprobs topk, JsonGenerator out, SerializationContext context) {
      topk.write(out);
    }
  }

  static final class Reader extends StdDeserializer<TopkLogprobs> {
    Reader() {
      super(TopkLogprobs.class);
    }

    @Override
    public TopkLogprobs deserialize(JsonParser parser, DeserializationContext context) {
      return read(parser, context);
    }
  }
}
