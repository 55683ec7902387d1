package io.tinker4j.verify.wire;

import io.tinker4j.verify.wire.Documents.Document;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Breaks documents: as trees, where the text stays JSON, and as bytes, where it rarely does. */
final class Mutation {
  private static final List<String> JUNK =
      List.of(
          "null",
          "true",
          "-1",
          "1e999",
          "NaN",
          "1e-400",
          "9223372036854775808",
          "123456789012345678901234567890",
          "2.5",
          "\"\"",
          "\"\\ud800\"",
          "\"text\"",
          "\"9999999999\"",
          "[]",
          "{}",
          "[null]",
          "[[1,2],3]",
          "[\"a\",1,{}]",
          "{\"type\":1}",
          "{\"type\":\"encoded_text\"}",
          "[".repeat(2000));

  private final SplittableRandom random;

  Mutation(SplittableRandom random) {
    this.random = random;
  }

  byte[] of(Document document) {
    String text = document.json().toString();
    return switch (random.nextInt(4)) {
      case 0 -> bytes(document.bytes());
      case 1 -> truncated(document.bytes());
      default -> replaced(document.json().deepCopy(), text);
    };
  }

  private byte[] bytes(byte[] valid) {
    byte[] mutant = valid.clone();
    for (int i = random.nextInt(4); i >= 0 && mutant.length > 0; i--) {
      mutant[random.nextInt(mutant.length)] = (byte) random.nextInt(256);
    }
    return mutant;
  }

  private byte[] truncated(byte[] valid) {
    return Arrays.copyOf(valid, random.nextInt(valid.length + 1));
  }

  /** Puts junk in the place of some value, or takes a property away. */
  private byte[] replaced(JsonNode tree, String text) {
    List<Runnable> places = new ArrayList<>();
    collect(tree, places);
    if (places.isEmpty()) {
      return junk().getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }
    places.get(random.nextInt(places.size())).run();
    String mutant = tree.toString().replace("\"@@\"", junk());
    return (mutant.equals(text) ? junk() : mutant)
        .getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }

  private String junk() {
    return JUNK.get(random.nextInt(JUNK.size()));
  }

  private void collect(JsonNode node, List<Runnable> places) {
    if (node instanceof ObjectNode object) {
      for (String name : List.copyOf(object.propertyNames())) {
        places.add(() -> object.put(name, "@@"));
        places.add(() -> object.remove(name));
        collect(object.get(name), places);
      }
    } else if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        int index = i;
        places.add(() -> array.set(index, "@@"));
        collect(array.get(i), places);
      }
    }
  }
}
