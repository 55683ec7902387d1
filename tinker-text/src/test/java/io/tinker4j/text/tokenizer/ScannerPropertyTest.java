package io.tinker4j.text.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The scanners written by hand split as their patterns do. */
class ScannerPropertyTest {
  private static final List<String> PATTERNS =
      List.of(
          SplitPatterns.LLAMA_3,
          SplitPatterns.QWEN,
          SplitPatterns.QWEN_3_5,
          SplitPatterns.O200K,
          SplitPatterns.KIMI,
          SplitPatterns.GPT_2,
          SplitPatterns.DIGITS,
          SplitPatterns.CHINESE_AND_KANA,
          SplitPatterns.SIGNS_AND_WORDS);

  @Provide
  static Arbitrary<String> texts() {
    Arbitrary<String> common =
        Arbitraries.strings().withChars("aBcD  ''\n\r\t./-_ſSsRrEeVvLlTtMmDd012").ofMaxLength(10);
    Arbitrary<String> rare =
        Arbitraries.strings()
            .withChars(
                "éÀǅʰª中文々〇カなㄱ\u0301\u0903\u20DD²Ⅷ€+^\u00A0\u2003\u0085\u200B\u0000\u00AD«»\u2E80")
            .ofMaxLength(10);
    Arbitrary<String> far =
        Arbitraries.of("😀", "𝒳", "𝟙", "𠮷", "𐐀", "𐐨", "\uDB40\uDD00", "\u2060");
    Arbitrary<String> any =
        Arbitraries.integers()
            .between(0, Character.MAX_CODE_POINT)
            .filter(point -> point < 0xD800 || point > 0xDFFF)
            .map(Character::toString);
    return Arbitraries.oneOf(common, rare, far, any)
        .list()
        .ofMaxSize(10)
        .map(list -> String.join("", list));
  }

  @Property(tries = 20_000)
  void scanners_split_asTheirPatternsDo(@ForAll("texts") String text) {
    for (String pattern : PATTERNS) {
      Splitter scanner = SplitPatterns.isolated(pattern);
      assertThat(scanner).as(pattern).isInstanceOf(Scanner.class);
      assertThat(pieces(scanner, text)).as(pattern).isEqualTo(pieces(regex(pattern), text));
    }
  }

  private static Splitter regex(String pattern) {
    Pattern compiled = SplitPatterns.regex(pattern);
    return new RegexSplitter(compiled, RegexSplitter.Behavior.ISOLATED, false);
  }

  private static List<String> pieces(Splitter splitter, String text) {
    List<String> pieces = new ArrayList<>();
    splitter.split(
        text.toCharArray(),
        0,
        text.length(),
        (chars, start, end) -> pieces.add(new String(chars, start, end - start)));
    return pieces;
  }
}
