package io.tinker4j.recipes.preference;

import io.tinker4j.recovery.Batches;
import io.tinker4j.recovery.journal.DataPosition;
import io.tinker4j.text.chat.Message;
import io.tinker4j.text.data.PreferenceData;
import io.tinker4j.text.data.PreferencePair;
import io.tinker4j.text.renderer.Conversations;
import io.tinker4j.text.renderer.DatumOptions;
import io.tinker4j.text.renderer.Renderer;
import io.tinker4j.text.renderer.TrainOnWhat;
import io.tinker4j.transport.operation.JsonCodec;
import io.tinker4j.types.Datum;
import io.tinker4j.types.internal.Checks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.SplittableRandom;

/**
 * Training data from preference pairs, in the order of a seed, which a run can go on from any place
 * of. All rows are read and rendered once when it is built, so that nothing is trained on when one
 * of them is bad. The file stays open and must not change. Thread-safe, its readers by one each.
 */
public final class PreferenceBatches implements Batches<List<Datum>> {
  private final PreferenceData data;
  private final Form form;
  private final int batchSize;
  private final long epochs;
  private final long seed;
  private final String identity;

  private PreferenceBatches(Builder from) throws IOException {
    this.data = from.data;
    this.form = from.form();
    this.batchSize = from.batchSize;
    this.epochs = from.epochs;
    this.seed = from.seed;
    this.identity = data.size() + ":" + digest();
  }

  /** How a pair becomes examples. */
  @FunctionalInterface
  private interface Form {
    List<Datum> examples(PreferencePair pair);
  }

  private String digest() throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (int row = 0; row < data.size(); row++) {
        for (Datum each : examples(row)) {
          digest.update(JsonCodec.write(each));
        }
      }
      digest.update("%d %d".formatted(batchSize, seed).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private List<Datum> examples(int row) throws IOException {
    PreferencePair pair = data.get(row);
    try {
      return form.examples(pair);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("pair %d: %s".formatted(row, e.getMessage()), e);
    }
  }

  /** Starts batches of a file's pairs in the form of a renderer. */
  public static Builder builder(PreferenceData data, Renderer renderer) {
    return new Builder(data, renderer);
  }

  /** Returns how many batches there are in all epochs. */
  public long batchCount() {
    return epochs * Math.ceilDiv(data.size(), batchSize);
  }

  @Override
  public String identity(DataPosition before) {
    return identity;
  }

  @Override
  public Reader<List<Datum>> open(DataPosition position) {
    return new PairReader(position);
  }

  private int[] order(long epoch) {
    int[] order = new int[data.size()];
    SplittableRandom random = new SplittableRandom(seed * 31 + epoch);
    for (int i = 0; i < order.length; i++) {
      int other = random.nextInt(i + 1);
      order[i] = order[other];
      order[other] = i;
    }
    return order;
  }

  private final class PairReader implements Reader<List<Datum>> {
    private long epoch;
    private int at;
    private int[] order;

    PairReader(DataPosition position) {
      epoch = position.epoch();
      at = Math.toIntExact(position.rows());
      order = order(epoch);
    }

    @Override
    public boolean hasNext() {
      return epoch < epochs && (at < order.length || epoch + 1 < epochs);
    }

    @Override
    public List<Datum> next() {
      if (!hasNext()) {
        throw new NoSuchElementException("all epochs have been read");
      }
      if (at >= order.length) {
        order = order(++epoch);
        at = 0;
      }
      List<Datum> batch = new ArrayList<>();
      try {
        for (int i = 0; i < batchSize && at < order.length; i++) {
          batch.addAll(examples(order[at++]));
        }
      } catch (IOException e) {
        throw new UncheckedIOException("a pair cannot be read again: " + e.getMessage(), e);
      }
      return batch;
    }

    @Override
    public DataPosition position() {
      return new DataPosition(at, epoch, "");
    }
  }

  /** Builds batches; not thread-safe. */
  public static final class Builder {
    private final PreferenceData data;
    private final Renderer renderer;
    private final DatumOptions.Builder options =
        DatumOptions.builder()
            .reduction(DatumOptions.Reduction.NONE)
            .trainOn(TrainOnWhat.LAST_ASSISTANT_MESSAGE);
    private int batchSize = 32;
    private long epochs = 1;
    private long seed;
    private boolean comparisons;

    private Builder(PreferenceData data, Renderer renderer) {
      this.data = Objects.requireNonNull(data, "data");
      this.renderer = Objects.requireNonNull(renderer, "renderer");
    }

    private Form form() {
      DatumOptions how = options.build();
      if (comparisons) {
        return pair -> PairwiseRewardModel.toData(pair, renderer, how);
      }
      return pair ->
          List.of(
              Conversations.toDatum(conversation(pair, pair.chosen()), renderer, how),
              Conversations.toDatum(conversation(pair, pair.rejected()), renderer, how));
    }

    private static List<Message> conversation(PreferencePair pair, List<Message> answer) {
      List<Message> conversation = new ArrayList<>(pair.prompt());
      conversation.addAll(answer);
      return conversation;
    }

    /** Sets how many pairs a batch has; the last one of an epoch may have fewer. Default: 32. */
    public Builder batchSize(int pairs) {
      Checks.atLeast("batchSize", pairs, 1);
      this.batchSize = pairs;
      return this;
    }

    /** Sets how often all pairs are read. Default: once. */
    public Builder epochs(long epochs) {
      Checks.atLeast("epochs", epochs, 1);
      this.epochs = epochs;
      return this;
    }

    /** Sets the seed of the order, which is another one in each epoch. Default: 0. */
    public Builder seed(long seed) {
      this.seed = seed;
      return this;
    }

    /** Sets how many tokens an example has at most; the rest is cut off. Default: no limit. */
    public Builder maxLength(int tokens) {
      options.maxLength(tokens);
      return this;
    }

    /**
     * Makes examples for a {@link PairwiseRewardModel}, to be trained on with {@code
     * cross_entropy}: each pair twice, once in each order.
     */
    public Builder asComparisons() {
      this.comparisons = true;
      return this;
    }

    /**
     * Returns the batches.
     *
     * @throws IllegalArgumentException when there is no pair, or the renderer refuses one
     * @throws io.tinker4j.text.data.BadRowException when a row is no pair
     * @throws IOException when the file cannot be read
     */
    public PreferenceBatches build() throws IOException {
      if (data.size() == 0) {
        throw new IllegalArgumentException("there are no pairs to learn from");
      }
      return new PreferenceBatches(this);
    }
  }
}
