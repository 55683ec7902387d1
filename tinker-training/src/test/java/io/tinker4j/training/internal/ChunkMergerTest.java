package io.tinker4j.training.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.Metrics;
import io.tinker4j.types.TensorData;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChunkMergerTest {
  private static ForwardBackwardOutput chunk(int outputs, Map<String, Double> metrics) {
    List<Map<String, TensorData>> records = new ArrayList<>();
    for (int i = 0; i < outputs; i++) {
      records.add(Map.of("logprobs", TensorData.of((float) i)));
    }
    return ForwardBackwardOutput.of("ArrayRecord", records, Metrics.of(metrics));
  }

  private static Map<String, Double> merged(ForwardBackwardOutput... chunks) {
    return ChunkMerger.merge(List.of(chunks)).metrics().asMap();
  }

  @Test
  void merge_eachReduction_isAsTheSuffixSays() {
    assertThat(merged(chunk(2, Map.of("a:sum", 1.5)), chunk(3, Map.of("a:sum", 2.5))))
        .containsEntry("a:sum", 4.0);
    assertThat(merged(chunk(1, Map.of("a:mean", 1.0)), chunk(3, Map.of("a:mean", 4.0))))
        .containsEntry("a:mean", 3.25);
    assertThat(merged(chunk(1, Map.of("a:min", 1.0)), chunk(5, Map.of("a:min", -2.0))))
        .containsEntry("a:min", -2.0);
    assertThat(merged(chunk(1, Map.of("a:max", 1.0)), chunk(5, Map.of("a:max", 7.0))))
        .containsEntry("a:max", 7.0);
    assertThat(merged(chunk(1, Map.of("a:slack", 1.0)), chunk(3, Map.of("a:slack", 5.0))))
        .containsEntry("a:slack", 1.0);
    assertThat(merged(chunk(1, Map.of("a:unique", 1.0)), chunk(3, Map.of("a:unique", 5.0))))
        .containsEntry("a:unique", 1.0)
        .containsEntry("a:unique_1", 5.0);
  }

  @Test
  void merge_nan_propagates() {
    for (String name : List.of("a:sum", "a:mean", "a:min", "a:max", "a:slack")) {
      assertThat(merged(chunk(1, Map.of(name, 1.0)), chunk(1, Map.of(name, Double.NaN))))
          .containsEntry(name, Double.NaN);
    }
  }

  @Test
  void merge_metricThatCannotBeReduced_isLeftOut() {
    assertThat(
            merged(
                chunk(1, Map.of("loss", 1.0, "a:b:sum", 1.0, "a:odd", 1.0, "a:sum", 1.0)),
                chunk(1, Map.of("loss", 1.0, "a:b:sum", 1.0, "a:odd", 1.0))))
        .isEmpty();
  }

  @Test
  void merge_hash_isOfTheValuesWhateverTheirOrder() {
    double hash = TupleHash.ofUnordered(new double[] {1, 3});

    assertThat(
            merged(
                chunk(1, Map.of("a:hash_unordered", 3.0)),
                chunk(1, Map.of("a:hash_unordered", 1.0))))
        .containsEntry("a:hash_unordered", hash);
  }

  @Test
  void merge_hashOfWhatIsNoNumber_isNaN() {
    assertThat(merged(chunk(1, Map.of("a:hash_unordered", Double.POSITIVE_INFINITY))))
        .containsEntry("a:hash_unordered", Double.NaN);
  }

  @Test
  void merge_emptyNameBeforeTheColon_isReduced() {
    assertThat(merged(chunk(1, Map.of(":sum", 1.0)), chunk(1, Map.of(":sum", 2.0))))
        .containsEntry(":sum", 3.0);
  }

  @Test
  void merge_noOutputs_makesMeansNaN() {
    assertThat(merged(chunk(0, Map.of("a:mean", 1.0, "a:slack", 1.0))))
        .containsEntry("a:mean", Double.NaN)
        .containsEntry("a:slack", Double.NaN);
  }

  @Test
  void merge_outputs_areConcatenatedInOrder() {
    ForwardBackwardOutput merged =
        ChunkMerger.merge(List.of(chunk(2, Map.of()), chunk(1, Map.of())));

    assertThat(merged.lossFnOutputs())
        .extracting(output -> output.get("logprobs"))
        .containsExactly(TensorData.of(0f), TensorData.of(1f), TensorData.of(0f));
  }

  @Test
  void merge_nothing_isEmpty() {
    assertThat(ChunkMerger.merge(List.of()).lossFnOutputType()).isEmpty();
  }

  /** Values recorded from CPython's tuple hash. */
  @ParameterizedTest
  @CsvSource({
    "'', 5740354900026072187",
    "'0', -8753497827991233192",
    "'1', -6644214454873602895",
    "'-1', 8078679518589016365",
    "'-2', 8078679518589016365",
    "'42', -3075770106605038476",
    "'1 3', -1440771752368011620",
    "'3 1', 8756109708711196808",
    "'2305843009213693951', -8753497827991233192",
    "'2305843009213693950', 6322631182248368429",
    "'1000000000000000000 5', 4530850047283293567",
    "'4611686018427387904', 6909455589863252355"
  })
  void tupleHash_recordedValues_match(String values, long hash) {
    List<BigInteger> integers =
        Stream.of(values.split(" ")).filter(v -> !v.isEmpty()).map(BigInteger::new).toList();

    assertThat(TupleHash.ofOrdered(integers)).isEqualTo(hash);
  }

  @Test
  void hashUnordered_orderAndFraction_doNotMatter() {
    assertThat(TupleHash.ofUnordered(new double[] {3.9, 1.2}))
        .isEqualTo(TupleHash.ofOrdered(List.of(BigInteger.ONE, BigInteger.valueOf(3))));
  }
}
