package io.tinker4j.testkit.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  @Test
  void parseObject_everyKindOfValue_isRead() throws Json.FormatException {
    Json json =
        parse(" {\"o\" : {}, \"a\":[ 1,[] ],\n\"s\":\"\\u00e9\\n\\\"λ\",\"n\":-70,\"t\":true} ");

    assertThat(json.keys()).containsExactly("o", "a", "s", "n", "t");
    assertThat(json.get("o").keys()).isEmpty();
    assertThat(json.get("a").items()).hasSize(2);
    assertThat(json.get("a").items().getFirst().number()).isOne();
    assertThat(json.get("s").text()).isEqualTo("é\n\"λ");
    assertThat(json.get("n").number()).isEqualTo(-70);
    assertThat(json.get("t").truth()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{",
        "{}x",
        "{} {}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{\"a\":1 \"b\":2}",
        "{\"a\":01}",
        "{\"a\":-}",
        "{\"a\":tru}",
        "{\"a\":\"x}",
        "{\"a\":\"\t\"}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\u12g4\"}",
        "{\"a\":\"\\u12",
        "{a:1}",
        "{\"a\":[1,]}"
      })
  void parseObject_anythingElse_isRefused(String text) {
    assertThatThrownBy(() -> parse(text))
        .isInstanceOf(Json.FormatException.class)
        .message()
        .isNotBlank();
  }

  @Test
  void parseObject_notUtf8_isRefused() {
    byte[] bytes = {'{', '"', (byte) 0xFF, '"', ':', '1', '}'};

    assertThatThrownBy(() -> Json.parseObject(bytes)).isInstanceOf(Json.FormatException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.5", "1e3", "9223372036854775808", "\"1\"", "true"})
  void number_notALong_isRefused(String number) throws Json.FormatException {
    Json json = parse("{\"a\":" + number + "}");

    assertThatThrownBy(() -> json.get("a").number()).hasMessageContaining("an integer is expected");
  }

  @Test
  void get_wrongKind_saysWhatIsExpected() throws Json.FormatException {
    Json json = parse("{\"a\":1}");

    assertThatThrownBy(() -> json.get("a").text()).hasMessageContaining("a string is expected");
    assertThatThrownBy(() -> json.get("a").items()).hasMessageContaining("an array is expected");
    assertThatThrownBy(() -> json.get("b")).hasMessageContaining("b is missing");
  }

  private static Json parse(String text) throws Json.FormatException {
    return Json.parseObject(text.getBytes(StandardCharsets.UTF_8));
  }
}
