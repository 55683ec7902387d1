package io.tinker4j.text.renderer;

import io.tinker4j.text.chat.Message;
import io.tinker4j.text.chat.ToolSpec;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.StopCondition;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes conversations as tokens in the form that a model has learned, and reads its answers.
 *
 * <p>{@link Renderers} makes the renderers of known models. An implementation of one's own can be
 * registered there. Implementations are safe for use by many threads.
 *
 * <p>Everything that takes messages throws {@code IllegalArgumentException} when the format has no
 * place for one: a role or a part of content that it does not know, an image without an {@link
 * ImageEncoder}, arguments of a tool call that are no JSON where the format takes them apart.
 */
public interface Renderer {
  /** Returns the name that {@link Renderers} knows it by. */
  String name();

  /** Returns a prompt that ends where the assistant's answer begins. */
  default ModelInput generationPrompt(List<Message> messages) {
    return generationPrompt(messages, Turn.ASSISTANT);
  }

  /** Returns a prompt that ends where the model is to go on; the last message may be anyone's. */
  ModelInput generationPrompt(List<Message> messages, Turn turn);

  /**
   * Returns the whole conversation with a weight for each token.
   *
   * <p>With {@link TrainOnWhat#LAST_ASSISTANT_MESSAGE} and {@link TrainOnWhat#LAST_ASSISTANT_TURN}
   * no token has a weight that the generation prompt would have given. When nothing in the
   * conversation is to be learned all weights are 0. Without a message it is what the format begins
   * with, which may be no token.
   *
   * @throws IllegalArgumentException also when messages say {@code trainable} and {@code what} is
   *     not {@link TrainOnWhat#CUSTOMIZED}, or one does not and it is; when the assistant's message
   *     has thinking that the generation prompt rules out; when a chat template is given no message
   */
  SupervisedExample supervisedExample(List<Message> messages, TrainOnWhat what);

  /**
   * Returns the examples that teach each turn in the context that sampling will give it: one where
   * a longer conversation begins with the shorter one's tokens, else one per message or turn to be
   * learned. Empty when nothing is to be learned.
   *
   * @throws IllegalArgumentException as {@link #supervisedExample}; also without a message, for the
   *     last message of a format that writes earlier ones differently
   * @throws UnsupportedOperationException when what is to be learned has no such context, as the
   *     user's messages have none
   */
  List<SupervisedExample> supervisedExamples(List<Message> messages, TrainOnWhat what);

  /** Returns where sampling has to stop. */
  StopCondition stop();

  /** Returns the tokens that begin a sequence, often none. */
  int[] beginTokens();

  /**
   * Returns whether the prompt of each turn begins with the tokens of the turn before, so that one
   * example can hold all turns.
   */
  boolean hasExtensionProperty();

  /** Returns whether {@link #parseStreaming} and {@link #stream} are supported. */
  boolean supportsStreaming();

  /**
   * Returns the messages to begin a conversation with that offers these tools.
   *
   * @param systemPrompt empty for none
   * @throws UnsupportedOperationException when the format has no tools, for a chat template of
   *     one's own when it is rendered
   */
  List<Message> conversationPrefix(List<ToolSpec> tools, String systemPrompt);

  /**
   * Reads a sampled answer, stop token included. Takes any tokens: what makes no sense is {@link
   * Termination#MALFORMED}, with what there is as text.
   */
  ParsedResponse parseResponse(int... tokens);

  /**
   * Reads a whole answer in the steps in which it could be shown. Other than {@link #parseResponse}
   * it takes an answer apart that has no end.
   *
   * @throws UnsupportedOperationException when it is not supported
   */
  List<MessageDelta> parseStreaming(int... tokens);

  /**
   * Returns a reader of an answer that is still being sampled. The last delta is that of {@link
   * #parseStreaming}; an answer to a prompt that ends in an open thinking block begins as thinking.
   *
   * @throws UnsupportedOperationException when it is not supported
   */
  ResponseStream stream();

  /**
   * Returns a message as the model's chat template expects it, in the form of OpenAI's chat
   * completions.
   *
   * @throws UnsupportedOperationException when the message has parts that the form cannot hold
   */
  Map<String, @Nullable Object> toOpenAi(Message message);
}
