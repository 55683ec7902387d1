package io.tinker4j.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class VisibleTextTest {
  @Test
  void ofTokens_readableText_staysAsItIs() {
    assertThat(VisibleText.ofTokens(tokens("naïve “quotes” 🙂"))).isEqualTo("naïve “quotes” 🙂");
  }

  @Test
  void ofTokens_controlCharacters_areEscaped() {
    assertThat(VisibleText.ofTokens(tokens("a\n\r\t\\\u001b[31m\u0000\u009b\u202e")))
        .isEqualTo("a\\n\\r\\t\\\\\\u{1b}[31m\\u{0}\\u{9b}\\u{202e}");
  }

  @Test
  void ofTokens_bytesThatAreNotUtf8_areShownAsBytes() {
    assertThat(VisibleText.ofTokens('a', 0xff, 'b', 0xe2, 0x82, 'c', 0xf0, 0x9f))
        .isEqualTo("a\\xffb\\xe2\\x82c\\xf0\\x9f");
  }

  @Test
  void ofTokens_tokensThatAreNoBytes_areShownAsIds() {
    assertThat(VisibleText.ofTokens('a', 256, 0xc3, 128009, 0xa9, -1))
        .isEqualTo("a<256>\\xc3<128009>\\xa9<-1>");
  }

  @Test
  void ofTokens_none_isEmpty() {
    assertThat(VisibleText.ofTokens()).isEmpty();
  }

  @Test
  void ofLines_keepsLinesTabsAndJoiners_andEscapesTheRest() {
    assertThat(VisibleText.ofLines("a\n\tb\\ 👩‍🔬\r\u001b[31m\u202e\u0007"))
        .isEqualTo("a\n\tb\\ 👩‍🔬\\u{d}\\u{1b}[31m\\u{202e}\\u{7}");
  }

  private static int[] tokens(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int[] tokens = new int[bytes.length];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = Byte.toUnsignedInt(bytes[i]);
    }
    return tokens;
  }
}
