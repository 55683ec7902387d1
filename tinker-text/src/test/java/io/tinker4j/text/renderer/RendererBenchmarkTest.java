package io.tinker4j.text.renderer;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.tinker4j.text.chat.ContentPart;
import io.tinker4j.text.chat.Message;
import io.tinker4j.text.chat.ToolCall;
import io.tinker4j.text.template.ChatTemplate;
import io.tinker4j.text.template.ChatTemplateOptions;
import io.tinker4j.text.tokenizer.Tokenizer;
import io.tinker4j.text.tokenizer.Tokenizers;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How many conversations of about 1,000 tokens are written as tokens each second, on one thread,
 * and what is allocated for each. Not part of the ordinary build: {@code -Dtinker.benchmark=true
 * -Dtest=RendererBenchmarkTest -Dvectors.tokenizers=DIRECTORY}. With {@code
 * -Dbenchmark.conversations=FILE} they are put there as JSONL, so that another program can read
 * them; {@code -Dbenchmark.count=N} sets how many there are, in place of 100,000.
 */
@EnabledIfSystemProperty(named = "tinker.benchmark", matches = "true")
class RendererBenchmarkTest {
  private static final int DISTINCT = 2_000;
  private static final int COUNT = Integer.getInteger("benchmark.count", 100_000);

  @Test
  void conversations_written() throws IOException {
    String file = System.getProperty("benchmark.conversations", "");
    if (!file.isEmpty()) {
      Files.write(
          Path.of(file), conversations().stream().map(RendererBenchmarkTest::json).toList());
    }
    assertThat(conversations()).hasSize(DISTINCT).isEqualTo(conversations());
  }

  @ParameterizedTest
  @CsvSource({
    "qwen3, qwen3",
    "llama3, llama3",
    "deepseekv3, deepseek_v3",
    "gpt_oss_medium_reasoning, gptoss"
  })
  void supervisedExample(String renderer, String tokenizer) {
    Tokenizer read = tokenizer(tokenizer);
    Renderer written = Renderers.of(renderer, read);

    measure(
        renderer,
        renderer.equals("llama3") ? withoutThinking(conversations()) : conversations(),
        messages ->
            written.supervisedExample(messages, TrainOnWhat.ALL_ASSISTANT_MESSAGES).length());
  }

  @ParameterizedTest
  @CsvSource({"qwen3", "llama3_1", "deepseek_v3"})
  void chatTemplate(String tokenizer) {
    Tokenizer read = tokenizer(tokenizer);
    ChatTemplate template = ChatTemplate.parse(read.chatTemplate().orElseThrow());
    ChatTemplateOptions options =
        ChatTemplateOptions.builder()
            .specialTokens(Map.of("bos_token", "", "eos_token", ""))
            .build();

    measure(
        "template of " + tokenizer,
        conversations().stream().map(RendererBenchmarkTest::forTemplates).toList(),
        messages -> template.render(messages, options).length());
  }

  private static Tokenizer tokenizer(String name) {
    return Tokenizers.read(Path.of(System.getProperty("vectors.tokenizers")).resolve(name));
  }

  private static <T> void measure(String what, List<T> all, ToLongFunction<T> render) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    for (int i = 0; i < 2 * DISTINCT; i++) {
      assertThat(render.applyAsLong(all.get(i % DISTINCT))).isPositive();
    }
    long written = 0;
    long allocated = threads.getCurrentThreadAllocatedBytes();
    long start = System.nanoTime();
    long busy = threads.getCurrentThreadCpuTime();
    for (int i = 0; i < COUNT; i++) {
      written += render.applyAsLong(all.get(i % DISTINCT));
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    double busySeconds = (threads.getCurrentThreadCpuTime() - busy) / 1e9;
    allocated = threads.getCurrentThreadAllocatedBytes() - allocated;
    System.out.println(
        String.format(
            Locale.ROOT,
            "BENCHMARK %s: %.0f conversations/s, %.0f each second of the processor,"
                + " %d bytes allocated each, %d written each",
            what,
            COUNT / seconds,
            COUNT / busySeconds,
            allocated / COUNT,
            written / COUNT));
  }

  private static List<List<Message>> conversations() {
    Random random = new Random(18);
    List<String> words = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      words.add(word(random));
    }
    List<List<Message>> all = new ArrayList<>();
    for (int i = 0; i < DISTINCT; i++) {
      all.add(conversation(random, words));
    }
    return all;
  }

  /** A word of letters, the first few of them frequent; some are capital, some no ASCII. */
  private static String word(Random random) {
    String letters = "etaoinshrdlucmfwypvbgkqjxzéüñßøčжитдя日本語中文字";
    StringBuilder word = new StringBuilder();
    int length = 1 + random.nextInt(9);
    boolean plain = random.nextInt(20) != 0;
    for (int i = 0; i < length; i++) {
      int among = plain ? Math.min(26, 1 + random.nextInt(26)) : letters.length();
      word.append(letters.charAt(random.nextInt(among)));
    }
    String text = word.toString();
    return random.nextInt(8) == 0
        ? text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1)
        : text;
  }

  /** Words as frequent as their rank lets expect, with signs, numbers and line breaks. */
  private static String prose(Random random, List<String> words, int count) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      double skewed = Math.pow(words.size(), random.nextDouble());
      text.append(words.get((int) skewed % words.size()));
      text.append(
          switch (random.nextInt(24)) {
            case 0 -> ".\n\n";
            case 1 -> ", ";
            case 2 -> " " + random.nextInt(100_000) + " ";
            case 3 -> "'s ";
            case 4 -> "\n- ";
            default -> " ";
          });
    }
    return text.append("end.").toString();
  }

  private static List<Message> conversation(Random random, List<String> words) {
    List<Message> messages = new ArrayList<>();
    messages.add(Message.system(prose(random, words, 25)));
    int turns = 2 + random.nextInt(4);
    boolean thinks = random.nextInt(3) == 0;
    boolean calls = random.nextInt(4) == 0;
    for (int turn = 0; turn < turns; turn++) {
      messages.add(Message.user(prose(random, words, 95 / turns)));
      if (calls && turn == 0) {
        messages.add(
            Message.builder("assistant")
                .text(prose(random, words, 5))
                .toolCalls(
                    ToolCall.of("look_up", "{\"word\": \"%s\"}".formatted(words.get(turn)))
                        .withId("call_1"))
                .build());
        messages.add(
            Message.builder("tool")
                .text(prose(random, words, 20))
                .toolCallId("call_1")
                .name("look_up")
                .build());
      }
      String answer = prose(random, words, 155 / turns);
      messages.add(
          thinks
              ? Message.builder("assistant")
                  .parts(
                      new ContentPart.Thinking(prose(random, words, 60 / turns)),
                      new ContentPart.Text(answer))
                  .build()
              : Message.assistant(answer));
    }
    return List.copyOf(messages);
  }

  /** The format of Llama 3 has no place for it. */
  private static List<List<Message>> withoutThinking(List<List<Message>> all) {
    return all.stream()
        .map(messages ->
            messages.stream()
                .map(it -> it.hasParts() ? it.toBuilder().text(it.text()).build() : it)
                .toList())
        .toList();
  }

  private static String json(List<Message> messages) {
    List<String> each = messages.stream().map(Message::toJson).toList();
    return "{\"messages\":[" + String.join(",", each) + "]}";
  }

  /** Templates know texts only; thinking is in front of the answer, as models write it. */
  private static List<Map<String, ?>> forTemplates(List<Message> messages) {
    List<Map<String, ?>> plain = new ArrayList<>();
    for (Message message : messages) {
      if (message.toolCalls().isEmpty() && !message.role().equals("tool")) {
        String thinking =
            Optional.of(message.thinking())
                .filter(text -> !text.isEmpty())
                .map(text -> "<think>\n" + text + "\n</think>\n\n")
                .orElse("");
        plain.add(Map.of("role", message.role(), "content", thinking + message.text()));
      }
    }
    return plain;
  }
}
