package io.tinker4j.text.renderer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tinker4j.text.chat.Message;
import io.tinker4j.text.chat.ToolSpec;
import io.tinker4j.text.data.ChatData;
import io.tinker4j.text.tokenizer.SpecialTokenText;
import io.tinker4j.text.tokenizer.Tokenizer;
import io.tinker4j.text.tokenizer.Tokenizers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The renderer {@code template} offers tools to the template, which writes them as it likes. */
final class TemplateToolsTest {
  private static final Path SMALL =
      Path.of("src/test/resources/io/tinker4j/text/tokenizer/tokenizers/small");
  private static final ToolSpec WEATHER =
      ToolSpec.of("weather", "Tells <|im_end|> the weather", "{\"type\": \"object\"}");

  /** Writes tools as JSON in front, then what everybody says. */
  private static final String TEMPLATE =
      "{% for t in tools or [] %}<|im_start|>{{ t | tojson }}<|im_end|>{% endfor %}"
          + "{% for m in messages %}<|im_start|>{{ m.role }} {{ m.content }}<|im_end|>{% endfor %}"
          + "{% if add_generation_prompt %}<|im_start|>assistant {% endif %}";

  @TempDir Path directory;

  private Tokenizer tokenizer() throws IOException {
    Files.copy(SMALL.resolve("tokenizer.json"), directory.resolve("tokenizer.json"));
    Files.writeString(
        directory.resolve("tokenizer_config.json"), "{\"eos_token\": \"<|im_end|>\"}");
    Files.writeString(directory.resolve("chat_template.jinja"), TEMPLATE);
    return Tokenizers.read(directory);
  }

  private static List<Message> with(List<Message> first, Message... rest) {
    List<Message> all = new ArrayList<>(first);
    all.addAll(List.of(rest));
    return all;
  }

  @Test
  void conversationPrefix_ofATemplate_offersTools() throws IOException {
    Tokenizer tokenizer = tokenizer();
    Renderer renderer = Renderers.of("template", tokenizer);
    List<Message> prefix = renderer.conversationPrefix(List.of(WEATHER), "Be brief.");

    int[] prompt = renderer.generationPrompt(with(prefix, Message.user("Rain?"))).toInts();

    String tools =
        "<|im_start|>{\"type\": \"function\", \"function\": {\"name\": \"weather\","
            + " \"description\": \"Tells <|im_end|> the weather\", \"parameters\": {\"type\":"
            + " \"object\"}}}<|im_end|>";
    String chat = "<|im_start|>system Be brief.<|im_end|><|im_start|>user Rain?<|im_end|>";
    assertThat(tokenizer.decode(prompt)).isEqualTo(tools + chat + "<|im_start|>assistant ");
    int end = tokenizer.token("<|im_end|>").orElseThrow();
    assertThat(prompt)
        .as("the end of a turn that a description names is text")
        .satisfies(
            tokens -> assertThat(Arrays.stream(tokens).filter(token -> token == end)).hasSize(3));
  }

  @Test
  void conversationPrefix_withoutToolsOrSystem_isEmpty() throws IOException {
    Renderer renderer = Renderers.of("template", tokenizer());

    assertThat(renderer.conversationPrefix(List.of(), "")).isEmpty();
    assertThat(renderer.conversationPrefix(List.of(), "S")).containsExactly(Message.system("S"));
  }

  @Test
  void supervisedExample_withTools_learnsTheAnswerBehindThem() throws IOException {
    Tokenizer tokenizer = tokenizer();
    Renderer renderer = Renderers.of("template", tokenizer);
    List<Message> prefix = renderer.conversationPrefix(List.of(WEATHER), "");
    List<Message> chat = with(prefix, Message.user("Rain?"), Message.assistant("No."));

    SupervisedExample example =
        renderer.supervisedExample(chat, TrainOnWhat.ALL_ASSISTANT_MESSAGES);

    assertThat(renderer.supervisedExamples(chat, TrainOnWhat.ALL_ASSISTANT_MESSAGES))
        .containsExactly(example);
    assertThat(tokenizer.decode(example.modelInput().toInts())).contains("\"weather\"");
    assertThat(learned(tokenizer, example)).isEqualTo("No.<|im_end|>");
  }

  private static String learned(Tokenizer tokenizer, SupervisedExample example) {
    int[] tokens = example.modelInput().toInts();
    int[] learned = new int[tokens.length];
    int count = 0;
    for (int i = 0; i < tokens.length; i++) {
      if (example.weight(i) != 0) {
        learned[count++] = tokens[i];
      }
    }
    return tokenizer.decode(Arrays.copyOf(learned, count));
  }

  @Test
  void supervisedExample_thatBeginsWithTheAssistant_saysThatThereIsNoPrompt() throws IOException {
    Renderer renderer = Renderers.of("template", tokenizer());
    List<Message> chat = List.of(Message.assistant("Hello."));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> renderer.supervisedExample(chat, TrainOnWhat.ALL_ASSISTANT_MESSAGES))
        .withMessageStartingWith("the assistant begins the conversation, ");
  }

  @Test
  void rowWithTools_isRead() throws Exception {
    Tokenizer tokenizer = tokenizer();
    Path file =
        Files.writeString(
            directory.resolve("rows.jsonl"),
            "{\"messages\":[{\"role\":\"user\",\"content\":\"Rain?\"},{\"role\":\"assistant\","
                + "\"content\":\"No.\",\"weight\":1}],\"tools\":[{\"name\":\"weather\"}]}\n");

    try (ChatData data = ChatData.builder(Renderers.of("template", tokenizer)).file(file).open()) {
      assertThat(tokenizer.decode(data.example(0).modelInput().toInts()))
          .startsWith(
              "<|im_start|>{\"type\": \"function\", \"function\": {\"name\": \"weather\"}}");
    }
  }

  @Test
  void ownTemplate_withoutAPlaceForTools_saysSo() throws IOException {
    Renderer renderer =
        Renderers.of(
            "template",
            tokenizer(),
            RendererOptions.builder().template((messages, prompt) -> "x").build());
    List<Message> chat =
        with(renderer.conversationPrefix(List.of(WEATHER), ""), Message.user("Rain?"));

    assertThatThrownBy(() -> renderer.generationPrompt(chat))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("tools");
  }

  @Test
  void messageOfTools_thatIsNoList_isRefused() throws IOException {
    Renderer renderer = Renderers.of("template", tokenizer());

    for (String text : List.of("[", "{}", "[1]")) {
      List<Message> chat = List.of(Message.of("tool_declare", text), Message.user("Rain?"));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> renderer.generationPrompt(chat))
          .withMessageContaining("tool_declare");
    }
  }

  @Test
  void generationPrompt_sharedVectorsWithTools_asRecorded() throws IOException {
    String vectors = System.getProperty("vectors.dir");
    String tokenizers = System.getProperty("vectors.tokenizers");
    assumeTrue(vectors != null && tokenizers != null, "no vectors are given");
    List<String> different = new ArrayList<>();
    int cases = 0;
    try (Stream<Path> files = Files.list(Path.of(vectors, "templates"))) {
      for (Path file : files.sorted().toList()) {
        VectorFiles.VectorFile vectorFile = new VectorFiles.VectorFile(file, Path.of(tokenizers));
        Map<String, Object> vector = vectorFile.content();
        Tokenizer tokenizer = vectorFile.tokenizer(vector.get("tokenizer"));
        RendererOptions asControl =
            RendererOptions.builder().specialTokens(SpecialTokenText.AS_CONTROL).build();
        Renderer renderer = Renderers.of("template", tokenizer, asControl);
        for (Object each : Recorded.list(vector.get("cases"))) {
          Map<String, Object> recorded = Recorded.object(each);
          if (isComparable(recorded)) {
            cases++;
            if (!ids(renderer, recorded).equals(recorded.get("ids"))) {
              different.add(recorded.get("id") + " of " + file.getFileName());
            }
          }
        }
      }
    }

    assertThat(different).isEmpty();
    assertThat(cases).isPositive();
  }

  /**
   * Arguments of calls are text here, as in OpenAI's form, and objects in half of the cases. An
   * answer is encoded apart from its prompt, and parts reach a template as their text, where some
   * print a list.
   */
  private static boolean isComparable(Map<String, Object> recorded) {
    Map<String, Object> kwargs = Recorded.object(recorded.get("kwargs"));
    boolean callsObjects =
        String.valueOf(recorded.get("id")).contains("args_object")
            && String.valueOf(recorded.get("messages")).contains("tool_calls");
    List<?> messages = Recorded.list(recorded.get("messages"));
    boolean endsWithAnAnswer =
        !messages.isEmpty()
            && "assistant".equals(Recorded.object(messages.get(messages.size() - 1)).get("role"));
    boolean hasParts =
        messages.stream().anyMatch(each -> Recorded.object(each).get("content") instanceof List<?>);
    return !hasParts
        && kwargs.get("tools") != null
        && (kwargs.get("add_generation_prompt") == Boolean.TRUE || !endsWithAnAnswer)
        && Set.of("tools", "add_generation_prompt").containsAll(kwargs.keySet())
        && recorded.containsKey("ids")
        && !callsObjects;
  }

  private static List<Object> ids(Renderer renderer, Map<String, Object> recorded) {
    Map<String, Object> kwargs = Recorded.object(recorded.get("kwargs"));
    List<ToolSpec> tools = new ArrayList<>();
    Recorded.list(kwargs.get("tools"))
        .forEach(tool -> tools.add(ToolSpec.fromMap(Recorded.object(tool))));
    List<Message> messages = new ArrayList<>(renderer.conversationPrefix(tools, ""));
    messages.addAll(Message.fromList(Recorded.list(recorded.get("messages"))));
    return Recorded.ids(
        kwargs.get("add_generation_prompt") == Boolean.TRUE
            ? renderer.generationPrompt(messages).toInts()
            : renderer
                .supervisedExample(messages, TrainOnWhat.LAST_ASSISTANT_MESSAGE)
                .modelInput()
                .toInts());
  }
}
