package io.tinker4j.recipes.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.text.chat.Message;
import io.tinker4j.text.chat.ToolSpec;
import io.tinker4j.text.renderer.Renderer;
import io.tinker4j.text.renderer.Renderers;
import io.tinker4j.text.tokenizer.SpecialTokenText;
import io.tinker4j.text.tokenizer.Tokenizer;
import io.tinker4j.text.tokenizer.Tokenizers;
import io.tinker4j.types.SampledSequence;
import io.tinker4j.types.StopReason;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MessageEnvironmentTest {
  private static final Tokenizer TOKENIZER =
      Tokenizers.bytes(List.of("<|im_start|>", "<|im_end|>"));
  private static final Renderer RENDERER = Renderers.of("qwen3_instruct", TOKENIZER);
  private static final ToolSpec ADD =
      ToolSpec.of("add", "Adds two numbers.", "{\"type\": \"object\", \"properties\": {}}");

  private final List<String> prompts = Collections.synchronizedList(new ArrayList<>());

  private ToolEnvironment.Builder task() {
    return ToolEnvironment.builder(
            RENDERER,
            List.of(Message.user("What is 17 + 25?")),
            conversation -> conversation.getLast().text().contains("42") ? 1 : 0)
        .tool(
            ADD,
            arguments ->
                Long.toString(
                    ((Number) arguments.get("a")).longValue()
                        + ((Number) arguments.get("b")).longValue()));
  }

  private RolloutGroup play(ToolEnvironment.Builder task, String... answers) {
    Iterator<String> said = List.of(answers).iterator();
    TokenCompleter model =
        (prompt, params) -> {
          prompts.add(TOKENIZER.decode(prompt.toInts()));
          int[] tokens = TOKENIZER.encode(said.next(), SpecialTokenText.AS_CONTROL);
          return SampledSequence.of(StopReason.STOP, tokens, new float[tokens.length]);
        };
    EnvironmentGroup group = EnvironmentGroup.of(1, () -> task.build().rendered(RENDERER));
    try (RolloutEngine engine = RolloutEngine.create(RolloutOptions.builder(100).build())) {
      return engine.rollOut(model, List.of(group), 0, 1).get(0);
    }
  }

  private static String call(String name, String arguments) {
    return "<tool_call>\n{\"name\": \"%s\", \"arguments\": %s}\n</tool_call><|im_end|>"
        .formatted(name, arguments);
  }

  @Test
  void toolCalls_areCarriedOutAndAnswered() {
    RolloutGroup group = play(task(), call("add", "{\"a\": 17, \"b\": 25}"), "It is 42.<|im_end|>");

    assertThat(group.trajectories().totalRewards()).containsExactly(1);
    assertThat(group.metrics().get(0)).containsEntry("tool_calls", 1.0);
    assertThat(prompts.get(0)).contains("Adds two numbers.").contains("What is 17 + 25?");
    assertThat(prompts.get(1)).contains("<tool_response>").contains("42");
  }

  @Test
  void callsThatMakeNoSense_areAnsweredWithWhatIsWrong() {
    RolloutGroup group =
        play(
            task(),
            call("multiply", "{}"),
            "<tool_call>\n{broken\n</tool_call><|im_end|>",
            "I give up.<|im_end|>");

    assertThat(group.trajectories().totalRewards()).containsExactly(0);
    assertThat(prompts.get(1)).contains("there is no tool multiply; there are [add]");
    assertThat(prompts.get(2)).contains("the call could not be read");
  }

  @Test
  void lastTurn_endsTheEpisode() {
    RolloutGroup group =
        play(
            task().maxTurns(2),
            call("add", "{\"a\": 1, \"b\": 1}"),
            call("add", "{\"a\": 1, \"b\": 1}"));

    assertThat(group.trajectories().trajectories().get(0).transitions()).hasSize(2);
    assertThat(group.metrics().get(0)).containsEntry("turns_at_limit", 1.0);
  }

  @Test
  void answerWithoutAnEnd_endsWithThePenalty() {
    RolloutGroup group = play(task(), "It is 42, because");

    assertThat(group.trajectories().totalRewards()).containsExactly(-1);
    assertThat(group.metrics().get(0)).containsEntry("parse_error", 1.0);
  }
}
