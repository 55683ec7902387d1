package io.tinker4j.text.data;

import io.tinker4j.recovery.Batches;
import io.tinker4j.text.renderer.DatumOptions;
import io.tinker4j.text.renderer.Renderer;
import io.tinker4j.text.renderer.SupervisedExample;
import io.tinker4j.text.renderer.TrainOnWhat;
import io.tinker4j.types.Datum;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * Training data from JSONL files of chats: plain, gzip or zstd, in UTF-8, one object per line. All
 * rows are read and rendered once when it is opened, so that nothing is trained on when one of them
 * is bad; then they are read again as they are needed, in the order of a seed. Memory holds about
 * 30 bytes for each example, and while the rows are read the first time about twice as many; none
 * of the text.
 *
 * <p>{@link #batches()} is what a run of {@code tinker-recovery} reads: it can go on from any
 * place, in another process, too. Files must not change meanwhile; when they have, the run is
 * refused.
 *
 * <pre>{@code
 * try (ChatData data = ChatData.builder(renderer).file(path).batchSize(8).epochs(3).open()) {
 *   ResumableTraining.supervised(data.batches(), LossFunction.CROSS_ENTROPY, step -> 1e-4)…
 * }
 * }</pre>
 *
 * <p>Safe for use by many threads, its readers by one each.
 */
public final class ChatData implements AutoCloseable {
  private final List<RowFile> files;
  private final RowRenderer renderer;
  private final ExampleIndex training;
  private final ExampleIndex heldOut;
  private final DataSurvey survey;
  private final ChatBatches batches;
  private final ChatBatches heldOutBatches;

  private ChatData(Builder settings, List<RowFile> files) throws IOException, InterruptedException {
    this.files = files;
    this.renderer = settings.rowRenderer();
    Survey found = new Survey(files, renderer, settings);
    found.run();
    this.survey = found.result();
    this.training = found.training();
    this.heldOut = found.heldOut();
    if (training.size() == 0) {
      throw new IllegalArgumentException("there is nothing to train on: " + reason(files, survey));
    }
    double[] weights = settings.sources.stream().mapToDouble(Source::weight).toArray();
    EpochOrder order = new EpochOrder(training, weights, settings.seed, settings.shuffled);
    if (order.size() == 0) {
      throw new IllegalArgumentException(
          "there is nothing to train on: the weights of the files leave none of %d examples in an epoch; raise them"
              .formatted(training.size()));
    }
    this.batches =
        new ChatBatches(
            example -> read(training, example),
            training,
            order,
            settings.epochs,
            settings.batchSize,
            settings.packTo,
            settings.identity(files, found.digest()));
    this.heldOutBatches =
        new ChatBatches(
            example -> read(heldOut, example),
            heldOut,
            new EpochOrder(heldOut, ones(weights.length), 0, false),
            1,
            settings.batchSize,
            0,
            "");
  }

  private static String reason(List<RowFile> files, DataSurvey survey) {
    if (survey.rows() == 0) {
      return files.stream().map(RowFile::name).collect(Collectors.joining(", "))
          + (files.size() == 1 ? " has no rows" : " have no rows");
    }
    String counts =
        "of %d rows, %d are bad, %d too long, and %d examples held out"
            .formatted(survey.rows(), survey.bad(), survey.dropped(), survey.heldOut());
    return survey.firstBad().isEmpty()
        ? counts
        : counts + "; the first bad one is " + survey.firstBad().get(0).getMessage();
  }

  private static double[] ones(int count) {
    double[] ones = new double[count];
    Arrays.fill(ones, 1);
    return ones;
  }

  /** A file, and how often its examples come in an epoch. */
  record Source(Path file, double weight) {}

  /** Is told how far the first reading of the rows has got. */
  @FunctionalInterface
  public interface SurveyListener {
    /** Takes the number of rows that were read, and of all rows. Called by the opening thread. */
    void surveyed(long rows, long all);
  }

  /** Returns a builder of data that this renderer writes as tokens. */
  public static Builder builder(Renderer renderer) {
    return new Builder(renderer);
  }

  /** Returns what was found in the files. */
  public DataSurvey survey() {
    return survey;
  }

  /** Returns the training data of all epochs. */
  public Batches<List<Datum>> batches() {
    return batches;
  }

  /** Returns how many batches all epochs have. */
  public long batchCount() {
    return batches.count();
  }

  /** Returns what was held out, once, in the order of the files; without batches if nothing was. */
  public Batches<List<Datum>> heldOut() {
    return heldOutBatches;
  }

  /**
   * Returns a training example with the weight of each token, as it is before it is cut or packed.
   *
   * @param index from 0, in the order of the files
   * @throws IndexOutOfBoundsException when there are not so many
   */
  public SupervisedExample example(int index) throws IOException {
    return example(training, Objects.checkIndex(index, training.size()));
  }

  private Datum read(ExampleIndex index, int example) throws IOException {
    return renderer.datum(example(index, example));
  }

  private SupervisedExample example(ExampleIndex index, int example) throws IOException {
    RowFile file = files.get(index.file(example));
    int row = index.row(example);
    try {
      return renderer.examples(file.read(row)).get(index.turn(example));
    } catch (BadRowException e) {
      throw e;
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new IOException(
          "%s line %d is not what it was: %s"
              .formatted(file.name(), file.line(row), e.getMessage()),
          e);
    }
  }

  /** Closes the files. */
  @Override
  public void close() {
    closeAll(files);
  }

  private static void closeAll(List<RowFile> files) {
    for (RowFile file : files) {
      try {
        file.close();
      } catch (IOException e) {
        throw new UncheckedIOException("closing " + file.name() + " failed", e);
      }
    }
  }

  /** Builds the data. Used by one thread. */
  public static final class Builder {
    private final Renderer renderer;
    private final List<Source> sources = new ArrayList<>();
    private RowFormat format = RowFormat.AUTO;
    private TrainOnWhat trainOn = TrainOnWhat.ALL_ASSISTANT_MESSAGES;
    private DatumOptions.Reduction reduction = DatumOptions.Reduction.MEAN;
    private int vocabularySize = Integer.MAX_VALUE;
    private int batchSize = 8;
    private long epochs = 1;
    private long seed = 1;
    private boolean shuffled = true;
    private int packTo;
    int maxLength = Integer.MAX_VALUE;
    LongRows longRows = LongRows.REFUSE;
    boolean skipBad;
    double heldOut;
    SurveyListener progress = (rows, all) -> {};

    private Builder(Renderer renderer) {
      this.renderer = Objects.requireNonNull(renderer, "renderer");
    }

    /** Adds a file, each example of which comes once in an epoch. */
    public Builder file(Path file) {
      return file(file, 1);
    }

    /**
     * Adds a file whose examples come so often in an epoch: twice with a weight of 2; with 0.25
     * each epoch has another quarter of them.
     *
     * @throws IllegalArgumentException when the weight is not above 0, or above 1,000
     */
    public Builder file(Path file, double weight) {
      if (!(weight > 0) || weight > 1000) {
        throw new IllegalArgumentException(
            "the weight of %s is %s; it must be above 0 and at most 1000".formatted(file, weight));
      }
      sources.add(new Source(file, weight));
      return this;
    }

    /** Sets what rows look like. Default: {@link RowFormat#AUTO}. */
    public Builder format(RowFormat format) {
      this.format = Objects.requireNonNull(format, "format");
      return this;
    }

    /**
     * Sets what is learned of a conversation; of one whose messages say it themselves, that is
     * learned. Default: {@link TrainOnWhat#ALL_ASSISTANT_MESSAGES}.
     */
    public Builder trainOn(TrainOnWhat trainOn) {
      this.trainOn = Objects.requireNonNull(trainOn, "trainOn");
      return this;
    }

    /**
     * Sets what the weights of an example add up to. Default: {@link DatumOptions.Reduction#MEAN},
     * 1.
     */
    public Builder reduction(DatumOptions.Reduction reduction) {
      this.reduction = Objects.requireNonNull(reduction, "reduction");
      return this;
    }

    /** Refuses tokens from this one on. Default: none is refused. */
    public Builder vocabularySize(int vocabularySize) {
      this.vocabularySize = atLeast(1, vocabularySize, "vocabularySize");
      return this;
    }

    /**
     * Sets how many tokens a conversation may have, and what becomes of longer ones. Default: any
     * number.
     *
     * @throws IllegalArgumentException below 2
     */
    public Builder maxLength(int maxLength, LongRows longRows) {
      this.maxLength = atLeast(2, maxLength, "maxLength");
      this.longRows = Objects.requireNonNull(longRows, "longRows");
      return this;
    }

    /**
     * Sets how many examples, or packs of them, a batch has; the last of an epoch may have fewer.
     * Default: 8.
     */
    public Builder batchSize(int batchSize) {
      this.batchSize = atLeast(1, batchSize, "batchSize");
      return this;
    }

    /** Sets how often the data is gone through. Default: once. */
    public Builder epochs(int epochs) {
      this.epochs = atLeast(1, epochs, "epochs");
      return this;
    }

    /** Sets the seed of the order, another one in each epoch. Default: 1. */
    public Builder seed(long seed) {
      this.seed = seed;
      return this;
    }

    /** Keeps the order of the files in every epoch. Default: it is shuffled. */
    public Builder inOrder() {
      this.shuffled = false;
      return this;
    }

    /**
     * Joins examples that follow each other while they have together at most so many tokens, so
     * that short ones do not leave a model's batch empty. Later ones can look at earlier ones.
     * Default: each is by itself.
     */
    public Builder packTo(int tokens) {
      this.packTo = atLeast(2, tokens, "packTo");
      return this;
    }

    /** Leaves out rows that cannot be used, and counts them. Default: the first one is refused. */
    public Builder skipBad(boolean skipBad) {
      this.skipBad = skipBad;
      return this;
    }

    /**
     * Puts a fraction of the conversations aside, chosen by a hash of their rows: always the same
     * ones, also when there are more later. Default: none.
     *
     * @throws IllegalArgumentException when it is not from 0 to below 1
     */
    public Builder heldOut(double fraction) {
      if (!(fraction >= 0) || fraction >= 1) {
        throw new IllegalArgumentException(
            "heldOut is %s; it must be from 0 to below 1".formatted(fraction));
      }
      this.heldOut = fraction;
      return this;
    }

    /** Registers a listener for the first reading. Default: none. */
    public Builder progress(SurveyListener listener) {
      this.progress = Objects.requireNonNull(listener, "listener");
      return this;
    }

    private static int atLeast(int least, int value, String name) {
      if (value < least) {
        throw new IllegalArgumentException(
            "%s is %d; it must be at least %d".formatted(name, value, least));
      }
      return value;
    }

    /**
     * Opens the files and reads all rows once, on all processors.
     *
     * @throws BadRowException when a row cannot be used: file, line and reason
     * @throws IllegalArgumentException when there is no file, or nothing to train on
     * @throws IOException when a file cannot be read
     * @throws InterruptedException when the thread is interrupted meanwhile
     */
    public ChatData open() throws IOException, InterruptedException {
      if (sources.isEmpty()) {
        throw new IllegalArgumentException("there is no file; add one");
      }
      List<RowFile> files = new ArrayList<>();
      boolean opened = false;
      try {
        for (Source source : sources) {
          files.add(RowFile.open(source.file()));
        }
        ChatData data = new ChatData(this, List.copyOf(files));
        opened = true;
        return data;
      } catch (InterruptedIOException e) {
        Thread.interrupted();
        throw interrupted(e);
      } finally {
        if (!opened) {
          closeAll(files);
        }
      }
    }

    private static InterruptedException interrupted(IOException cause) {
      InterruptedException interrupted =
          new InterruptedException("interrupted while the rows were read");
      interrupted.initCause(cause);
      return interrupted;
    }

    private RowRenderer rowRenderer() {
      DatumOptions.Builder options = DatumOptions.builder().trainOn(trainOn).reduction(reduction);
      limit().ifPresent(options::maxLength);
      return new RowRenderer(renderer, format, trainOn, options.build(), vocabularySize);
    }

    private OptionalInt limit() {
      return maxLength == Integer.MAX_VALUE ? OptionalInt.empty() : OptionalInt.of(maxLength);
    }

    /** Everything that another order or other examples would come of. */
    private String identity(List<RowFile> files, int tokens) {
      StringBuilder all = new StringBuilder();
      for (int i = 0; i < files.size(); i++) {
        all.append(files.get(i).digest()).append('*').append(sources.get(i).weight()).append('\n');
      }
      all.append(renderer.name())
          .append(' ')
          .append(List.of(format, trainOn, reduction, longRows))
          .append(List.of(maxLength, batchSize, packTo, seed, shuffled, heldOut, tokens));
      try {
        byte[] digest =
            MessageDigest.getInstance("SHA-256")
                .digest(all.toString().getBytes(StandardCharsets.UTF_8));
        return "sha256:" + HexFormat.of().formatHex(digest);
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every Java platform has SHA-256", e);
      }
    }
  }
}
