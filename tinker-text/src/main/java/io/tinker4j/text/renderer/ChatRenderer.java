package io.tinker4j.text.renderer;

import io.tinker4j.text.chat.ContentPart;
import io.tinker4j.text.chat.Message;
import io.tinker4j.text.chat.ToolSpec;
import io.tinker4j.text.tokenizer.DecodeOptions;
import io.tinker4j.text.tokenizer.SpecialTokenText;
import io.tinker4j.text.tokenizer.Tokenizer;
import io.tinker4j.types.EncodedTextChunk;
import io.tinker4j.types.ImageChunk;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.StopCondition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What all renderers share: messages are rendered one by one to header and output, and put behind
 * each other with their weights. A format says how one message looks, and how an answer is read.
 */
abstract class ChatRenderer implements Renderer {
  private static final int MAX_HEADERS = 64;
  private static final List<String> THINKING_MARKS = List.of(Blocks.THINK_OPEN, Blocks.THINK_CLOSE);

  final Tokenizer tokenizer;
  final RendererOptions options;
  final MarkupEncoder encoder;
  private final String name;
  private final DecodeOptions decodeOptions;
  private final Map<Markup, EncodedTextChunk> headers = new ConcurrentHashMap<>();

  /**
   * Checks that the tokenizer has the format's tokens.
   *
   * @throws IllegalArgumentException when one is missing
   */
  ChatRenderer(RendererSetup setup, List<String> required) {
    this.name = setup.name();
    this.tokenizer = setup.tokenizer();
    this.options = setup.options();
    List<String> missing = new ArrayList<>();
    for (String token : required) {
      if (tokenizer.token(token).isEmpty()) {
        missing.add(token);
      }
    }
    if (!missing.isEmpty()) {
      throw new IllegalArgumentException(
          ("renderer %s does not fit the tokenizer, which has no token %s; use a renderer"
                  + " that is made for the model, see Renderers.recommended")
              .formatted(name, String.join(", ", missing)));
    }
    this.encoder = new MarkupEncoder(tokenizer, options.specialTokens());
    this.decodeOptions = new DecodeOptions(false, options.cleanUpSpaces());
  }

  /** Returns the marks in the text of the assistant that are its own to write. */
  List<String> ownMarks() {
    return THINKING_MARKS;
  }

  /** Returns the marks in a system message that tell the model how to call tools. */
  List<String> toolMarks() {
    return List.of();
  }

  /** Returns what a message says; users and tools write no marks. */
  final Markup said(Message message, String text) {
    return switch (message.role()) {
      case "assistant" -> new Markup().said(text, ownMarks());
      case "system" -> new Markup().said(text, toolMarks());
      default -> Markup.ofText(text);
    };
  }

  /** Returns how one message looks. */
  abstract Rendered render(Message message, Position position);

  /** Returns the conversation with what the format adds to each. */
  List<Message> prepare(List<Message> messages) {
    return messages;
  }

  /** Returns what the prompt ends with: by default the header of an empty message. */
  @Nullable EncodedTextChunk generationSuffix(String role, Position position) {
    return render(Message.of(role, ""), position).header();
  }

  /** Returns what the format lets every answer begin with. */
  String openingPrefill(List<Message> messages) {
    return "";
  }

  /** Returns whether the prompt closes the thinking block, so that no answer can have thinking. */
  boolean disablesThinking() {
    return false;
  }

  /** Returns the index of the first message of the turn that the model is asked for. */
  int lastTurnStart(List<Message> messages) {
    return lastUser(messages) + 1;
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public int[] beginTokens() {
    return Ints.NONE;
  }

  @Override
  public boolean supportsStreaming() {
    return false;
  }

  @Override
  public List<Message> conversationPrefix(List<ToolSpec> tools, String systemPrompt) {
    throw new UnsupportedOperationException(
        "the format of renderer " + name + " has no tools; use another model to call tools");
  }

  @Override
  public List<MessageDelta> parseStreaming(int... tokens) {
    throw noStreaming();
  }

  @Override
  public ResponseStream stream() {
    throw noStreaming();
  }

  private UnsupportedOperationException noStreaming() {
    return new UnsupportedOperationException(
        "renderer " + name + " cannot read an answer in parts; use parseResponse");
  }

  @Override
  public final ModelInput generationPrompt(List<Message> messages, Turn turn) {
    Objects.requireNonNull(turn, "turn");
    List<Message> prepared = prepare(List.copyOf(messages));
    return prompt(prepared, turn, new Position.Pass()).modelInput();
  }

  private Weighted prompt(List<Message> messages, Turn turn, Position.Pass pass) {
    Weighted chunks = new Weighted();
    chunks.add(EncodedTextChunk.of(beginTokens()), false);
    int turnStart = lastTurnStart(messages);
    int lastUser = lastUser(messages);
    for (int i = 0; i < messages.size(); i++) {
      Rendered rendered = render(messages.get(i), position(messages, i, lastUser, turnStart, pass));
      chunks.add(rendered.header(), false);
      rendered.output().forEach(chunk -> chunks.add(chunk, false));
    }
    Message previous = messages.isEmpty() ? null : messages.get(messages.size() - 1);
    Position next = new Position(messages.size(), true, previous, null, lastUser, true, pass);
    chunks.add(generationSuffix(turn.role(), next), false);
    String prefill = openingPrefill(messages) + turn.prefill();
    if (!prefill.isEmpty()) {
      chunks.add(EncodedTextChunk.of(encoder.encodeControl(prefill)), false);
    }
    return chunks;
  }

  private static Position position(
      List<Message> messages, int i, int lastUser, int turnStart, Position.Pass pass) {
    int end = messages.size() - 1;
    return new Position(
        i,
        i == end,
        i > 0 ? messages.get(i - 1) : null,
        i < end ? messages.get(i + 1) : null,
        lastUser,
        i >= turnStart,
        pass);
  }

  @Override
  public final SupervisedExample supervisedExample(List<Message> messages, TrainOnWhat what) {
    Objects.requireNonNull(what, "what");
    List<Message> prepared = prepare(List.copyOf(messages));
    if (!messages.isEmpty()) {
      requireFlags(prepared, what);
    }
    Position.Pass pass = new Position.Pass();
    Weighted chunks = new Weighted();
    chunks.add(EncodedTextChunk.of(beginTokens()), false);
    int end = prepared.size() - 1;
    int lastUser = lastUser(prepared);
    int turnStart = prepared.isEmpty() ? 0 : lastTurnStart(prepared.subList(0, end));
    for (int i = 0; i <= end; i++) {
      Message message = prepared.get(i);
      Position position = position(prepared, i, lastUser, turnStart, pass);
      Rendered rendered = render(message, position);
      boolean trained = isTrained(message, position, what);
      chunks.add(rendered.header(), what == TrainOnWhat.ALL_TOKENS);
      rendered.output().forEach(chunk -> chunks.add(chunk, trained));
      if (i == end) {
        chunks.add(rendered.overlap(), trained);
      }
    }
    float[] weights = chunks.weights();
    ModelInput input = chunks.modelInput();
    if (chunks.isText()) {
      withholdPrompt(prepared, what, input, weights, pass);
    }
    return SupervisedExample.owning(input, weights);
  }

  private void requireFlags(List<Message> messages, TrainOnWhat what) {
    for (int i = 0; i < messages.size(); i++) {
      boolean flagged = messages.get(i).trainable().isPresent();
      if (flagged && what != TrainOnWhat.CUSTOMIZED) {
        throw new IllegalArgumentException(
            ("message %d says trainable, which only TrainOnWhat.CUSTOMIZED reads; %s would"
                    + " train on others")
                .formatted(i, what));
      }
      if (!flagged && what == TrainOnWhat.CUSTOMIZED) {
        throw new IllegalArgumentException(
            "message %d (%s) does not say trainable; with TrainOnWhat.CUSTOMIZED each has to"
                .formatted(i, messages.get(i).role()));
      }
    }
  }

  private static boolean isTrained(Message message, Position position, TrainOnWhat what) {
    boolean assistant = message.role().equals("assistant");
    return switch (what) {
      case LAST_ASSISTANT_MESSAGE -> position.last() && assistant;
      case LAST_ASSISTANT_TURN -> assistant && position.inLastTurn();
      case ALL_ASSISTANT_MESSAGES -> assistant;
      case ALL_MESSAGES, ALL_TOKENS -> true;
      case ALL_USER_AND_SYSTEM_MESSAGES ->
          message.role().equals("user") || message.role().equals("system");
      case CUSTOMIZED -> message.trainable().orElse(false);
    };
  }

  /**
   * A prompt may end with more than the header, such as an open thinking block. The model is given
   * that and has not to learn it.
   */
  private void withholdPrompt(
      List<Message> messages,
      TrainOnWhat what,
      ModelInput input,
      float[] weights,
      Position.Pass pass) {
    int boundary =
        switch (what) {
          case LAST_ASSISTANT_MESSAGE -> messages.size() - 1;
          case LAST_ASSISTANT_TURN -> lastUser(messages) + 1;
          default -> -1;
        };
    if (boundary < 0
        || boundary >= messages.size()
        || !messages.get(boundary).role().equals("assistant")) {
      return;
    }
    int[] prompt =
        prompt(messages.subList(0, boundary), Turn.ASSISTANT, pass).modelInput().toInts();
    if (Ints.startsWith(input.toInts(), prompt)) {
      Arrays.fill(weights, 0, prompt.length, 0f);
    } else if (disablesThinking()) {
      throw new IllegalArgumentException(
          ("renderer %s has thinking turned off, but the assistant's message has thinking; use the"
                  + " renderer of the same model with thinking, or take it out of the message")
              .formatted(name));
    }
  }

  @Override
  public List<SupervisedExample> supervisedExamples(List<Message> messages, TrainOnWhat what) {
    if (hasExtensionProperty()) {
      return List.of(supervisedExample(messages, what));
    }
    int first =
        switch (what) {
          case LAST_ASSISTANT_MESSAGE -> indexOfLast(messages);
          case LAST_ASSISTANT_TURN -> lastTurnStart(messages);
          case ALL_ASSISTANT_MESSAGES -> 0;
          case ALL_MESSAGES, ALL_TOKENS, ALL_USER_AND_SYSTEM_MESSAGES, CUSTOMIZED ->
              throw new UnsupportedOperationException(
                  ("renderer %s writes a message differently once others follow, so that %s"
                          + " cannot be split into examples; train on the assistant's messages, or"
                          + " use supervisedExample")
                      .formatted(name, what));
        };
    List<SupervisedExample> examples = new ArrayList<>();
    for (int i = first; i < messages.size(); i++) {
      if (messages.get(i).role().equals("assistant")) {
        examples.add(
            supervisedExample(messages.subList(0, i + 1), TrainOnWhat.LAST_ASSISTANT_MESSAGE));
      }
    }
    return examples;
  }

  private static int indexOfLast(List<Message> messages) {
    if (messages.isEmpty()) {
      throw new IllegalArgumentException("there is no last message in a conversation of none");
    }
    return messages.size() - 1;
  }

  static int lastUser(List<Message> messages) {
    for (int i = messages.size() - 1; i >= 0; i--) {
      if (messages.get(i).role().equals("user")) {
        return i;
      }
    }
    return -1;
  }

  /** Returns a message that the format adds; it is not learned where messages have to say so. */
  static Message added(String role, String text, List<Message> conversation) {
    Message.Builder message = Message.builder(role).text(text);
    if (conversation.stream().anyMatch(other -> other.trainable().isPresent())) {
      message.trainable(false);
    }
    return message.build();
  }

  static boolean isText(Message message) {
    return !message.hasParts()
        || (message.parts().size() == 1 && message.parts().get(0) instanceof ContentPart.Text);
  }

  /** Returns the text of a message whose content is text and nothing else. */
  static String textOnly(Message message) {
    if (isText(message)) {
      return message.text();
    }
    throw new IllegalArgumentException(
        "a message of role %s must be text here, but has %d parts"
            .formatted(message.role(), message.parts().size()));
  }

  static boolean hasThinking(Message message) {
    return message.hasParts()
        ? message.parts().stream().anyMatch(ContentPart.Thinking.class::isInstance)
        : message.text().contains("<think>");
  }

  /** Encodes a header; there are few, and they are kept. */
  final EncodedTextChunk header(Markup markup) {
    EncodedTextChunk known = headers.get(markup);
    if (known != null) {
      return known;
    }
    EncodedTextChunk chunk = EncodedTextChunk.of(encoder.encode(markup));
    if (headers.size() < MAX_HEADERS) {
      headers.put(markup, chunk);
    }
    return chunk;
  }

  /** Encodes what a message says. */
  final EncodedTextChunk output(Markup markup, Position position) {
    EncodedTextChunk known = position.pass().get(markup);
    if (known != null) {
      return known;
    }
    EncodedTextChunk chunk = EncodedTextChunk.of(encoder.encode(markup));
    position.pass().put(markup, chunk);
    return chunk;
  }

  /** Returns whether the models of the format see images. */
  boolean seesImages() {
    return true;
  }

  /** Encodes an image with what the user has given for that. */
  final ImageChunk image(ContentPart.Image image) {
    if (!seesImages()) {
      throw new IllegalArgumentException(
          "a message has an image, but the models of renderer " + name + " see none");
    }
    return options
        .images()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "a message has an image; set RendererOptions.images to what makes images tokens"))
        .encode(image);
  }

  /** Returns a control token; the constructor has made sure that there is one. */
  final int control(String token) {
    return tokenizer
        .token(token)
        .orElseThrow(() -> new IllegalArgumentException("the tokenizer has no token " + token));
  }

  final String decode(int[] tokens) {
    return tokenizer.decode(tokens, decodeOptions);
  }

  final boolean safe() {
    return encoder.mode() == SpecialTokenText.AS_TEXT;
  }

  static StopCondition stopAt(int... tokens) {
    return StopCondition.tokens(tokens);
  }
}
