package io.tinker4j.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Whatever a template is, it renders or fails with the engine's one exception, within its limits.
 * {@code -Dtemplates.fuzz=1000000} runs more of them, {@code -Dtemplates.seed} others.
 */
final class TemplateFuzzTest {
  private static final JinjaLimits LIMITS = new JinjaLimits(20_000, 50_000);
  private static final ZonedDateTime NOW =
      ZonedDateTime.of(2026, 11, 26, 12, 0, 0, 0, ZoneOffset.UTC);
  private static final Duration LONGEST = Duration.ofSeconds(5);
  private static final int TEMPLATES = 20_000;
  private static final long SEED = 20_261_127;

  private int rendered;
  private int failed;
  private int limited;
  private long slowest;

  @Test
  @SuppressWarnings("unchecked")
  void parseAndRender_anyTemplate_textOrJinjaException() throws IOException {
    int count = Integer.getInteger("templates.fuzz", TEMPLATES);
    long seed = Long.getLong("templates.seed", SEED);
    System.out.println("seed=" + seed);
    JsonNode recorded = RecordedCasesTest.recorded();
    Map<String, Object> variables =
        JsonMapper.shared().convertValue(recorded.get("variables"), Map.class);
    List<String> templates = new ArrayList<>();
    recorded.get("cases").forEach(c -> templates.add(c.get("template").asString()));
    TemplateGenerator generator = new TemplateGenerator(new Random(seed), templates);

    for (int i = 0; i < count; i++) {
      run(generator.next(), variables, i);
    }

    System.out.printf(
        "templates=%d rendered=%d failed=%d limited=%d slowest=%s%n",
        count, rendered, failed, limited, Duration.ofNanos(slowest));
    assertThat(rendered).isGreaterThan(count / 10);
    assertThat(failed).isGreaterThan(count / 10);
    assertThat(limited).isGreaterThan(count / 1000);
  }

  private void run(String template, Map<String, Object> variables, int number) {
    long start = System.nanoTime();
    try {
      String text = JinjaTemplate.parse(template).render(variables, LIMITS, () -> NOW).text();
      assertThat(text.length()).isLessThanOrEqualTo(LIMITS.textLength());
      rendered++;
    } catch (JinjaException e) {
      assertThat(e.line()).as(template).isPositive();
      assertThat(e.getMessage()).as(template).isNotNull();
      failed++;
      limited += e.kind() == JinjaException.Kind.LIMIT ? 1 : 0;
    } catch (RuntimeException | Error e) {
      fail("template %d fails with %s:%n%s".formatted(number, e, template), e);
    }
    long took = System.nanoTime() - start;
    slowest = Math.max(slowest, took);
    assertThat(Duration.ofNanos(took)).as(template).isLessThan(LONGEST);
  }
}
