package io.tinker4j.text.tokenizer;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** From split patterns to what splits by them. */
final class SplitPatterns {
  private static final String CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
  private static final String SPACES = "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final String HEAD = "\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}";
  private static final String TAIL = "\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}";
  private static final String NO_HAN = "&&[^\\p{Han}]";

  static final String LLAMA_3 =
      CONTRACTIONS
          + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
          + SPACES;
  static final String QWEN = LLAMA_3.replace("\\p{N}{1,3}", "\\p{N}");
  static final String QWEN_3_5 =
      QWEN.replace("?\\p{L}+", "?[\\p{L}\\p{M}]+")
          .replace("\\s\\p{L}\\p{N}", "\\s\\p{L}\\p{M}\\p{N}");
  static final String O200K = cased(HEAD, TAIL, "[\\r\\n/]*");
  static final String KIMI = "[\\p{Han}]+|" + cased(HEAD + NO_HAN, TAIL + NO_HAN, "[\\r\\n]*");
  static final String GPT_2 =
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
  static final String DIGITS = "\\p{N}{1,3}";
  static final String CHINESE_AND_KANA = "[\u4E00-\u9FA5\u3040-\u309F\u30A0-\u30FF]+";
  static final String SIGNS_AND_WORDS =
      "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+"
          + "|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*"
          + SPACES;

  private static final Map<String, Scanner> SCANNERS =
      Map.of(
          LLAMA_3, new WordScanner(3, false),
          QWEN, new WordScanner(1, false),
          QWEN_3_5, new WordScanner(1, true),
          O200K, new CasedScanner(false, true),
          KIMI, new CasedScanner(true, false),
          GPT_2, new SimpleScanners.Gpt2(),
          DIGITS, new SimpleScanners.Digits(3),
          CHINESE_AND_KANA, new SimpleScanners.ChineseAndKana(),
          SIGNS_AND_WORDS, new SimpleScanners.SignsAndWords());

  private static final Pattern SCRIPT =
      Pattern.compile("\\\\([pP])\\{(\\^?)(\\p{Lu}\\p{Ll}{2,})\\}");

  private SplitPatterns() {}

  private static String cased(String head, String tail, String behindSigns) {
    String lead = "[^\\r\\n\\p{L}\\p{N}]?";
    return "%s[%s]*[%s]+%s?|%s[%s]+[%s]*%s?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+%s%s"
        .formatted(
            lead, head, tail, CONTRACTIONS, lead, head, tail, CONTRACTIONS, behindSigns, SPACES);
  }

  /** Returns what splits by a pattern and keeps matches and what is between them apart. */
  static Splitter isolated(String pattern) {
    return of(pattern, RegexSplitter.Behavior.ISOLATED, false);
  }

  /**
   * Returns what splits by a pattern.
   *
   * @throws PatternSyntaxException when the pattern is none that is known here
   */
  static Splitter of(String pattern, RegexSplitter.Behavior behavior, boolean invert) {
    Scanner scanner = SCANNERS.get(pattern.replace("\r", "\\r").replace("\n", "\\n"));
    boolean isolates =
        behavior == RegexSplitter.Behavior.ISOLATED
            || (behavior == RegexSplitter.Behavior.REMOVED && invert && matchesAll(scanner));
    return scanner != null && isolates
        ? scanner
        : new RegexSplitter(regex(pattern), behavior, invert);
  }

  /** Whether there is nothing between the matches of a scanner, whatever the text. */
  private static boolean matchesAll(@Nullable Scanner scanner) {
    return scanner instanceof WordScanner || scanner instanceof CasedScanner;
  }

  /** Returns a pattern of the reference's library as one of Java's. */
  static Pattern regex(String pattern) {
    String java =
        SCRIPT
            .matcher(pattern)
            .replaceAll(match ->
                "\\\\%s{Is%s}"
                    .formatted(
                        match.group(2).isEmpty() ? match.group(1) : "P",
                        match.group(3).toUpperCase(Locale.ROOT)));
    return Pattern.compile(java, Pattern.UNICODE_CHARACTER_CLASS);
  }
}
