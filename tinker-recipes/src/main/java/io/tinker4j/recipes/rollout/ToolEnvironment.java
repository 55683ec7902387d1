package io.tinker4j.recipes.rollout;

import io.tinker4j.text.chat.Message;
import io.tinker4j.text.chat.ToolCall;
import io.tinker4j.text.chat.ToolSpec;
import io.tinker4j.text.chat.UnparsedToolCall;
import io.tinker4j.text.renderer.Renderer;
import io.tinker4j.transport.operation.JsonCodec;
import io.tinker4j.types.internal.Checks;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * A task that a model works at with tools, over several turns. Each answer with calls is followed
 * by the tools' results and another answer; the first answer without a call, or the last one that
 * is allowed, ends the episode, and the reward is computed from the whole conversation. A call that
 * makes no sense (no such tool, arguments that are no JSON object) is answered with what is wrong.
 */
public final class ToolEnvironment implements MessageEnvironment {
  private final List<Message> conversation;
  private final Map<String, Tool> tools;
  private final int maxTurns;
  private final ToDoubleFunction<List<Message>> reward;
  private int turns;

  private ToolEnvironment(Builder from) {
    this.conversation = new ArrayList<>(from.prefix());
    this.conversation.addAll(from.prompt);
    this.tools = Map.copyOf(from.tools);
    this.maxTurns = from.maxTurns;
    this.reward = from.reward;
  }

  /**
   * Starts an environment.
   *
   * @param renderer whose format the tools are described in
   * @param prompt the task
   * @param reward of a conversation that has ended, finite; the model's last answer is its last
   *     message
   */
  public static Builder builder(
      Renderer renderer, List<Message> prompt, ToDoubleFunction<List<Message>> reward) {
    return new Builder(renderer, prompt, reward);
  }

  @Override
  public List<Message> initialObservation() {
    return List.copyOf(conversation);
  }

  @Override
  public MessageStepResult step(Message message) throws Exception {
    conversation.add(message);
    turns++;
    boolean calls = !message.toolCalls().isEmpty() || !message.unparsedToolCalls().isEmpty();
    if (!calls || turns == maxTurns) {
      return MessageStepResult.done(reward.applyAsDouble(List.copyOf(conversation)))
          .withMetric("turns_at_limit", calls ? 1 : 0);
    }
    for (ToolCall call : message.toolCalls()) {
      conversation.add(result(call, answer(call)));
    }
    for (UnparsedToolCall call : message.unparsedToolCalls()) {
      conversation.add(Message.of("tool", "the call could not be read: " + call.error()));
    }
    return MessageStepResult.next(0, conversation)
        .withMetric("tool_calls", message.toolCalls().size());
  }

  private String answer(ToolCall call) throws Exception {
    Tool tool = tools.get(call.name());
    if (tool == null) {
      return "there is no tool %s; there are %s"
          .formatted(call.name(), tools.keySet().stream().sorted().toList());
    }
    Optional<Map<String, @Nullable Object>> arguments = JsonCodec.tryReadMap(call.arguments());
    return arguments.isEmpty()
        ? "the arguments are no JSON object: " + call.arguments()
        : tool.call(arguments.get());
  }

  private static Message result(ToolCall call, String text) {
    Message.Builder message = Message.builder("tool").text(text).name(call.name());
    call.id().ifPresent(message::toolCallId);
    return message.build();
  }

  /** Builds environments, as many as wanted; not thread-safe. */
  public static final class Builder {
    private final Renderer renderer;
    private final List<Message> prompt;
    private final ToDoubleFunction<List<Message>> reward;
    private final Map<String, ToolSpec> specs = new LinkedHashMap<>();
    private final Map<String, Tool> tools = new LinkedHashMap<>();
    private String systemPrompt = "";
    private int maxTurns = 10;

    private Builder(
        Renderer renderer, List<Message> prompt, ToDoubleFunction<List<Message>> reward) {
      this.renderer = Objects.requireNonNull(renderer, "renderer");
      this.prompt = List.copyOf(prompt);
      this.reward = Objects.requireNonNull(reward, "reward");
    }

    private List<Message> prefix() {
      if (!specs.isEmpty()) {
        return renderer.conversationPrefix(List.copyOf(specs.values()), systemPrompt);
      }
      return systemPrompt.isEmpty() ? List.of() : List.of(Message.system(systemPrompt));
    }

    /** Adds a tool; one of the same name is replaced. */
    public Builder tool(ToolSpec spec, Tool tool) {
      specs.put(spec.name(), spec);
      tools.put(spec.name(), Objects.requireNonNull(tool, "tool"));
      return this;
    }

    /** Sets what the conversation begins with. Default: nothing but the tools. */
    public Builder systemPrompt(String systemPrompt) {
      this.systemPrompt = Objects.requireNonNull(systemPrompt, "systemPrompt");
      return this;
    }

    /** Sets how many answers the model gives at most. Default: 10. */
    public Builder maxTurns(int turns) {
      Checks.atLeast("maxTurns", turns, 1);
      this.maxTurns = turns;
      return this;
    }

    /**
     * Returns an environment.
     *
     * @throws UnsupportedOperationException when the renderer's format has no tools
     */
    public ToolEnvironment build() {
      return new ToolEnvironment(this);
    }
  }
}
