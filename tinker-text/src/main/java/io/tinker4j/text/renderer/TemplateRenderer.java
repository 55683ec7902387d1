package io.tinker4j.text.renderer;

import io.tinker4j.text.chat.ContentPart;
import io.tinker4j.text.chat.Message;
import io.tinker4j.text.chat.ToolCall;
import io.tinker4j.text.chat.ToolSpec;
import io.tinker4j.text.tokenizer.DecodeOptions;
import io.tinker4j.text.tokenizer.SpecialTokenText;
import io.tinker4j.text.tokenizer.Tokenizer;
import io.tinker4j.types.EncodedTextChunk;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.StopCondition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Whatever the model's own chat template writes. Where a message begins and ends is found by
 * rendering the conversation up to it; a template that writes earlier messages differently once
 * others follow can be trained on its last message only. Tools stand in a message of their own,
 * {@link OfferedTools}, and are handed to the template beside the others.
 */
final class TemplateRenderer implements Renderer {
  private final String name;
  private final Tokenizer tokenizer;
  private final ChatTemplateFunction template;
  private final MarkupEncoder encoder;
  private final DecodeOptions decodeOptions;
  private final SpecialTokenShield shield;

  TemplateRenderer(RendererSetup setup) {
    this.name = setup.name();
    this.tokenizer = setup.tokenizer();
    this.template =
        setup.options().template().orElseGet(() -> OwnTemplate.of(setup.name(), setup.tokenizer()));
    this.encoder = new MarkupEncoder(tokenizer, setup.options().specialTokens());
    this.decodeOptions = new DecodeOptions(false, setup.options().cleanUpSpaces());
    this.shield =
        setup.options().specialTokens() == SpecialTokenText.AS_TEXT
            ? new SpecialTokenShield(tokenizer.specialTokens().keySet())
            : new SpecialTokenShield(List.of());
  }

  @Override
  public String name() {
    return name;
  }

  /** A conversation, and the tools that it offers as JSON values. */
  private record Chat(List<Map<String, @Nullable Object>> tools, List<Message> messages) {
    Chat first(int count) {
      return new Chat(tools, messages.subList(0, count));
    }

    int size() {
      return messages.size();
    }

    boolean isAssistant(int i) {
      return messages.get(i).role().equals("assistant");
    }
  }

  @SuppressWarnings("unchecked") // maps stay maps
  private Chat chat(List<Message> messages) {
    if (!OfferedTools.isOffered(messages)) {
      return new Chat(List.of(), messages);
    }
    List<Map<String, @Nullable Object>> tools = new ArrayList<>();
    for (Map<String, @Nullable Object> tool : OfferedTools.of(messages)) {
      tools.add((Map<String, @Nullable Object>) shield.coverJson(tool));
    }
    return new Chat(tools, messages.subList(1, messages.size()));
  }

  private String text(Chat chat, boolean prompt) {
    List<Map<String, @Nullable Object>> json = new ArrayList<>(chat.size());
    for (Message message : chat.messages()) {
      json.add(toOpenAi(shield.cover(message)));
    }
    return chat.tools().isEmpty()
        ? template.render(json, prompt)
        : template.render(json, chat.tools(), prompt);
  }

  private EncodedTextChunk encode(String text) {
    return EncodedTextChunk.of(encoder.encode(shield.uncover(text)));
  }

  @Override
  public ModelInput generationPrompt(List<Message> messages, Turn turn) {
    if (!turn.role().equals("assistant")) {
      throw new IllegalArgumentException(
          "a chat template begins messages of the assistant only, not of role " + turn.role());
    }
    EncodedTextChunk prompt = encode(text(chat(messages), true));
    List<EncodedTextChunk> chunks = new ArrayList<>();
    if (prompt.length() > 0) {
      chunks.add(prompt);
    }
    if (!turn.prefill().isEmpty()) {
      chunks.add(EncodedTextChunk.of(encoder.encodeControl(turn.prefill())));
    }
    return ModelInput.of(chunks);
  }

  @Override
  public SupervisedExample supervisedExample(List<Message> messages, TrainOnWhat what) {
    return supervisedExample(chat(messages), what);
  }

  private SupervisedExample supervisedExample(Chat chat, TrainOnWhat what) {
    if (chat.messages().isEmpty()) {
      throw new IllegalArgumentException(
          "there is no message; a chat template writes a conversation of at least one");
    }
    String all = text(chat, false);
    Weighted chunks = new Weighted();
    int done = 0;
    for (int i = 0; i < chat.size(); i++) {
      if (isTrained(chat.messages(), i, what)) {
        int start = boundary(all, chat, i, what);
        int end = i + 1 == chat.size() ? all.length() : end(all, chat, i);
        chunks.add(encode(all.substring(done, start)), what == TrainOnWhat.ALL_TOKENS);
        chunks.add(encode(all.substring(start, end)), true);
        done = end;
      }
    }
    chunks.add(encode(all.substring(done)), what == TrainOnWhat.ALL_TOKENS);
    return SupervisedExample.owning(chunks.modelInput(), chunks.weights());
  }

  private static boolean isTrained(List<Message> messages, int i, TrainOnWhat what) {
    Message message = messages.get(i);
    boolean assistant = message.role().equals("assistant");
    return switch (what) {
      case LAST_ASSISTANT_MESSAGE -> assistant && i == messages.size() - 1;
      case LAST_ASSISTANT_TURN -> assistant && i > ChatRenderer.lastUser(messages);
      case ALL_ASSISTANT_MESSAGES -> assistant;
      case ALL_MESSAGES, ALL_TOKENS -> true;
      case ALL_USER_AND_SYSTEM_MESSAGES ->
          message.role().equals("user") || message.role().equals("system");
      case CUSTOMIZED ->
          message
              .trainable()
              .orElseThrow(() ->
                  new IllegalArgumentException(
                      ("message %d (%s) does not say trainable; with TrainOnWhat.CUSTOMIZED"
                              + " each has to")
                          .formatted(i, message.role())));
    };
  }

  /** Returns where what a message says begins; other roles than the assistant have no header. */
  private int boundary(String all, Chat chat, int i, TrainOnWhat what) {
    boolean assistant = chat.isAssistant(i);
    if (i == 0 && assistant) {
      throw new IllegalArgumentException(
          "the assistant begins the conversation, and a chat template writes no prompt without a"
              + " message; put one in front, or use a renderer made for the model");
    }
    String before = i == 0 && !assistant ? "" : text(chat.first(i), assistant);
    return prefix(all, before, i, what);
  }

  private int end(String all, Chat chat, int i) {
    return prefix(all, text(chat.first(i + 1), false), i, TrainOnWhat.ALL_MESSAGES);
  }

  private int prefix(String all, String prefix, int i, TrainOnWhat what) {
    if (!all.startsWith(prefix)) {
      throw new IllegalArgumentException(
          ("the template writes what is in front of message %d differently once it follows, so that"
                  + " %s cannot be marked; use supervisedExamples or a renderer made for the model")
              .formatted(i, what));
    }
    return prefix.length();
  }

  @Override
  public List<SupervisedExample> supervisedExamples(List<Message> messages, TrainOnWhat what) {
    Chat chat = chat(messages);
    List<SupervisedExample> examples = new ArrayList<>();
    for (int i = 0; i < chat.size(); i++) {
      boolean trained = isTrained(chat.messages(), i, what);
      if (trained && chat.isAssistant(i)) {
        examples.add(supervisedExample(chat.first(i + 1), TrainOnWhat.LAST_ASSISTANT_MESSAGE));
      } else if (trained) {
        throw new UnsupportedOperationException(
            ("message %d is not the assistant's, so that there is no prompt to learn it"
                    + " behind; use supervisedExample")
                .formatted(i));
      }
    }
    return examples;
  }

  @Override
  public StopCondition stop() {
    OptionalInt end = tokenizer.endOfSequence();
    return StopCondition.tokens(
        end.orElseThrow(() ->
            new UnsupportedOperationException(
                "the tokenizer names no token that ends a sequence; give a stop condition")));
  }

  @Override
  public int[] beginTokens() {
    return Ints.NONE;
  }

  /** A template may write anything. */
  @Override
  public boolean hasExtensionProperty() {
    return false;
  }

  @Override
  public boolean supportsStreaming() {
    return tokenizer.endOfSequence().isPresent();
  }

  @Override
  public List<Message> conversationPrefix(List<ToolSpec> tools, String systemPrompt) {
    List<Message> prefix = new ArrayList<>();
    if (!tools.isEmpty()) {
      prefix.add(OfferedTools.message(tools));
    }
    if (!systemPrompt.isEmpty()) {
      prefix.add(Message.system(systemPrompt));
    }
    return prefix;
  }

  @Override
  public ParsedResponse parseResponse(int... tokens) {
    OptionalInt end = tokenizer.endOfSequence();
    StopToken answer =
        end.isPresent() ? StopToken.cut(tokens, end.getAsInt()) : StopToken.unended(tokens);
    Draft draft = new Draft(decode(answer.tokens()));
    if (answer.termination().isClean()) {
      parse(draft);
    }
    return new ParsedResponse(draft.toMessage(), answer.termination());
  }

  private String decode(int[] tokens) {
    return tokenizer.decode(tokens, decodeOptions);
  }

  private static void parse(Draft draft) {
    String content = draft.text;
    Blocks.thinkingAndCalls(draft);
    draft.addUnparsed(Markers.unterminated(content, Blocks.TOOL_OPEN, Blocks.TOOL_CLOSE));
  }

  private ReasoningStream newStream() {
    int stop =
        tokenizer
            .endOfSequence()
            .orElseThrow(() ->
                new UnsupportedOperationException(
                    "the tokenizer names no token that ends a sequence"));
    return new ReasoningStream(
        stop,
        this::decode,
        tokens -> {
          boolean ended = tokens.length > 0 && tokens[tokens.length - 1] == stop;
          int[] said = ended ? Arrays.copyOf(tokens, tokens.length - 1) : tokens;
          Draft draft = new Draft(decode(said));
          parse(draft);
          return draft.toMessage();
        });
  }

  @Override
  public List<MessageDelta> parseStreaming(int... tokens) {
    return ReasoningStream.list(newStream(), tokens);
  }

  @Override
  public ResponseStream stream() {
    return ReasoningStream.asResponse(newStream(), Ints.NONE);
  }

  @Override
  public Map<String, @Nullable Object> toOpenAi(Message message) {
    if (message.parts().stream().anyMatch(ContentPart.Image.class::isInstance)) {
      return message.toMap();
    }
    return OpenAi.withReasoning(message, ToolCall::arguments);
  }
}
