package io.tinker4j.verify.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/**
 * Every file in {@code openapi/golden} is a test, or stands in {@link #SKIPPED} with the reason;
 * {@code -Dgolden.dir=DIR} runs another directory of the same form, which may lack kinds of
 * vectors.
 */
// readiness: A1, A6, C1, N1, N2
class GoldenVectorsTest {
  /** What is not tested here, by number. */
  private static final Map<String, String> SKIPPED =
      Map.of("042", "Python only: token ids above int32; the binary form has none");

  /** Tested where what they are about is not public: by number, the test that reads them. */
  private static final Map<String, String> TESTED_ELSEWHERE =
      Map.ofEntries(
          Map.entry("154", "tinker-transport client/TransportVectorsTest"),
          Map.entry("304", "tinker-training CustomLossVectorsTest"),
          Map.entry("307", "tinker-training TokenizerVectorsTest"),
          Map.entry("309", "tinker-transport client/TransportVectorsTest"),
          Map.entry("310", "tinker-transport client/TransportVectorsTest"),
          Map.entry("311", "tinker-transport client/TransportVectorsTest"),
          Map.entry("312", "tinker-transport client/TransportVectorsTest"),
          Map.entry("313", "tinker-training internal/ByteBudgetTest"),
          Map.entry("314", "tinker-cli ReferenceVectorsTest"),
          Map.entry("330", "tinker-training PollingVectorsTest"),
          Map.entry("331", "tinker-training TurnTakingVectorsTest"),
          Map.entry("332", "tinker-transport client/TransportVectorsTest"),
          Map.entry("333", "tinker-training SamplingVectorsTest"),
          Map.entry("334", "tinker-transport client/TransportVectorsTest"),
          Map.entry("336", "tinker-cli ReferenceVectorsTest"));

  /** Vectors whose cases are words: each case has a Java form in {@link Refusals}. */
  private static final Map<String, Consumer<JsonNode>> BY_CASE =
      Map.of("072", Refusals::assert072, "221", Refusals::assert221, "222", Refusals::assert222);

  private static final Map<String, Consumer<JsonNode>> ALGORITHMS =
      Map.ofEntries(
          Map.entry("chunking", Algorithms::assertChunks),
          Map.entry("estimates", Algorithms::assertEstimates),
          Map.entry("metric-reduction", Algorithms::assertReduction),
          Map.entry("hash_unordered", Algorithms::assertTupleHash),
          Map.entry("csr", Algorithms::assertCsr),
          Map.entry("ParsedCheckpointTinkerPath", Algorithms::assertPath),
          Map.entry("DmelChunk.length", Algorithms::assertContainer),
          Map.entry("query", Algorithms::assertQuery),
          Map.entry("url", Algorithms::assertJoined),
          Map.entry("sequence", StartupSequences::assertSequence),
          Map.entry("telemetry", UserErrors::assertUserError));

  @ParameterizedTest(name = "{0}", allowZeroInvocations = true)
  @MethodSource("elsewhere")
  void vector_testedElsewhere_isReadThere(Vector vector) throws IOException {
    String[] place = Objects.requireNonNull(TESTED_ELSEWHERE.get(vector.number())).split(" ", -1);
    String folder = "src/test/java/io/" + place[0].replace("tinker-", "tinker4j/");
    Path test = Path.of("..", place[0], folder, place[1] + ".java");

    assertThat(Files.readString(test)).contains("(\"" + vector.number());
  }

  static List<Vector> elsewhere() {
    return Vector.where(vector -> TESTED_ELSEWHERE.containsKey(vector.number()));
  }

  /** Another directory may have some kinds only; this one has them all. */
  @Test
  void directory_ofTheRepository_hasEveryKind() {
    assumeTrue(System.getProperty("golden.dir") == null, "another directory");

    assertThat(elsewhere()).hasSize(TESTED_ELSEWHERE.size());
    assertThat(jsonRequests()).isNotEmpty();
    assertThat(binaryRequests()).isNotEmpty();
    assertThat(binaryResponses()).isNotEmpty();
    assertThat(requestCases()).isNotEmpty();
    assertThat(jsonResponses()).isNotEmpty();
    assertThat(algorithms()).isNotEmpty();
  }

  @ParameterizedTest(name = "{0}", allowZeroInvocations = true)
  @MethodSource("jsonRequests")
  void jsonRequest(Vector vector) {
    assumeTested(vector);
    if (vector.isValid()) {
      JsonRequests.assertSent(vector);
    } else {
      JsonRequests.assertRefused(vector);
    }
  }

  static List<Vector> jsonRequests() {
    return here(vector ->
        vector.isRequest() && !vector.isBinary() && !BY_CASE.containsKey(vector.number()));
  }

  @ParameterizedTest(name = "{0}: {1}", allowZeroInvocations = true)
  @MethodSource("requestCases")
  void requestCase(Vector vector, String name, JsonNode recorded) {
    assumeTested(vector);
    check(BY_CASE.get(vector.number()), vector).accept(recorded);
  }

  static Stream<Arguments> requestCases() {
    return cases(vector -> vector.isRequest() && BY_CASE.containsKey(vector.number()));
  }

  @ParameterizedTest(name = "{0}: {1}", allowZeroInvocations = true)
  @MethodSource("jsonResponses")
  void jsonResponse(Vector vector, String name, JsonNode recorded) {
    assumeTested(vector);
    BiConsumer<Vector, JsonNode> check =
        recorded.has("status")
            ? (unused, outcome) -> ArchiveUrls.assertOutcome(outcome)
            : JsonResponses::assertDecoded;
    check.accept(vector, recorded);
  }

  static Stream<Arguments> jsonResponses() {
    return cases(vector -> vector.isResponse() && !vector.isBinary());
  }

  @ParameterizedTest(name = "{0}", allowZeroInvocations = true)
  @MethodSource("binaryRequests")
  void binaryRequest(Vector vector) throws InvalidProtocolBufferException {
    assumeTested(vector);
    BinaryPasses.assertSent(vector);
  }

  static List<Vector> binaryRequests() {
    return here(vector -> vector.isRequest() && vector.isBinary());
  }

  @ParameterizedTest(name = "{0}", allowZeroInvocations = true)
  @MethodSource("binaryResponses")
  void binaryResponse(Vector vector) {
    assumeTested(vector);
    BinaryResults.assertDecoded(vector);
  }

  static List<Vector> binaryResponses() {
    return here(vector -> vector.isResponse() && vector.isBinary());
  }

  @ParameterizedTest(name = "{0}: {1}", allowZeroInvocations = true)
  @MethodSource("algorithms")
  void algorithm(Vector vector, String name, JsonNode recorded) {
    assumeTested(vector);
    check(ALGORITHMS.get(vector.type()), vector).accept(recorded);
  }

  static Stream<Arguments> algorithms() {
    return cases(vector -> !vector.isRequest() && !vector.isResponse());
  }

  private static List<Vector> here(Predicate<Vector> condition) {
    return Vector.where(condition.and(vector -> !TESTED_ELSEWHERE.containsKey(vector.number())));
  }

  private static Stream<Arguments> cases(Predicate<Vector> condition) {
    return here(condition).stream()
        .flatMap(vector ->
            vector.cases().stream()
                .map(recorded ->
                    Arguments.of(vector, recorded.path("case").asString(""), recorded)));
  }

  private static Consumer<JsonNode> check(@Nullable Consumer<JsonNode> check, Vector vector) {
    if (check == null) {
      throw new AssertionError("there is no check for " + vector + ", " + vector.type());
    }
    return check;
  }

  private static void assumeTested(Vector vector) {
    String reason = SKIPPED.get(vector.number());
    assumeFalse(reason != null, reason);
  }
}
