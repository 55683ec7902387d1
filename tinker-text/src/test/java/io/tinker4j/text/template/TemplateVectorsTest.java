package io.tinker4j.text.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
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
      for (JsonNode node : vector.get("cases")) {
        boolean withTools = node.get("kwargs").hasNonNull("tools");
        String difference =
            difference(ChatTemplate.parse(ChatTemplate.choose(json, withTools)), vector, node);
        if (!difference.isEmpty()) {
          different.add(node.get("id") + " of " + file.getFileName() + ": " + difference);
        }
        cases++;
      }
    }
    assertThat(different).isEmpty();
    return cases;
  }

  @SuppressWarnings("unchecked")
  private static String difference(ChatTemplate template, JsonNode vector, JsonNode node) {
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
    return text.equals(expected) ? "" : "expected\n" + expected + "\nbut was\n" + text;
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
