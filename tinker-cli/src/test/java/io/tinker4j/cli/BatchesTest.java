package io.tinker4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.types.Datum;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchesTest {
  private static final int END = 256;

  @Test
  void next_oneRound_predictsEveryTokenOnce() {
    TrainingText text = TrainingText.bundled();
    int sequences = Math.ceilDiv(text.size() - 1, TextBatches.SEQUENCE);
    TextBatches batches = new TextBatches(text, END, 1, 7);

    Set<Datum> seen = new HashSet<>();
    int predicted = 0;
    for (int i = 0; i < sequences; i++) {
      TextBatches.Batch batch = batches.next();
      seen.addAll(batch.data());
      predicted += batch.tokens();
    }

    assertThat(seen).hasSize(sequences);
    assertThat(predicted).isEqualTo(text.size() - 1);
    assertThat(seen).contains(batches.next().data().get(0));
  }

  @Test
  void next_sameSeed_givesTheSameOrderAndAnotherSeedAnother() {
    TrainingText text = TrainingText.bundled();

    assertThat(new TextBatches(text, END, 8, 1).next())
        .isEqualTo(new TextBatches(text, END, 8, 1).next());
    assertThat(new TextBatches(text, END, 8, 1).next())
        .isNotEqualTo(new TextBatches(text, END, 8, 2).next());
  }

  @Test
  void next_shortText_repeatsIt(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("a.txt"), "x".repeat(40));

    TextBatches.Batch batch = new TextBatches(TrainingText.read(file), END, 3, 1).next();

    assertThat(batch.data()).hasSize(3).allMatch(batch.data().get(0)::equals);
    assertThat(batch.tokens()).isEqualTo(120);
    assertThat(batch.data().get(0).modelInput().length()).isEqualTo(40);
  }
}
