package io.tinker4j.text.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PythonJsonTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[1,] | Expecting value: line 1 column 4 (char 3)",
        "{\"a\":1,} | Expecting property name enclosed in double quotes: line 1 column 8 (char 7)",
        "[1 2] | Expecting ',' delimiter: line 1 column 4 (char 3)",
        "\"abc | Unterminated string starting at: line 1 column 1 (char 0)",
        "\"a\\u12\" | Invalid \\uXXXX escape: line 1 column 4 (char 3)",
        "\"a\\q\" | Invalid \\escape: line 1 column 3 (char 2)",
        "{\"a\"} | Expecting ':' delimiter: line 1 column 5 (char 4)",
        "01 | Extra data: line 1 column 2 (char 1)",
        "nul | Expecting value: line 1 column 1 (char 0)",
      })
  void parse_noJson_hasTheWordsOfPython(String text, String expected) {
    assertThatExceptionOfType(JsonSyntaxException.class)
        .isThrownBy(() -> PythonJson.parse(text))
        .withMessage(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1.0 | 1.0",
        "1e16 | 1e+16",
        "123456789012345.0 | 123456789012345.0",
        "0.0001 | 0.0001",
        "0.00001 | 1e-05",
        "1.5e300 | 1.5e+300",
        "-0.0 | -0.0",
        "NaN | NaN",
        "12345678901234567890123 | 12345678901234567890123",
      })
  void write_numbers_asPythonDoes(String text, String expected) {
    assertThat(PythonJson.write(PythonJson.parse(text))).isEqualTo(expected);
  }

  @Test
  void write_text_isAscii() {
    assertThat(PythonJson.write("a\"\\\n\u007f\u00e9\ud83d\ude00\u0001"))
        .isEqualTo("\"a\\\"\\\\\\n\\u007f\\u00e9\\ud83d\\ude00\\u0001\"");
  }

  @Test
  void parse_deepNesting_isRefused() {
    assertThatExceptionOfType(JsonSyntaxException.class)
        .isThrownBy(() -> PythonJson.parse("[".repeat(100_000)))
        .withMessageContaining("500 levels");
  }

  @Test
  void repr_values_asPythonShowsThem() {
    assertThat(PythonText.repr(PythonJson.parse("{\"a\": [true, null, \"it's\", \"\\n\\u200b\"]}")))
        .isEqualTo("{'a': [True, None, \"it's\", '\\n\\u200b']}");
  }
}
