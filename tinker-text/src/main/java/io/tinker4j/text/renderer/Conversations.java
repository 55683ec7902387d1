package io.tinker4j.text.renderer;

import io.tinker4j.text.chat.Message;
import io.tinker4j.types.Datum;
import io.tinker4j.types.EncodedTextChunk;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.ModelInputChunk;
import io.tinker4j.types.TensorData;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes training examples of conversations. */
public final class Conversations {
  private Conversations() {}

  /**
   * Returns the training example of a conversation: the model reads all tokens but the last, and
   * learns to say all but the first.
   *
   * @throws IllegalArgumentException when there is no message, the renderer refuses the
   *     conversation, there are fewer than two tokens, or there is nothing to learn
   */
  public static Datum toDatum(List<Message> messages, Renderer renderer, DatumOptions options) {
    requireMessage(messages);
    SupervisedExample example = renderer.supervisedExample(messages, options.trainOn());
    if (!options.allowsNothingToLearn() && example.trainsOnNothing()) {
      throw nothingToLearn(messages, options);
    }
    return toDatum(example, options);
  }

  private static void requireMessage(List<Message> messages) {
    if (messages.isEmpty()) {
      throw new IllegalArgumentException("the conversation has no message to learn from");
    }
  }

  private static IllegalArgumentException nothingToLearn(
      List<Message> messages, DatumOptions options) {
    return new IllegalArgumentException(
        ("the conversation has nothing to learn with %s: its roles are %s; let it end"
                + " with a message of the assistant, or train on something else")
            .formatted(options.trainOn(), messages.stream().map(Message::role).toList()));
  }

  /**
   * Returns the training examples of a conversation, as many as {@link Renderer#supervisedExamples}
   * has; each teaches its turn in the context that sampling will give it.
   *
   * @throws IllegalArgumentException when there is no message, the renderer refuses the
   *     conversation, or there is nothing to learn
   */
  public static List<Datum> toData(
      List<Message> messages, Renderer renderer, DatumOptions options) {
    requireMessage(messages);
    List<Datum> data = new ArrayList<>();
    for (SupervisedExample example : renderer.supervisedExamples(messages, options.trainOn())) {
      if (options.allowsNothingToLearn() || !example.trainsOnNothing()) {
        data.add(toDatum(example, options));
      }
    }
    if (data.isEmpty() && !options.allowsNothingToLearn()) {
      throw nothingToLearn(messages, options);
    }
    return data;
  }

  /**
   * Returns the training example of tokens with weights; {@code trainOn} has no effect.
   *
   * @throws IllegalArgumentException when there are fewer than two tokens, or {@code maxLength}
   *     cuts off everything that is to be learned
   */
  public static Datum toDatum(SupervisedExample example, DatumOptions options) {
    List<ModelInputChunk> chunks = cut(example.modelInput(), options);
    int length = ModelInput.of(chunks).length();
    if (length < 2) {
      throw new IllegalArgumentException(
          "there are %d tokens; an example needs at least 2, one to read and one to learn"
              .formatted(length));
    }
    float[] weights = Arrays.copyOfRange(example.weights(), 1, length);
    float total = sum(weights);
    if (total == 0 && !options.allowsNothingToLearn()) {
      throw new IllegalArgumentException(
          "none of the first %d tokens is to be learned; raise maxLength or drop the conversation"
              .formatted(length));
    }
    if (options.reduction() == DatumOptions.Reduction.MEAN && total > 0) {
      for (int i = 0; i < weights.length; i++) {
        weights[i] /= total;
      }
    }
    Map<String, TensorData> inputs = new LinkedHashMap<>();
    inputs.put(Datum.WEIGHTS, TensorData.of(weights));
    inputs.put(Datum.TARGET_TOKENS, TensorData.of(targets(chunks, length)));
    return Datum.of(withoutLast(chunks), inputs);
  }

  private static float sum(float[] weights) {
    double total = 0;
    for (float weight : weights) {
      total += weight;
    }
    return (float) total;
  }

  /** Returns the chunks that fit; the last is text, since an image is nothing to learn. */
  private static List<ModelInputChunk> cut(ModelInput input, DatumOptions options) {
    List<ModelInputChunk> chunks = new ArrayList<>(input.chunks());
    int length = input.length();
    int max = options.maxLength().orElse(length);
    while (length > max) {
      ModelInputChunk last = chunks.remove(chunks.size() - 1);
      length -= length(last);
      if (length < max && last instanceof EncodedTextChunk text) {
        chunks.add(first(text, max - length));
        length = max;
      }
    }
    chunks.removeIf(chunk -> chunk instanceof EncodedTextChunk text && text.length() == 0);
    while (!chunks.isEmpty() && !(chunks.get(chunks.size() - 1) instanceof EncodedTextChunk)) {
      chunks.remove(chunks.size() - 1);
    }
    return chunks;
  }

  private static int length(ModelInputChunk chunk) {
    return ModelInput.of(List.of(chunk)).length();
  }

  private static EncodedTextChunk first(EncodedTextChunk text, int count) {
    int[] tokens = new int[count];
    text.tokens().get(tokens);
    return EncodedTextChunk.of(tokens);
  }

  private static ModelInput withoutLast(List<ModelInputChunk> chunks) {
    List<ModelInputChunk> shorter = new ArrayList<>(chunks);
    EncodedTextChunk last = (EncodedTextChunk) shorter.remove(shorter.size() - 1);
    if (last.length() > 1) {
      shorter.add(first(last, last.length() - 1));
    }
    return ModelInput.of(shorter);
  }

  /** An image is no token to predict; its places hold 0. */
  private static long[] targets(List<ModelInputChunk> chunks, int length) {
    long[] targets = new long[length - 1];
    int at = -1;
    for (ModelInputChunk chunk : chunks) {
      if (chunk instanceof EncodedTextChunk text) {
        IntBuffer tokens = text.tokens();
        for (; tokens.hasRemaining(); at++) {
          int token = tokens.get();
          if (at >= 0) {
            targets[at] = token;
          }
        }
      } else {
        at += length(chunk);
      }
    }
    return targets;
  }
}
