package io.tinker4j.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every recorded template gives what jinja2 gave, or fails where it raised. */
final class RecordedCasesTest {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final JinjaLimits LIMITS = new JinjaLimits(1_000_000, 1 << 20);
  private static final int LEAST_CASES = 1_000;

  static JsonNode recorded() throws IOException {
    try (InputStream in = RecordedCasesTest.class.getResourceAsStream("cases.json")) {
      return MAPPER.readTree(Objects.requireNonNull(in));
    }
  }

  @Test
  @SuppressWarnings("unchecked")
  void render_recordedTemplates_sameTextOrError() throws IOException {
    JsonNode file = recorded();
    Map<String, Object> variables =
        (Map<String, Object>) MAPPER.convertValue(file.get("variables"), Map.class);
    List<String> different = new ArrayList<>();

    file.get("cases")
        .forEach(node -> {
          String expected = expected(node);
          String actual = outcome(node.get("template").asString(), variables);
          if (!actual.equals(expected)) {
            different.add(
                "%s %s%n  expected %s%n  actual %s"
                    .formatted(node.get("id"), node.get("template"), expected, actual));
          }
        });

    assertThat(different).isEmpty();
    assertThat(file.get("cases").size()).isGreaterThan(LEAST_CASES);
  }

  private static String expected(JsonNode node) {
    if (!node.has("error")) {
      return "text " + node.get("text").asString();
    }
    String error = node.get("error").asString();
    return error.equals("raised") ? "raised " + node.get("message").asString() : error;
  }

  private static String outcome(String template, Map<String, ?> variables) {
    JinjaTemplate parsed;
    try {
      parsed = JinjaTemplate.parse(template);
    } catch (JinjaException e) {
      assertThat(e.line()).as(template).isPositive();
      assertThat(e.column()).as(template).isPositive();
      return "syntax";
    }
    try {
      LocalDateTime frozen = LocalDateTime.parse("2026-11-26T12:34:56");
      return "text " + parsed.render(variables, LIMITS, () -> frozen.atZone(ZoneOffset.UTC)).text();
    } catch (JinjaException e) {
      assertThat(e.line()).as(template).isPositive();
      return e.kind() == JinjaException.Kind.RAISED ? "raised " + e.getMessage() : "render";
    }
  }
}
