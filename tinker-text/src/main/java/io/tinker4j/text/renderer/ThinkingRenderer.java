package io.tinker4j.text.renderer;

import io.tinker4j.text.chat.Message;
import io.tinker4j.text.chat.ToolCall;
import io.tinker4j.types.StopCondition;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What formats share whose answers have {@code <think>} blocks and end with one token. */
abstract class ThinkingRenderer extends ChatRenderer {
  private final int stop;
  private final boolean strips;

  ThinkingRenderer(RendererSetup setup, String stop, boolean strips, List<String> required) {
    super(setup, required);
    this.stop = control(stop);
    this.strips = !setup.options().thinkingInHistory().orElse(!strips);
  }

  /** Returns whether earlier messages lose their thinking. */
  final boolean strips() {
    return strips;
  }

  final int stopToken() {
    return stop;
  }

  /** Takes an answer's text apart. */
  abstract void parse(Draft draft);

  /** Returns what a prompt has given of the answer, to be put in front of it. */
  int[] promptedThinking() {
    return Ints.NONE;
  }

  /** Returns the token that ends thinking, -1 when the tokenizer has none. */
  int endOfThinking() {
    return -1;
  }

  /** Puts the beginning of the thinking block back that the prompt has given. */
  private int[] complete(int[] response) {
    int[] given = promptedThinking();
    return given.length > 0
            && !Ints.startsWith(response, given)
            && Ints.indexOf(response, endOfThinking()) >= 0
        ? Ints.concat(given, response)
        : response;
  }

  @Override
  public StopCondition stop() {
    return stopAt(stop);
  }

  @Override
  public boolean hasExtensionProperty() {
    return !strips;
  }

  @Override
  public boolean supportsStreaming() {
    return true;
  }

  @Override
  public final ParsedResponse parseResponse(int... tokens) {
    StopToken answer = StopToken.cut(complete(tokens), stop);
    Draft draft = new Draft(decode(answer.tokens()));
    if (answer.termination().isClean()) {
      parse(draft);
    }
    return new ParsedResponse(draft.toMessage(), answer.termination());
  }

  @Override
  public final List<MessageDelta> parseStreaming(int... tokens) {
    return ReasoningStream.list(newStream(), complete(tokens));
  }

  private ReasoningStream newStream() {
    return new ReasoningStream(stop, this::decode, this::parseWhatThereIs);
  }

  private Message parseWhatThereIs(int[] tokens) {
    Draft draft = new Draft(decode(StopToken.cut(tokens, stop).tokens()));
    parse(draft);
    return draft.toMessage();
  }

  @Override
  public final ResponseStream stream() {
    return ReasoningStream.asResponse(
        newStream(), opensThinking() ? promptedThinking() : Ints.NONE);
  }

  /** Returns whether the prompt ends in an open thinking block. */
  boolean opensThinking() {
    return promptedThinking().length > 0 && !disablesThinking();
  }

  @Override
  public Map<String, @Nullable Object> toOpenAi(Message message) {
    return OpenAi.withReasoning(message, this::openAiArguments);
  }

  /** Returns the arguments as the model's template takes them. */
  @Nullable Object openAiArguments(ToolCall call) {
    return call.arguments();
  }
}
