package io.tinker4j.text.renderer;

import io.tinker4j.text.chat.Message;
import io.tinker4j.text.chat.ToolCall;
import io.tinker4j.text.chat.ToolSpec;
import io.tinker4j.types.StopCondition;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The form of gpt-oss, called Harmony: channels for thinking, calls of tools, and the answer. */
final class GptOssRenderer extends ChatRenderer {
  static final String MESSAGE = "<|message|>";
  static final String START = "<|start|>";
  static final String CHANNEL = "<|channel|>";
  static final String END = "<|end|>";
  static final String RETURN = "<|return|>";
  static final String CALL = "<|call|>";
  private static final String CONSTRAIN = "<|constrain|>";
  // A system message of a conversation is the developer's; this role is the system's own.
  private static final String OWN_SYSTEM = "_gptoss_internal_system";

  private final @Nullable String effort;

  /**
   * Makes a renderer.
   *
   * @param effort how much the model is asked to think, null for no system prompt at all
   */
  GptOssRenderer(RendererSetup setup, @Nullable String effort) {
    super(setup, List.of(START, MESSAGE, CHANNEL, END, RETURN, CALL, CONSTRAIN));
    this.effort = effort;
  }

  @Override
  List<Message> prepare(List<Message> messages) {
    if (effort == null) {
      return messages;
    }
    LocalDate date = options.currentDate().orElseGet(() -> LocalDate.now(ZoneId.systemDefault()));
    List<Message> all = new ArrayList<>(messages.size() + 1);
    all.add(added(OWN_SYSTEM, systemPrompt(date, effort), messages));
    all.addAll(messages);
    return all;
  }

  private static String systemPrompt(LocalDate date, String effort) {
    return """
    You are ChatGPT, a large language model trained by OpenAI.
    Knowledge cutoff: 2024-06
    Current date: %s

    Reasoning: %s

    # Valid channels: analysis, commentary, final. Channel must be included for every message.\
    """
        .formatted(date, effort);
  }

  @Override
  Rendered render(Message message, Position position) {
    Markup header = Markup.ofFixed(START);
    Markup output = new Markup();
    switch (message.role()) {
      case "assistant" -> {
        header.fixed("assistant");
        answer(message, position, output);
      }
      case "tool" -> {
        header.text(toolName(message)).fixed(" to=assistant");
        output.fixed(CHANNEL + "commentary" + MESSAGE).text(textOnly(message)).fixed(END);
        // Names of tools are many; headers are kept for roles, which are few.
        return Rendered.of(output(header, position), output(output, position));
      }
      case "system" -> {
        header.fixed("developer");
        output.fixed(MESSAGE + "# Instructions\n\n").text(textOnly(message)).fixed("\n\n" + END);
      }
      default -> {
        header.text(message.role().equals(OWN_SYSTEM) ? "system" : message.role());
        output.fixed(MESSAGE).text(textOnly(message)).fixed(END);
      }
    }
    return Rendered.of(header(header), output(output, position));
  }

  private static String toolName(Message message) {
    String name = message.name().filter(given -> !given.isEmpty()).orElse("unknown");
    return name.startsWith("functions.") ? name : "functions." + name;
  }

  private static void answer(Message message, Position position, Markup output) {
    String thinking = message.thinking();
    String text = message.text();
    if (!thinking.isEmpty()) {
      section("analysis", thinking, output);
    }
    if (message.toolCalls().isEmpty()) {
      output.fixed(CHANNEL + "final" + MESSAGE).text(text).fixed(position.last() ? RETURN : END);
      return;
    }
    if (!text.isEmpty()) {
      section("commentary", text, output);
    }
    String before = "";
    for (ToolCall call : message.toolCalls()) {
      output
          .fixed(before + " to=functions.")
          .text(call.name())
          .fixed(CHANNEL + "commentary " + CONSTRAIN + "json" + MESSAGE)
          .text(call.arguments())
          .fixed(CALL);
      before = START + "assistant";
    }
  }

  private static void section(String channel, String text, Markup output) {
    output.fixed(CHANNEL + channel + MESSAGE).text(text).fixed(END + START + "assistant");
  }

  @Override
  public StopCondition stop() {
    return stopAt(control(RETURN), control(CALL));
  }

  /** An answer ends differently once another message follows. */
  @Override
  public boolean hasExtensionProperty() {
    return false;
  }

  @Override
  public ParsedResponse parseResponse(int... tokens) {
    int returns = control(RETURN);
    int calls = control(CALL);
    int stop = 0;
    while (stop < tokens.length && tokens[stop] != returns && tokens[stop] != calls) {
      stop++;
    }
    String text = decode(Arrays.copyOf(tokens, stop));
    boolean malformed =
        stop == tokens.length || Ints.count(tokens, returns) > 1 || Ints.count(tokens, calls) > 1;
    if (malformed) {
      return new ParsedResponse(Message.assistant(text), Termination.MALFORMED);
    }
    return new ParsedResponse(Harmony.parse(text), Termination.STOP_SEQUENCE);
  }

  @Override
  public Map<String, @Nullable Object> toOpenAi(Message message) {
    return OpenAi.withReasoning(message, ToolCall::arguments);
  }

  @Override
  public List<Message> conversationPrefix(List<ToolSpec> tools, String systemPrompt) {
    List<Message> prefix = new ArrayList<>();
    List<String> sections = new ArrayList<>();
    if (!systemPrompt.isEmpty()) {
      sections.add("# Instructions\n\n" + systemPrompt);
    }
    if (!tools.isEmpty()) {
      prefix.add(
          Message.of(
              OWN_SYSTEM, "Calls to these tools must go to the commentary channel: 'functions'."));
      sections.add(
          "# Tools\n\n## functions\n\nnamespace functions {\n\n%s\n\n} // namespace functions"
              .formatted(
                  tools.stream().map(HarmonyTools::declare).collect(Collectors.joining("\n\n"))));
    }
    if (!sections.isEmpty()) {
      prefix.add(Message.of("developer", String.join("\n\n", sections)));
    }
    return prefix;
  }
}
