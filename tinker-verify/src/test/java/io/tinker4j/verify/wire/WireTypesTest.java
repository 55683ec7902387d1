package io.tinker4j.verify.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.transport.TinkerException;
import io.tinker4j.transport.operation.JsonCodec;
import io.tinker4j.verify.Spec;
import io.tinker4j.verify.golden.JsonValues;
import io.tinker4j.verify.wire.Documents.Document;
import java.util.SplittableRandom;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import tools.jackson.databind.node.ObjectNode;

/** Properties of every type of the spec. */
// readiness: A6, G3, J4, N0
class WireTypesTest {
  /** Mutants of each document; {@code -Pfuzz} makes a million of them. */
  private static final int MUTANTS = Integer.getInteger("fuzz.mutants", 10);

  @Property(tries = 3000, edgeCases = EdgeCasesMode.NONE)
  void everyType_readAndWritten_staysTheSame(@ForAll("documents") Document document) {
    Object value = JsonCodec.read(document.bytes(), type(document));
    byte[] written = JsonCodec.write(value);

    JsonValues.assertEqual(
        Canonical.of(document.type(), document.json()), Documents.MAPPER.readTree(written), "$");
    Object again = JsonCodec.read(written, type(document));
    assertThat(again).isEqualTo(value).hasSameHashCodeAs(value);
  }

  @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
  void everyType_withUnknownFields_readsTheSame(@ForAll("documents") Document document) {
    if (document.json() instanceof ObjectNode object && isClosed(document.type())) {
      ObjectNode more = object.deepCopy().put("from_a_newer_server", 1);
      more.putObject("and_another").putArray("x").add(true);

      assertThat(JsonCodec.read(Documents.MAPPER.writeValueAsBytes(more), type(document)))
          .isEqualTo(JsonCodec.read(document.bytes(), type(document)));
    }
  }

  /** Types whose properties are known; maps keep what they are given. */
  private static boolean isClosed(String type) {
    return Spec.schema(type).has("properties") || Spec.schema(type).has("discriminator");
  }

  @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void everyType_ofBrokenJson_isReadOrRefusedInOneWay(
      @ForAll("documents") Document document, @ForAll long seed) {
    Mutation mutation = new Mutation(new SplittableRandom(seed));
    for (int i = 0; i < MUTANTS; i++) {
      byte[] mutant = mutation.of(document);
      try {
        assertThat(JsonCodec.read(mutant, type(document))).isNotNull();
      } catch (TinkerException e) {
        assertThat(e).hasMessageContaining("not a valid");
      }
    }
  }

  @Provide
  Arbitrary<Document> documents() {
    return Documents.any();
  }

  private static Class<?> type(Document document) {
    return Spec.type(document.type());
  }
}
