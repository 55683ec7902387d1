package io.tinker4j.transport.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UrlTest {
  @ParameterizedTest
  @CsvSource({
    "https://h/services/p, /api/v1/x, https://h/services/p/api/v1/x",
    "https://h/services/p/, /api/v1/x, https://h/services/p/api/v1/x",
    "http://h:8000, /api/v1/x, http://h:8000/api/v1/x",
    "http://h:8000/, api/v1/x, http://h:8000/api/v1/x"
  })
  void of_baseAndPath_haveOneSlashBetween(String base, String path, String expected) {
    assertThat(Url.of(Url.base(base), path, Map.of())).hasToString(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "http://tinker_server:8000/x, tinker_server",
    "https://my_bucket.files.test/x, my_bucket.files.test",
    "http://_, _"
  })
  void base_hostWithUnderscore_isRefusedWithTheReason(String text, String host) {
    assertThatThrownBy(() -> Url.base(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("baseUrl: the host name '" + host + "' has an underscore")
        .hasMessageContaining("IP address");
  }

  @Test
  void base_underscoreElsewhere_isFine() {
    assertThat(Url.base("http://h/my_path")).hasToString("http://h/my_path");
  }

  @Test
  void of_pathParameters_keepColonsAndSlashes() {
    assertThat(
            Url.of(
                Url.base("http://h"),
                "/r/{id}/c/{cid}/ttl",
                Map.of("id", "s:train:0", "cid", "weights/a b?é")))
        .hasToString("http://h/r/s:train:0/c/weights/a%20b%3F%C3%A9/ttl");
  }

  @Test
  void of_queryParameters_areFormEncodedAndEmptyOnesLeftOut() {
    Map<String, @Nullable Object> parameters = new LinkedHashMap<>();
    parameters.put("a", "x y&z+é");
    parameters.put("b", true);
    parameters.put("c", null);
    parameters.put("d", "");
    parameters.put("e", List.of(1, 2));

    assertThat(Url.of(Url.base("http://h"), "/p", parameters))
        .hasToString("http://h/p?a=x+y%26z%2B%C3%A9&b=true&e=1%2C2");
  }
}
