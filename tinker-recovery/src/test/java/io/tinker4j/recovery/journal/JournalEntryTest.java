package io.tinker4j.recovery.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.recovery.journal.CheckpointRecord.ProbeLogprobs;
import io.tinker4j.recovery.journal.JournalEntry.CheckpointDropped;
import io.tinker4j.recovery.journal.JournalEntry.CheckpointSaved;
import io.tinker4j.recovery.journal.JournalEntry.LineageBegun;
import io.tinker4j.recovery.journal.JournalEntry.Noted;
import io.tinker4j.recovery.journal.JournalEntry.RunBegun;
import io.tinker4j.recovery.journal.JournalEntry.RunFinished;
import io.tinker4j.recovery.journal.JournalEntry.RunOpened;
import io.tinker4j.recovery.journal.JournalEntry.StepSubmitted;
import io.tinker4j.recovery.journal.JournalEntry.StepsConfirmed;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.Metrics;
import io.tinker4j.types.TensorData;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The JSON of journals, which later versions have to read. */
class JournalEntryTest {
  private static final String SAVED =
      "{\"type\":\"checkpoint_saved\",\"path\":\"tinker://run-1/weights/2\",\"step\":2,"
          + "\"position\":{\"rows\":7,\"epoch\":1,\"random_state\":\"s\"},\"lineage\":3,"
          + "\"saved_at\":\"2026-11-24T10:00:00Z\",\"learning_rate_step\":5,\"config_hash\":\"abc\","
          + "\"identity\":{\"data\":\"d\"},\"tokenizer_id\":\"bytes\",\"renderer_id\":\"chat\","
          + "\"metrics\":{\"loss\":1.5,\"gone\":null},\"probe\":[-0.25,null],"
          + "\"probe_after_next_step\":[-0.5]}";

  private static final CheckpointRecord CHECKPOINT =
      CheckpointRecord.builder()
          .path("tinker://run-1/weights/2")
          .step(2)
          .position(new DataPosition(7, 1, "s"))
          .lineage(3)
          .savedAt(Instant.parse("2026-11-24T10:00:00Z"))
          .learningRateStep(5)
          .configHash("abc")
          .putIdentity("data", "d")
          .tokenizerId("bytes")
          .rendererId("chat")
          .putMetrics("loss", 1.5)
          .putMetrics("gone", Double.NaN)
          .probe(ProbeLogprobs.of(-0.25f, Float.NaN))
          .probeAfterNextStep(ProbeLogprobs.of(-0.5f))
          .build();

  private static Stream<Arguments> entries() {
    return Stream.of(
        Arguments.of(new RunOpened(4), "{\"type\":\"run_opened\",\"token\":4}"),
        Arguments.of(
            new RunBegun("abc", Map.of("b", "2", "a", "1")),
            "{\"type\":\"run_begun\",\"config_hash\":\"abc\",\"settings\":{\"a\":\"1\",\"b\":\"2\"}}"),
        Arguments.of(
            new LineageBegun(1, "m", 0, 6),
            "{\"type\":\"lineage_begun\",\"lineage\":1,\"model_id\":\"m\",\"parent\":0,\"base_step\":6}"),
        Arguments.of(
            new StepSubmitted(1, 7, new DataPosition(3, 2, "x")),
            "{\"type\":\"step_submitted\",\"lineage\":1,\"step\":7,"
                + "\"position\":{\"rows\":3,\"epoch\":2,\"random_state\":\"x\"}}"),
        Arguments.of(
            new StepsConfirmed(1, 7, 9),
            "{\"type\":\"steps_confirmed\",\"lineage\":1,\"first\":7,\"last\":9}"),
        Arguments.of(new CheckpointSaved(CHECKPOINT), SAVED),
        Arguments.of(
            new CheckpointDropped("p", "why"),
            "{\"type\":\"checkpoint_dropped\",\"path\":\"p\",\"reason\":\"why\"}"),
        Arguments.of(
            new Noted("detected", Map.of("cause", "c")),
            "{\"type\":\"noted\",\"event\":\"detected\",\"fields\":{\"cause\":\"c\"}}"),
        Arguments.of(
            new RunFinished(9, "m"), "{\"type\":\"run_finished\",\"step\":9,\"model_id\":\"m\"}"));
  }

  private static JournalEntry parse(String json) {
    return JournalEntry.parse(json.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @MethodSource("entries")
  void entry_isWrittenAndReadAsThisJson(JournalEntry entry, String json) {
    assertThat(entry.toJson()).isEqualTo(json);
    assertThat(parse(json)).isEqualTo(entry);
  }

  @Test
  void checkpoint_withoutWhatMayBeMissing_isRead() {
    String json =
        SAVED
            .replaceFirst("\"identity\":\\{.*?},", "")
            .replaceFirst("\"tokenizer_id\":\"bytes\",\"renderer_id\":\"chat\",", "")
            .replaceFirst(",\"probe\".*", "}");

    CheckpointRecord read = ((CheckpointSaved) parse(json)).checkpoint();

    assertThat(read.identity()).isEmpty();
    assertThat(read.tokenizerId()).isEmpty();
    assertThat(read.rendererId()).isEmpty();
    assertThat(read.probe()).isEmpty();
    assertThat(read.probeAfterNextStep()).isEmpty();
    assertThat(parse(new CheckpointSaved(read).toJson())).isEqualTo(new CheckpointSaved(read));
  }

  @ParameterizedTest
  @CsvSource({
    "path, 'path'",
    "step, 'step'",
    "position, 'position'",
    "rows, 'rows'",
    "random_state, 'random_state'",
    "metrics, 'metrics'"
  })
  void checkpoint_withoutWhatMustBeThere_isRefusedByName(String field, String named) {
    String json = SAVED.replace("\"" + field + "\":", "\"other\":");

    assertThatThrownBy(() -> parse(json))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a journal entry without a proper " + named);
  }

  @Test
  void fieldsOfAnotherKind_areRefused() {
    assertThatThrownBy(() -> parse(SAVED.replace("[-0.5]", "\"-0.5\"")))
        .hasMessage("a journal entry without a proper probe_after_next_step");
    assertThatThrownBy(() -> parse("{\"type\":\"run_opened\",\"token\":\"4\"}"))
        .hasMessage("a journal entry without a proper token");
    assertThatThrownBy(() -> parse("{\"type\":\"of_tomorrow\"}"))
        .hasMessage("a journal entry of unknown type of_tomorrow");
  }

  @Test
  void collections_areCopies() {
    assertThat(new RunBegun("abc").settings()).isEmpty();
    assertThatThrownBy(() -> new Noted("a", Map.of()).fields().put("b", "c"))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void position_refusesNegativeCounts() {
    assertThat(DataPosition.START).isEqualTo(new DataPosition(0, 0, ""));
    assertThatThrownBy(() -> new DataPosition(-1, 0, "")).hasMessageContaining("rows is -1");
    assertThatThrownBy(() -> new DataPosition(0, -1, "")).hasMessageContaining("epoch is -1");
  }

  @Test
  void damage_saysWhereAndWhat() {
    assertThat(new JournalDamage(7, 3, "why")).hasToString("bytes 7 to 9 are damaged: why");
    assertThat(new JournalDamage(7, 0, "why")).hasToString("at byte 7, why");
    assertThat(new JournalDamage(0, 0, "why")).hasToString("why");
    assertThat(new RepairPlan(List.of(), 1, 0, 0).isNeeded()).isFalse();
    assertThat(new RepairPlan(List.of(new JournalDamage(0, 0, "")), 1, 0, 0).isNeeded()).isTrue();
  }

  @Test
  void distance_isTheLargestDifference_infiniteWhereTheyCannotBeCompared() {
    ProbeLogprobs one = ProbeLogprobs.of(-1, -2, Float.NEGATIVE_INFINITY);

    assertThat(one.distance(ProbeLogprobs.of(-1.5f, -1.75f, Float.NaN))).isEqualTo(0.5);
    assertThat(one.distance(one)).isZero();
    assertThat(one.distance(ProbeLogprobs.of(-1, -2, -3))).isInfinite();
    assertThat(one.distance(ProbeLogprobs.of(-1, -2))).isInfinite();
    assertThat(ProbeLogprobs.of().distance(ProbeLogprobs.of())).isInfinite();
    assertThat(one)
        .isEqualTo(ProbeLogprobs.of(-1, -2, Float.NEGATIVE_INFINITY))
        .hasSameHashCodeAs(ProbeLogprobs.of(-1, -2, Float.NEGATIVE_INFINITY))
        .isNotEqualTo(ProbeLogprobs.of(-1, -2, -3))
        .hasToString("ProbeLogprobs[3 log-probabilities]");
    assertThat(one.hashCode()).isNotEqualTo(ProbeLogprobs.of(-1).hashCode());
  }

  @Test
  void probe_hasTheFirst512OfAPass() {
    float[] many = new float[400];
    many[399] = -7;
    ForwardBackwardOutput pass =
        ForwardBackwardOutput.of(
            "ArrayRecord",
            List.of(
                Map.of("logprobs", TensorData.of(many)),
                Map.of("other", TensorData.of(1f, 2f)),
                Map.of("logprobs", TensorData.of(many))),
            Metrics.of(Map.of()));

    float[] probe = ProbeLogprobs.of(pass).logprobs();

    assertThat(probe).hasSize(512);
    assertThat(probe[399]).isEqualTo(-7);
    assertThat(probe[400]).isZero();
    probe[0] = 1;
    assertThat(ProbeLogprobs.of(pass).logprobs()[0]).isZero();
  }
}
