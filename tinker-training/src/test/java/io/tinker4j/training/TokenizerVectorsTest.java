package io.tinker4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Which tokenizer a model has: vector 307. */
class TokenizerVectorsTest {
  @TestFactory
  Stream<DynamicTest> v307_tokenizerResolution() throws IOException {
    List<Map<String, @Nullable Object>> cases = Golden.cases("307-tokenizer-resolution");
    assertThat(cases).hasSize(19);
    return cases.stream()
        .map(each ->
            dynamicTest(
                each.get("modelName") + " with " + each.get("tokenizerId"), () -> check(each)));
  }

  private static void check(Map<String, @Nullable Object> vector) {
    TokenizerId id =
        TokenizerId.resolve(Golden.text(vector, "modelName"), (String) vector.get("tokenizerId"));

    assertThat(id.repository()).isEqualTo(vector.get("loads"));
    assertThat(id.revision().orElse(null)).isEqualTo(vector.get("revision"));
  }
}
