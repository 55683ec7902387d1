package io.tinker4j.text.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tinker4j.text.tokenizer.SpecialTokenText;
import io.tinker4j.text.tokenizer.Tokenizer;
import io.tinker4j.text.tokenizer.Tokenizers;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Recorded conversations give the reference's text, or fail where it raised: those in the
 * repository, and others of the same form with {@code -Dvectors.dir} and {@code
 * -Dvectors.tokenizers}.
 */
final class TemplateVectorsTest {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  @Test
  void render_ownConversations_asRecorded() throws IOException, URISyntaxException {
    Path root = Path.of(Objects.requireNonNull(getClass().getResource("vectors")).toURI());

    assertThat(check(root, root.resolveSibling("tokenizers"))).isEqualTo(28);
  }

  @Test
  void render_sharedVectors_asRecorded() throws IOException {
    String vectors = System.getProperty("vectors.dir");
    String tokenizers = System.getProperty("vectors.tokenizers");
    assumeTrue(vectors != null && tokenizers != null, "no vectors are given");

    assertThat(check(Path.of(vectors), Path.of(tokenizers))).isPositive();
  }

  @Test
  void render_tokensThatWereRecorded_areCompared(@TempDir Path directory) throws IOException {
    Path tokenizers = Path.of("src/test/resources/io/tinker4j/text/tokenizer/tokenizers");
    Path vectors = Files.createDirectories(directory.resolve("templates"));
    String recorded =
        """
        {"tokenizer": "small", "frozen_now": "2026-11-26T12:00:00", "special_token_variables": {},
         "cases": [{"id": "one", "messages": [{"role": "user", "content": "Hi"}], "kwargs": {},
           "text": "<|im_start|>user\\nHi<|im_end|>\\n", "ids": %s}]}
        """;
    int[] ids =
        Tokenizers.read(tokenizers.resolve("small"))
            .encode("<|im_start|>user\nHi<|im_end|>\n", SpecialTokenText.AS_CONTROL);

    Files.writeString(vectors.resolve("own.json"), recorded.formatted(Arrays.toString(ids)));
    assertThat(check(directory, tokenizers)).isOne();
    ids[0]++;
    Files.writeString(vectors.resolve("own.json"), recorded.formatted(Arrays.toString(ids)));
    assertThatThrownBy(() -> check(directory, tokenizers))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("of own.json: expected the tokens " + Arrays.toString(ids));
  }

  /** Returns how many cases hold; fails on those that do not. */
  private static int check(Path vectors, Path tokenizers) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(vectors.resolve("templates"))) {
      files = all.filter(p -> p.toString().endsWith(".json")).sorted().toList();
    }
    int cases = 0;
    List<String> different = new ArrayList<>();
    for (Path file : files) {
      JsonNode vector = MAPPER.readTree(file);
      Path folder = tokenizers.resolve(vector.get("tokenizer").asString());
      JsonNode config = MAPPER.readTree(folder.resolve("tokenizer_config.json"));
      String json = config.get("chat_template").toString();
      Supplier<Tokenizer> tokenizer = onDemand(folder);
      for (JsonNode node : vector.get("cases")) {
        boolean withTools = node.get("kwargs").hasNonNull("tools");
        String difference =
            difference(
                ChatTemplate.parse(ChatTemplate.choose(json, withTools)), tokenizer, vector, node);
        if (!difference.isEmpty()) {
          different.add(node.get("id") + " of " + file.getFileName() + ": " + difference);
        }
        cases++;
      }
    }
    assertThat(different).isEmpty();
    return cases;
  }

  /** Reads a tokenizer when the first case has tokens; not every directory has more than a text. */
  private static Supplier<Tokenizer> onDemand(Path folder) {
    AtomicReference<Tokenizer> read = new AtomicReference<>();
    return () -> read.updateAndGet(known -> known == null ? Tokenizers.read(folder) : known);
  }

  @SuppressWarnings("unchecked")
  private static String difference(
      ChatTemplate template, Supplier<Tokenizer> tokenizer, JsonNode vector, JsonNode node) {
    List<Map<String, ?>> messages = MAPPER.convertValue(node.get("messages"), List.class);
    String text;
    try {
      text = template.render(messages, options(vector, node.get("kwargs")));
    } catch (TemplateException e) {
      boolean refused = "TemplateError".equals(node.at("/error/type").asString(""));
      return !node.has("error")
              || (refused && !e.reason().equals(node.at("/error/message").asString()))
          ? "failed: " + e.getMessage()
          : "";
    } catch (IllegalArgumentException e) {
      return node.has("error") && messages.isEmpty() ? "" : "refused: " + e.getMessage();
    }
    if (node.has("error")) {
      return "rendered where the reference raised " + node.get("error");
    }
    String expected = node.get("text").asString();
    if (!text.equals(expected)) {
      return "expected\n" + expected + "\nbut was\n" + text;
    }
    if (!node.has("ids")) {
      return "";
    }
    int[] ids = tokenizer.get().encode(text, SpecialTokenText.AS_CONTROL);
    int[] recorded = MAPPER.convertValue(node.get("ids"), int[].class);
    return Arrays.equals(ids, recorded)
        ? ""
        : "expected the tokens %s, but they are %s"
            .formatted(Arrays.toString(recorded), Arrays.toString(ids));
  }

  @SuppressWarnings("unchecked")
  private static ChatTemplateOptions options(JsonNode vector, JsonNode kwargs) {
    LocalDateTime now = LocalDateTime.parse(vector.get("frozen_now").asString());
    Map<String, Object> variables =
        new HashMap<>((Map<String, Object>) MAPPER.convertValue(kwargs, Map.class));
    ChatTemplateOptions.Builder options =
        ChatTemplateOptions.builder()
            .clock(Clock.fixed(now.toInstant(ZoneOffset.UTC), ZoneOffset.UTC))
            .specialTokens(
                (Map<String, Object>)
                    MAPPER.convertValue(vector.get("special_token_variables"), Map.class));
    if (variables.remove("tools") instanceof List<?> tools) {
      options.tools((List<Map<String, ?>>) tools);
    }
    if (variables.remove("documents") instanceof List<?> documents) {
      options.documents((List<Map<String, ?>>) documents);
    }
    options.addGenerationPrompt(Boolean.TRUE.equals(variables.remove("add_generation_prompt")));
    options.continueFinalMessage(Boolean.TRUE.equals(variables.remove("continue_final_message")));
    return options.variables(variables).build();
  }
}
