package io.tinker4j.text.renderer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.text.chat.ContentPart;
import io.tinker4j.text.chat.Message;
import io.tinker4j.text.chat.ToolCall;
import io.tinker4j.text.tokenizer.Tokenizer;
import io.tinker4j.text.tokenizer.Tokenizers;
import io.tinker4j.types.StopCondition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every renderer, and what they refuse. */
final class RendererTest {
  private static final Map<String, Tokenizer> TOKENIZERS = new ConcurrentHashMap<>();

  private static Tokenizer tokenizer(String name) {
    return TOKENIZERS.computeIfAbsent(name, VectorFiles::tokenizer);
  }

  static List<Renderer> renderers() {
    List<Renderer> renderers = new ArrayList<>();
    for (String name : Renderers.known().names()) {
      if (!name.equals("template")) {
        renderers.add(Renderers.of(name, tokenizer(tokenizerOf(name))));
      }
    }
    return renderers;
  }

  private static String tokenizerOf(String renderer) {
    if (renderer.startsWith("kimi")) {
      return "qwen3_kimi";
    }
    if (renderer.startsWith("deepseek")) {
      return "deepseek_v3_think";
    }
    if (renderer.startsWith("gpt_oss")) {
      return "gptoss";
    }
    return renderer.equals("llama3") || renderer.equals("role_colon") ? "llama3_1" : "qwen3";
  }

  private static final List<Message> CHAT =
      List.of(
          Message.system("Be brief."),
          Message.user("What is 2+2?"),
          Message.assistant("4"),
          Message.user("And 3+3?"),
          Message.assistant("6"));

  @ParameterizedTest
  @MethodSource("renderers")
  void supervisedExample_everyChoice_nests(Renderer renderer) {
    Map<TrainOnWhat, float[]> weights = new LinkedHashMap<>();
    for (TrainOnWhat what : TrainOnWhat.values()) {
      if (what != TrainOnWhat.CUSTOMIZED) {
        SupervisedExample example = renderer.supervisedExample(CHAT, what);
        assertThat(example.length()).isEqualTo(example.modelInput().length());
        weights.put(what, example.weights());
      }
    }

    assertSubset(weights, TrainOnWhat.LAST_ASSISTANT_MESSAGE, TrainOnWhat.LAST_ASSISTANT_TURN);
    assertSubset(weights, TrainOnWhat.LAST_ASSISTANT_TURN, TrainOnWhat.ALL_ASSISTANT_MESSAGES);
    assertSubset(weights, TrainOnWhat.ALL_ASSISTANT_MESSAGES, TrainOnWhat.ALL_MESSAGES);
    assertSubset(weights, TrainOnWhat.ALL_USER_AND_SYSTEM_MESSAGES, TrainOnWhat.ALL_MESSAGES);
    assertSubset(weights, TrainOnWhat.ALL_MESSAGES, TrainOnWhat.ALL_TOKENS);
    float[] user = weights.get(TrainOnWhat.ALL_USER_AND_SYSTEM_MESSAGES);
    float[] assistant = weights.get(TrainOnWhat.ALL_ASSISTANT_MESSAGES);
    for (int i = 0; i < user.length; i++) {
      assertThat(user[i] * assistant[i]).isZero();
    }
  }

  private static void assertSubset(
      Map<TrainOnWhat, float[]> weights, TrainOnWhat small, TrainOnWhat large) {
    for (int i = 0; i < weights.get(small).length; i++) {
      assertThat(weights.get(small)[i]).isLessThanOrEqualTo(weights.get(large)[i]);
    }
  }

  @ParameterizedTest
  @MethodSource("renderers")
  void supervisedExample_customized_trainsOnFlaggedMessagesAndOnNothingAdded(Renderer renderer) {
    List<Message> flagged =
        CHAT.stream()
            .map(message ->
                message.toBuilder().trainable(message.role().equals("assistant")).build())
            .toList();

    assertThat(renderer.supervisedExample(flagged, TrainOnWhat.CUSTOMIZED))
        .isEqualTo(renderer.supervisedExample(CHAT, TrainOnWhat.ALL_ASSISTANT_MESSAGES));
  }

  @ParameterizedTest
  @MethodSource("renderers")
  void parseResponse_whatARendererHasTrained_isTheMessage(Renderer renderer) {
    SupervisedExample example =
        renderer.supervisedExample(CHAT, TrainOnWhat.LAST_ASSISTANT_MESSAGE);
    int[] prompt = renderer.generationPrompt(CHAT.subList(0, 4)).toInts();
    int[] all = example.modelInput().toInts();
    int start = Arrays.equals(prompt, Arrays.copyOf(all, prompt.length)) ? prompt.length : 0;
    while (example.weight(start) == 0) {
      start++;
    }

    ParsedResponse parsed = renderer.parseResponse(Arrays.copyOfRange(all, start, all.length));

    assertThat(parsed.termination()).isEqualTo(Termination.STOP_SEQUENCE);
    assertThat(parsed.message().text().strip()).isEqualTo("6");
    assertThat(parsed.failure()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("renderers")
  void generationPrompt_userTypesControlTokens_theyStayText(Renderer renderer) {
    Tokenizer tokenizer = tokenizer(tokenizerOf(renderer.name()));
    String typed = String.join(" ", tokenizer.specialTokens().keySet());

    int[] plain = renderer.generationPrompt(List.of(Message.user("x"))).toInts();
    int[] attacked = renderer.generationPrompt(List.of(Message.user(typed))).toInts();

    assertThat(specials(attacked, tokenizer)).isEqualTo(specials(plain, tokenizer));
    assertThat(tokenizer.decode(attacked)).contains(typed);
  }

  private static List<Integer> specials(int[] tokens, Tokenizer tokenizer) {
    return Arrays.stream(tokens)
        .filter(tokenizer.specialTokens().values()::contains)
        .boxed()
        .toList();
  }

  /** Set the property {@code fuzz.responses} for more than the build runs. */
  @ParameterizedTest
  @MethodSource("renderers")
  void parseResponse_anyTokens_isTotal(Renderer renderer) {
    Tokenizer tokenizer = tokenizer(tokenizerOf(renderer.name()));
    List<Integer> specials = List.copyOf(tokenizer.specialTokens().values());
    List<String> pieces =
        List.of(
            "<think>",
            "</think>",
            "<tool_call>",
            "</tool_call>",
            "{\"name\":",
            "\"a\"",
            "{}",
            "}",
            "<function=f>",
            "</function>",
            "<parameter=p>",
            "</parameter>",
            "\n\nUser:",
            " ",
            "\n",
            "to=functions.f",
            "analysis",
            "final",
            "functions.f:0",
            "\ud83d\ude00",
            "[[[[",
            "1e999");
    long seed = Long.getLong("fuzz.seed", 18);
    Random random = new Random(seed);
    int rounds = Integer.getInteger("fuzz.responses", 7600) / 38;

    for (int round = 0; round < rounds; round++) {
      int[] tokens = new int[random.nextInt(40)];
      for (int i = 0; i < tokens.length; i++) {
        int[] piece = tokenizer.encode(pieces.get(random.nextInt(pieces.size())));
        tokens[i] =
            switch (random.nextInt(3)) {
              case 0 -> specials.get(random.nextInt(specials.size()));
              case 1 -> random.nextInt(-2, tokenizer.vocabularySize() + 9);
              default -> piece[random.nextInt(piece.length)];
            };
        for (int j = 1; j < piece.length && i + 1 < tokens.length && piece.length > 3; j++) {
          tokens[++i] = piece[j];
        }
      }
      ParsedResponse parsed = renderer.parseResponse(tokens);

      assertThat(parsed.message().role()).as("seed " + seed).isEqualTo("assistant");
      assertThat(parsed.termination().isClean()).isEqualTo(hasOneStop(renderer, tokens, parsed));
      if (renderer.supportsStreaming()) {
        List<MessageDelta> deltas = renderer.parseStreaming(tokens);
        assertThat(deltas.get(0)).isInstanceOf(MessageDelta.Header.class);
        assertThat(deltas.get(deltas.size() - 1)).isInstanceOf(MessageDelta.Complete.class);
      }
    }
  }

  private static boolean hasOneStop(Renderer renderer, int[] tokens, ParsedResponse parsed) {
    if (!(renderer.stop() instanceof StopCondition.Tokens stops)) {
      return parsed.termination().isClean();
    }
    int[] counts = new int[stops.tokens().remaining()];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = Ints.count(tokens, stops.tokens().get(i));
    }
    return Arrays.stream(counts).sum() > 0 && Arrays.stream(counts).max().getAsInt() == 1;
  }

  @Test
  void stream_tokenByToken_endsAsTheWhole() {
    Tokenizer tokenizer = tokenizer("qwen3");
    Renderer renderer = Renderers.of("qwen3_5", tokenizer);
    int[] tokens =
        tokenizer.encode(
            "why\n</think>\n\nna\u00efve <b>\ud83d\ude00<|im_end|>",
            io.tinker4j.text.tokenizer.SpecialTokenText.AS_CONTROL);

    ResponseStream stream = renderer.stream();
    StringBuilder thinking = new StringBuilder();
    StringBuilder text = new StringBuilder();
    List<MessageDelta> deltas = new ArrayList<>();
    for (int token : tokens) {
      deltas.addAll(stream.add(token));
    }
    deltas.addAll(stream.finish());
    for (MessageDelta delta : deltas) {
      if (delta instanceof MessageDelta.Thinking more) {
        thinking.append(more.thinking());
      } else if (delta instanceof MessageDelta.Text more) {
        text.append(more.text());
        assertThat(more.text()).doesNotContain("\ufffd");
      }
    }

    assertThat(thinking.toString()).isEqualTo("\nwhy\n");
    assertThat(text.toString()).isEqualTo("\n\nna\u00efve <b>\ud83d\ude00");
    assertThat(deltas.get(deltas.size() - 1))
        .isEqualTo(new MessageDelta.Complete(renderer.parseResponse(tokens).message()));
  }

  @Test
  void parseResponse_toolCallInXml_isRead() {
    Tokenizer tokenizer = tokenizer("qwen3");
    Message called =
        Message.builder("assistant")
            .toolCalls(ToolCall.of("f", "{\"n\": [1, 2.5], \"s\": \"a b\"}"))
            .build();
    Renderer renderer = Renderers.of("qwen3_5", tokenizer);
    int[] prompt = renderer.generationPrompt(List.of(Message.user("x"))).toInts();
    int[] all =
        renderer
            .supervisedExample(List.of(Message.user("x"), called), TrainOnWhat.ALL_MESSAGES)
            .modelInput()
            .toInts();

    ParsedResponse parsed =
        renderer.parseResponse(Arrays.copyOfRange(all, prompt.length, all.length));

    assertThat(parsed.message().toolCalls()).isEqualTo(called.toolCalls());
  }

  @Test
  void generationPrompt_image_isAChunkBetweenItsMarks() {
    Tokenizer tokenizer = tokenizer("qwen3");
    String png =
        "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    List<Message> chat = List.of(Message.builder("user").parts(new ContentPart.Image(png)).build());
    RendererOptions options =
        RendererOptions.builder()
            .images(ImageEncoder.ofDataUris((width, height) -> 7 * width * height))
            .build();

    List<Object> chunks =
        Recorded.chunks(Renderers.of("qwen3_vl", tokenizer, options).generationPrompt(chat));

    assertThat(chunks.get(2))
        .isEqualTo(Map.of("type", "image", "format", "jpeg", "length", 7, "expected_tokens", 7));
    assertThat(chunks.get(1)).isEqualTo(List.of(tokenizer.token("<|vision_start|>").getAsInt()));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Renderers.of("qwen3_vl", tokenizer).generationPrompt(chat))
        .withMessageContaining("RendererOptions.images");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> options.images().orElseThrow().encode(new ContentPart.Image("http://x/y.png")))
        .withMessageContaining("data: URI");
  }

  @Test
  void parseResponse_longAnswerOfOpenMarks_takesTimeInProportion() {
    Tokenizer tokenizer = tokenizer("gptoss");
    int message = tokenizer.token("<|message|>").getAsInt();
    int[] tokens = new int[200_001];
    Arrays.fill(tokens, message);
    tokens[200_000] = tokenizer.token("<|return|>").getAsInt();

    ParsedResponse parsed = Renderers.of("gpt_oss_no_sysprompt", tokenizer).parseResponse(tokens);

    assertThat(parsed.termination()).isEqualTo(Termination.STOP_SEQUENCE);
  }

  @Test
  void of_tokenizerWithoutTheFormatsTokens_namesThem() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Renderers.of("llama3", tokenizer("qwen3")))
        .withMessageContaining("<|eot_id|>")
        .withMessageContaining("does not fit");
  }

  @Test
  void of_unknownName_listsWhatThereIs() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Renderers.of("qwen9", tokenizer("qwen3")))
        .withMessageContaining("qwen3_instruct");
  }

  @Test
  void with_ownRenderer_isCreatedByItsName() {
    Renderers own =
        Renderers.known()
            .with(
                "acme/support", (tokenizer, options) -> Renderers.of("qwen3", tokenizer, options));

    assertThat(own.create("acme/support", tokenizer("qwen3"), RendererOptions.DEFAULT).name())
        .isEqualTo("qwen3");
    assertThat(Renderers.known().names()).doesNotContain("acme/support");
  }

  @Test
  void toDatum_nothingToLearn_isRefused() {
    Renderer renderer = Renderers.of("qwen3", tokenizer("qwen3"));

    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> Conversations.toDatum(List.of(Message.user("x")), renderer, DatumOptions.DEFAULT))
        .withMessageContaining("nothing to learn");
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            Conversations.toDatum(CHAT, renderer, DatumOptions.builder().maxLength(5).build()))
        .withMessageContaining("maxLength");
  }

  @Test
  void supervisedExample_thinkingTurnedOff_refusesThinking() {
    Renderer renderer = Renderers.of("qwen3_disable_thinking", tokenizer("qwen3"));
    Message thought =
        Message.builder("assistant")
            .parts(new ContentPart.Thinking("hm"), new ContentPart.Text("4"))
            .build();

    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            renderer.supervisedExample(
                List.of(Message.user("2+2?"), thought), TrainOnWhat.LAST_ASSISTANT_MESSAGE))
        .withMessageContaining("thinking turned off");
  }

  @Test
  void conversationPrefix_formatWithoutTools_isUnsupported() {
    Renderer renderer = Renderers.of("llama3", tokenizer("llama3_1"));

    assertThatThrownBy(() -> renderer.conversationPrefix(List.of(), ""))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("no tools");
  }

  @Test
  void template_weights_areThoseOfTheAssistantsText() {
    Tokenizer tokenizer = tokenizer("qwen3");
    ChatTemplateFunction template =
        (messages, prompt) -> {
          StringBuilder text = new StringBuilder();
          messages.forEach(message ->
              text.append("<|im_start|>")
                  .append(message.get("role"))
                  .append('\n')
                  .append(message.get("content"))
                  .append("<|im_end|>\n"));
          return text.append(prompt ? "<|im_start|>assistant\n" : "").toString();
        };
    Renderer renderer =
        Renderers.of("template", tokenizer, RendererOptions.builder().template(template).build());
    List<Message> chat = List.of(Message.user("a<|im_end|>b"), Message.assistant("c"));

    SupervisedExample example = renderer.supervisedExample(chat, TrainOnWhat.LAST_ASSISTANT_TURN);
    int[] all = example.modelInput().toInts();
    int[] prompt = renderer.generationPrompt(chat.subList(0, 1)).toInts();

    assertThat(Arrays.copyOf(all, prompt.length)).isEqualTo(prompt);
    assertThat(tokenizer.decode(prompt))
        .isEqualTo("<|im_start|>user\na<|im_end|>b<|im_end|>\n<|im_start|>assistant\n");
    int end = tokenizer.token("<|im_end|>").getAsInt();
    assertThat(Ints.count(prompt, end)).isEqualTo(1);
    for (int i = 0; i < all.length; i++) {
      assertThat(example.weight(i)).isEqualTo(i < prompt.length ? 0f : 1f);
    }
    assertThat(renderer.parseResponse(all).termination()).isEqualTo(Termination.MALFORMED);
  }

  @Test
  void template_unlessGiven_isTheTokenizersOwn(@TempDir Path directory) throws IOException {
    Path source = Path.of("src/test/resources/io/tinker4j/text/renderer/tokenizers/qwen3");
    Files.copy(source.resolve("tokenizer.json"), directory.resolve("tokenizer.json"));
    Files.writeString(
        directory.resolve("tokenizer_config.json"), "{\"eos_token\": \"<|im_end|>\"}");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Renderers.of("template", Tokenizers.read(directory)))
        .withMessageContaining("the tokenizer came without one");
    Path template = directory.resolve("chat_template.jinja");

    Files.writeString(template, "{% for m in messages %}");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Renderers.of("template", Tokenizers.read(directory)))
        .withMessageStartingWith("the tokenizer's chat template cannot be used: ");
    Files.writeString(
        template,
        "{% for m in messages %}{{ m.role }}: {{ m.content }}{{ eos_token }}{% endfor %}"
            + "{% if add_generation_prompt %}assistant: {% endif %}");
    Tokenizer tokenizer = Tokenizers.read(directory);
    Renderer renderer = Renderers.of("template", tokenizer);

    assertThat(tokenizer.decode(renderer.generationPrompt(List.of(Message.user("Hi"))).toInts()))
        .isEqualTo("user: Hi<|im_end|>assistant: ");
    Files.writeString(template, "{{ raise_exception('not today') }}");
    Renderer refusing = Renderers.of("template", Tokenizers.read(directory));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> refusing.generationPrompt(List.of(Message.user("Hi"))))
        .withMessageContaining("not today");
  }
}
