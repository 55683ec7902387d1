package io.tinker4j.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.transport.operation.JsonCodec;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each rule holds for some values and not for others. */
class ValueMatcherTest {
  private static final Scope SCOPE = new Scope(Map.of(), name -> {});

  private static @Nullable Object json(String text) {
    byte[] object = ("{\"value\":" + text + "}").getBytes(StandardCharsets.UTF_8);
    return JsonCodec.readMap(object).get("value");
  }

  private static boolean matches(String rules, String value) throws Exception {
    Object found = json(value);
    return ValueMatcher.of(Spec.of("rules", json(rules))).matches(found, found, SCOPE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "{\"type\":\"string\"} | \"\" | 1",
        "{\"type\":\"number\"} | 1.5 | \"1\"",
        "{\"type\":\"boolean\"} | false | 0",
        "{\"type\":\"array\"} | [] | {}",
        "{\"type\":\"object\"} | {} | []",
        "{\"type\":\"object\"} | {} | null",
        "{\"optional\":\"string\"} | null | 1",
        "{\"optional\":\"number\",\"above\":0} | null | 0",
        "{\"absent\":true} | null | 0",
        "{\"absent\":false} | 0 | null",
        "{\"equals\":\"a\"} | \"a\" | \"A\"",
        "{\"equals\":4} | 4.0 | 4.5",
        "{\"equals\":true} | true | \"true\"",
        "{\"equals\":[1,2]} | [1,2] | [2,1]",
        "{\"not_equals\":\"a\"} | \"b\" | \"a\"",
        "{\"one_of\":[\"a\",\"b\"]} | \"b\" | \"c\"",
        "{\"matches\":\"a+\"} | \"aaa\" | \"ab\"",
        "{\"matches\":\"1\"} | \"1\" | 1",
        "{\"contains\":2} | [1,2] | [1]",
        "{\"contains\":2} | [2] | 2",
        "{\"size\":2} | [1,2] | [1,2,3]",
        "{\"size\":0} | [] | null",
        "{\"size\":1} | [1] | {\"a\":1}",
        "{\"size\":{\"at_least\":1,\"at_most\":2}} | [1,2] | []",
        "{\"at_least\":1} | 1 | 0.9",
        "{\"at_most\":1} | 1 | 1.1",
        "{\"above\":1} | 2 | 1",
        "{\"below\":1} | 0 | 1",
        "{\"below\":1} | 0 | \"0\"",
        "{\"close_to\":{\"value\":100,\"within\":0.01}} | 101 | 102",
        "{\"close_to\":{\"value\":100,\"within\":0.01,\"times\":2}} | 199 | 100",
        "{\"close_to\":{\"value\":100,\"within\":0.01}} | 99 | null",
        "{\"sum\":{\"of\":\"/n\",\"is\":3}} | [{\"n\":1},{\"n\":2}] | [{\"n\":3},{}]",
        "{\"each\":{\"\":{\"type\":\"string\"}}} | [\"a\"] | [\"a\",1]",
        "{\"each\":{\"/a\":{\"equals\":1}}} | [] | {}",
      })
  void rule_holdsForOneAndNotForTheOther(String rules, String good, String bad) throws Exception {
    assertThat(matches(rules, good)).as(good).isTrue();
    assertThat(matches(rules, bad)).as(bad).isFalse();
  }

  @Test
  void sameSize_looksIntoTheDocument() throws Exception {
    ValueMatcher matcher = ValueMatcher.of(Spec.of("", Map.of("same_size_as", "/tokens")));
    Object document = json("{\"tokens\":[1,2],\"logprobs\":[0,0]}");

    assertThat(matcher.matches(json("[0,0]"), document, SCOPE)).isTrue();
    assertThat(matcher.matches(json("[0]"), document, SCOPE)).isFalse();
    assertThat(matcher.matches(null, json("{}"), SCOPE)).isFalse();
  }

  @Test
  void claims_areThoseOfTheToken() throws Exception {
    String rules = "{\"claims\":{\"/exp\":{\"type\":\"number\"}}}";
    String claims =
        Base64.getUrlEncoder().encodeToString("{\"exp\":1}".getBytes(StandardCharsets.UTF_8));

    assertThat(matches(rules, "\"h." + claims + ".s\"")).isTrue();
    assertThat(matches(rules, "\"h." + claims + "\"")).isFalse();
    assertThat(matches(rules, "\"h.e30.s\"")).isFalse();
    assertThat(matches(rules, "\"h.***.s\"")).isFalse();
    assertThat(matches(rules, "1")).isFalse();
  }
}
