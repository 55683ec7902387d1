package io.tinker4j.testkit.model;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Models and examples that the tests share. */
final class TestData {
  static final BaseModel BASE = BaseModel.of("test/tiny");
  static final Loss CROSS_ENTROPY = Loss.parse("cross_entropy", Map.of());

  /** Opening of "Alice's Adventures in Wonderland" (Lewis Carroll, 1865). */
  static final String TEXT =
      "Alice was beginning to get very tired of sitting by her sister on the bank, and of having"
          + " nothing to do: once or twice she had peeped into the book her sister was reading,"
          + " but it had no pictures or conversations in it, \"and what is the use of a book,\""
          + " thought Alice, \"without pictures or conversations?\" So she was considering in her"
          + " own mind (as well as she could, for the hot day made her feel very sleepy and"
          + " stupid), whether the pleasure of making a daisy-chain would be worth the trouble of"
          + " getting up and picking the daisies, when suddenly a White Rabbit with pink eyes ran"
          + " close by her.";

  private TestData() {}

  static LoraModel model(int rank) {
    return LoraModel.create(BASE, LoraSettings.of(rank, 7));
  }

  static int[] tokens(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int[] tokens = new int[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      tokens[i] = bytes[i] & 0xFF;
    }
    return tokens;
  }

  /** Next-token examples of a text, cut into pieces of the given length; the rest is dropped. */
  static List<Example> nextTokenExamples(String text, int length) {
    int[] all = tokens(text);
    List<Example> examples = new ArrayList<>();
    for (int start = 0; start + length < all.length; start += length) {
      examples.add(
          Example.builder(Arrays.copyOfRange(all, start, start + length))
              .targets(Arrays.copyOfRange(all, start + 1, start + length + 1))
              .build());
    }
    return examples;
  }

  /** Takes steps of cross entropy over the text, so that the adapters are no longer at zero. */
  static void train(LoraModel model, int steps) {
    List<Example> examples = nextTokenExamples(TEXT, 40).subList(0, 4);
    for (int i = 0; i < steps; i++) {
      model.forwardBackward(examples, CROSS_ENTROPY, LoraModel.SEQUENTIAL);
      model.optimStep(AdamSettings.of(0.01));
    }
  }
}
