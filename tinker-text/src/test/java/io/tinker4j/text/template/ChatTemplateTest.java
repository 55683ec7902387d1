package io.tinker4j.text.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ChatTemplateTest {
  private static final List<Map<String, String>> HELLO =
      List.of(Map.of("role", "user", "content", "Hello"));
  private static final ChatTemplate PLAIN =
      ChatTemplate.parse(
          "{% for m in messages %}<{{ m.role }}>{{ m.content | trim }}</>{% endfor %}"
              + "{% if add_generation_prompt %}<assistant>{% endif %}");

  private static String render(String template) {
    return ChatTemplate.parse(template).render(HELLO, ChatTemplateOptions.DEFAULT);
  }

  @Test
  void render_generationPrompt_endsWithIt() {
    ChatTemplateOptions options = ChatTemplateOptions.builder().addGenerationPrompt(true).build();

    assertThat(PLAIN.render(HELLO, options)).isEqualTo("<user>Hello</><assistant>");
    assertThat(PLAIN.render(HELLO, ChatTemplateOptions.DEFAULT)).isEqualTo("<user>Hello</>");
  }

  @Test
  void render_toolsNotGiven_areNoneAndNotEmpty() {
    ChatTemplate template = ChatTemplate.parse("{{ tools }} {{ documents }}");

    assertThat(template.render(HELLO, ChatTemplateOptions.DEFAULT)).isEqualTo("None None");
    assertThat(
            template.render(
                HELLO, ChatTemplateOptions.builder().tools(List.of()).documents(List.of()).build()))
        .isEqualTo("[] []");
  }

  @Test
  void render_variableOfASpecialTokensName_wins() {
    ChatTemplateOptions options =
        ChatTemplateOptions.builder()
            .specialTokens(Map.of("bos_token", "<s>", "eos_token", "</s>"))
            .putVariables("eos_token", "<end>")
            .build();

    String text = ChatTemplate.parse("{{ bos_token }}{{ eos_token }}").render(HELLO, options);

    assertThat(text).isEqualTo("<s><end>");
  }

  @Test
  void render_clock_isWhatStrftimeNowReads() {
    Clock clock = Clock.fixed(Instant.parse("2026-02-03T04:05:06Z"), ZoneOffset.ofHours(2));

    String text =
        ChatTemplate.parse("{{ strftime_now('%d %b %Y %H:%M') }}")
            .render(HELLO, ChatTemplateOptions.builder().clock(clock).build());

    assertThat(text).isEqualTo("03 Feb 2026 06:05");
  }

  @Test
  void render_nullContent_isNone() {
    Map<String, Object> message = new HashMap<>();
    message.put("content", null);

    String text =
        ChatTemplate.parse("{{ messages[0].content is none }} {{ messages[0] }}")
            .render(List.of(message), ChatTemplateOptions.DEFAULT);

    assertThat(text).isEqualTo("True {'content': None}");
  }

  @Test
  void render_continueFinalMessage_endsWithinIt() {
    ChatTemplateOptions options = ChatTemplateOptions.builder().continueFinalMessage(true).build();
    List<Map<String, Object>> parts =
        List.of(
            Map.of(
                "role", "assistant", "content", List.of(Map.of("text", "lo"), Map.of("image", 1))));

    assertThat(PLAIN.render(List.of(Map.of("role", "assistant", "content", "So far")), options))
        .isEqualTo("<assistant>So far");
    assertThat(PLAIN.render(List.of(Map.of("role", "assistant", "content", " So \n")), options))
        .isEqualTo("<assistant>So");
    assertThat(
            ChatTemplate.parse("he{{ messages[0].content[0].text }} there").render(parts, options))
        .isEqualTo("helo");
  }

  @Test
  void render_finalMessageThatTheTemplateDrops_isRefused() {
    ChatTemplateOptions options = ChatTemplateOptions.builder().continueFinalMessage(true).build();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> ChatTemplate.parse("x").render(HELLO, options))
        .withMessageContaining("does not appear");
  }

  @Test
  void renderWithSpans_generationBlocks_areRangesOfTheText() {
    ChatTemplate template =
        ChatTemplate.parse(
            "{% for m in messages %}[{% if m.role == 'assistant' %}"
                + "{% generation %}{{ m.content }}|{% endgeneration %}"
                + "{% else %}{{ m.content }}{% endif %}]{% endfor %}");
    List<Map<String, String>> messages =
        List.of(
            Map.of("role", "user", "content", "q"),
            Map.of("role", "assistant", "content", "é😀"),
            Map.of("role", "assistant", "content", "b"));

    RenderedChat chat = template.renderWithSpans(messages, ChatTemplateOptions.DEFAULT);

    assertThat(chat.text()).isEqualTo("[q][é😀|][b|]");
    assertThat(chat.generated().stream().map(s -> chat.text().substring(s.start(), s.end())))
        .containsExactly("é😀|", "b|");
  }

  @Test
  void render_templateRefuses_exceptionKeepsItsWords() {
    ChatTemplate template =
        ChatTemplate.parse(
            "\n {% if true %}{{ raise_exception('Roles must alternate') }}{% endif %}");

    TemplateException e =
        catchThrowableOfType(
            TemplateException.class, () -> template.render(HELLO, ChatTemplateOptions.DEFAULT));

    assertThat(e.isRefusal()).isTrue();
    assertThat(e.reason()).isEqualTo("Roles must alternate");
    assertThat(e.line()).isEqualTo(2);
    assertThat(e.isRetryable()).isFalse();
    assertThat(e).hasMessageContaining("line 2").hasMessageContaining("Roles must alternate");
  }

  @Test
  void parse_badTemplate_namesPlaceAndWhatWasMet() {
    TemplateException e =
        catchThrowableOfType(TemplateException.class, () -> ChatTemplate.parse("line\n{{ a + }}"));

    assertThat(e.line()).isEqualTo(2);
    assertThat(e.column()).isEqualTo(8);
    assertThat(e.isRefusal()).isFalse();
    assertThat(e).hasMessageContaining("'}}'");
  }

  @Test
  void render_missingAttribute_namesIt() {
    assertThatThrownBy(() -> render("{{ messages[3].role }}"))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining("line 1, column 16")
        .hasMessageContaining("list object has no element 3");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% macro f(n) %}{{ f(n + 1) }}{% endmacro %}{{ f(0) }}",
        "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{% set ns = namespace(a='x') %}{% for i in range(99) %}{% set ns.a = ns.a + ns.a %}{%"
            + " endfor %}",
        "{% set ns = namespace(a=[]) %}{% for i in range(999) %}{% set ns.a = [ns.a] %}{% endfor"
            + " %}{{ ns.a }}",
        "{{ range(100001) }}",
        "{{ 'a' * 99999999999 }}",
        "{{ (9 ** 9) ** (9 ** 9) }}",
        "{{ 'a'.ljust(2000000000) }}",
        "{{ '%999999999s' % 1 }}",
        "{{ '{:999999999}'.format(1) }}",
        "{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'.replace('', 'b' * 1000000) }}",
        "{{ [1, 2] * 999999999 }}",
        "{{ 'x' | indent(2000000000, true) }}",
        "{{ [1] | tojson(indent=2000000000) }}"
      })
  void render_whatWouldNotEnd_reachesALimit(String template) {
    assertThatThrownBy(() -> render(template))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining("does more than it may")
        .message()
        .matches(said -> said.split("raise the limit", -1).length == 2, "says once what to do");
  }

  @Test
  void parse_deepNesting_isRefusedAndNeverOverflows() {
    for (String part :
        List.of("(", "[", "{1:", "not ", "-", "{% if 1 %}{{ (", "x(", "1 if x else ")) {
      String template = (part.startsWith("{%") ? "" : "{{ ") + part.repeat(50_000);

      assertThatThrownBy(() -> ChatTemplate.parse(template))
          .as(part)
          .isInstanceOf(TemplateException.class);
    }
    for (String part : List.of(".a", "[0]", "|list", "()", " + 1", " or 1", " ** 1", " if 1")) {
      assertThatThrownBy(() -> ChatTemplate.parse("{{ a" + part.repeat(50_000) + " }}"))
          .as(part)
          .isInstanceOf(TemplateException.class);
    }
  }

  @Test
  void render_messagesThatHoldThemselves_areRefused() {
    List<Object> inner = new ArrayList<>();
    inner.add(inner);

    for (String template :
        List.of("{{ messages }}", "{{ messages | tojson }}", "{{ messages == [{'a': [[]]}] }}")) {
      ChatTemplate parsed = ChatTemplate.parse(template);
      if (!template.contains("==")) {
        assertThatThrownBy(
                () -> parsed.render(List.of(Map.of("a", inner)), ChatTemplateOptions.DEFAULT))
            .isInstanceOf(TemplateException.class)
            .hasMessageContaining("nested deeper");
      } else {
        assertThat(parsed.render(List.of(Map.of("a", inner)), ChatTemplateOptions.DEFAULT))
            .isEqualTo("False");
      }
    }
  }

  @Test
  void render_valueThatIsNoData_isRefused() {
    ChatTemplateOptions options =
        ChatTemplateOptions.builder().putVariables("x", Thread.currentThread()).build();

    assertThatThrownBy(() -> ChatTemplate.parse("{{ x.name }}").render(HELLO, options))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining("is no data");
  }

  @Test
  void render_manyThreads_sameText() {
    ChatTemplate template =
        ChatTemplate.parse(
            "{% macro m(x) %}{% set y = x * 2 %}{{ y }}{% endmacro %}"
                + "{% set ns = namespace(n=0) %}{% for i in range(50) %}{% set ns.n = ns.n + i %}"
                + "{{ m(i) }}{% endfor %}{{ ns.n }}");
    String expected = template.render(HELLO, ChatTemplateOptions.DEFAULT);

    List<String> texts =
        IntStream.range(0, 500)
            .parallel()
            .mapToObj(i -> template.render(HELLO, ChatTemplateOptions.DEFAULT))
            .distinct()
            .toList();

    assertThat(texts).containsExactly(expected);
  }

  @Test
  void choose_listOfTemplates_toolUseOnlyWithTools() {
    String json =
        "[{\"name\":\"default\",\"template\":\"d\"},{\"name\":\"tool_use\",\"template\":\"t\"}]";

    assertThat(ChatTemplate.choose(json, false)).isEqualTo("d");
    assertThat(ChatTemplate.choose(json, true)).isEqualTo("t");
    assertThat(ChatTemplate.named(json)).containsOnlyKeys("default", "tool_use");
    assertThat(ChatTemplate.choose("\"one\"", true)).isEqualTo("one");
    assertThat(ChatTemplate.choose("{\"default\":\"o\"}", true)).isEqualTo("o");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "null",
        "5",
        "[1]",
        "[{\"name\":\"x\"}]",
        "[{\"name\":\"rag\",\"template\":\"r\"}]"
      })
  void choose_otherJson_isRefused(String json) {
    assertThatIllegalArgumentException().isThrownBy(() -> ChatTemplate.choose(json, false));
  }

  @Test
  void render_noMessages_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PLAIN.render(List.of(), ChatTemplateOptions.DEFAULT))
        .withMessageContaining("messages is empty");
  }

  @Test
  void build_settingsThatDoNotGoTogether_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            ChatTemplateOptions.builder()
                .addGenerationPrompt(true)
                .continueFinalMessage(true)
                .build());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ChatTemplateOptions.builder().putVariables("tools", 1).build());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ChatTemplateOptions.builder().maxSteps(0).build());
  }
}
