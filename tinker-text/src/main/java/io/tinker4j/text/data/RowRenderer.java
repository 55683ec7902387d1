package io.tinker4j.text.data;

import io.tinker4j.text.chat.Message;
import io.tinker4j.text.renderer.Conversations;
import io.tinker4j.text.renderer.DatumOptions;
import io.tinker4j.text.renderer.Renderer;
import io.tinker4j.text.renderer.SupervisedExample;
import io.tinker4j.text.renderer.TrainOnWhat;
import io.tinker4j.types.Datum;
import io.tinker4j.types.EncodedTextChunk;
import io.tinker4j.types.ModelInputChunk;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.List;

/** From the text of a row to its examples. Safe for use by many threads. */
final class RowRenderer {
  private final Renderer renderer;
  private final RowFormat format;
  private final TrainOnWhat trainOn;
  private final DatumOptions options;
  private final int vocabularySize;

  RowRenderer(
      Renderer renderer,
      RowFormat format,
      TrainOnWhat trainOn,
      DatumOptions options,
      int vocabularySize) {
    this.renderer = renderer;
    this.format = format;
    this.trainOn = trainOn;
    this.options = options;
    this.vocabularySize = vocabularySize;
  }

  /** Returns the examples of a row that have something to learn; there is at least one. */
  List<SupervisedExample> examples(String row) {
    Conversation conversation = RowReader.conversation(row, format);
    TrainOnWhat what = conversation.saysWhatIsLearned() ? TrainOnWhat.CUSTOMIZED : trainOn;
    List<SupervisedExample> examples = new ArrayList<>();
    for (SupervisedExample example : rendered(conversation, what)) {
      if (!example.trainsOnNothing()) {
        checkTokens(example);
        examples.add(example);
      }
    }
    if (examples.isEmpty()) {
      throw new IllegalArgumentException(
          "nothing in the conversation is learned%s; its roles are %s"
              .formatted(
                  what == TrainOnWhat.CUSTOMIZED
                      ? ": weight or trainable leaves out every message"
                      : " with " + what.id(),
                  conversation.messages().stream().map(Message::role).toList()));
    }
    return examples;
  }

  /** What the format has no place for, such as tools, is the row's mistake here. */
  private List<SupervisedExample> rendered(Conversation conversation, TrainOnWhat what) {
    try {
      return rendered(withTools(conversation, what), what);
    } catch (UnsupportedOperationException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /**
   * Where a format writes a message differently once others follow, each message to be learned ends
   * an example of its own.
   */
  private List<SupervisedExample> rendered(List<Message> messages, TrainOnWhat what) {
    if (what != TrainOnWhat.CUSTOMIZED || renderer.hasExtensionProperty()) {
      return renderer.supervisedExamples(messages, what);
    }
    List<SupervisedExample> examples = new ArrayList<>();
    for (int last = 0; last < messages.size(); last++) {
      if (messages.get(last).trainable().orElse(false)) {
        List<Message> until = new ArrayList<>();
        for (int i = 0; i <= last; i++) {
          until.add(messages.get(i).toBuilder().trainable(i == last).build());
        }
        examples.add(renderer.supervisedExample(until, what));
      }
    }
    return examples;
  }

  Datum datum(SupervisedExample example) {
    return Conversations.toDatum(example, options);
  }

  /** Tools stand in front, in the messages that the format has for them. */
  private List<Message> withTools(Conversation conversation, TrainOnWhat what) {
    if (conversation.tools().isEmpty()) {
      return conversation.messages();
    }
    List<Message> rest = conversation.messages();
    String system = "";
    if (rest.get(0).role().equals("system")) {
      system = rest.get(0).text();
      rest = rest.subList(1, rest.size());
    }
    List<Message> messages = new ArrayList<>();
    for (Message message : renderer.conversationPrefix(conversation.tools(), system)) {
      messages.add(
          what == TrainOnWhat.CUSTOMIZED ? message.toBuilder().trainable(false).build() : message);
    }
    messages.addAll(rest);
    return messages;
  }

  private void checkTokens(SupervisedExample example) {
    for (ModelInputChunk chunk : example.modelInput().chunks()) {
      if (chunk instanceof EncodedTextChunk text) {
        IntBuffer tokens = text.tokens();
        while (tokens.hasRemaining()) {
          int token = tokens.get();
          if (token >= vocabularySize) {
            throw new IllegalArgumentException(
                "token %d is outside of the model's vocabulary of %d; the tokenizer is not the model's"
                    .formatted(token, vocabularySize));
          }
        }
      }
    }
  }
}
