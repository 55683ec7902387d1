package io.tinker4j.text.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.text.Normalizer.Form;
import java.util.Arrays;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What holds for any text. */
class TokenizerPropertyTest {
  private final Tokenizer small = read("small");
  private final Tokenizer fallback = read("fallback");
  private final Tokenizer bytes = Tokenizers.bytes();

  private static Tokenizer read(String name) {
    return Tokenizers.read(VectorFiles.resource("tokenizers").resolve(name));
  }

  @Provide
  static Arbitrary<String> texts() {
    Arbitrary<String> pieces =
        Arbitraries.oneOf(
            Arbitraries.strings()
                .withChars("abcdefghijKLMNOP '\n\r\t.,!/{}<>|0123")
                .ofMaxLength(12),
            Arbitraries.strings()
                .withChars("éäßñÀŸſİΣшЖ中文日本語กขשל\u0301\u0327\u00A0\u3000")
                .ofMaxLength(8),
            Arbitraries.of(
                "'s",
                "'LL",
                " n't",
                " .",
                "<|im_end|>",
                "<think>",
                "😀",
                "👩‍👩‍👧",
                "\u2581",
                "𝒳",
                "𠮷",
                "e\u0301",
                "가",
                "\u1100\u1161",
                "   ",
                "\n\n",
                "<0xE2>",
                "1234567"),
            Arbitraries.integers()
                .between(0, Character.MAX_CODE_POINT)
                .filter(point -> point < 0xD800 || point > 0xDFFF)
                .map(Character::toString));
    return pieces.list().ofMaxSize(12).map(list -> String.join("", list));
  }

  @Property(tries = 2000)
  void decode_ofWhatWasEncoded_isTheText(@ForAll("texts") String text) {
    String composed = java.text.Normalizer.normalize(text, Form.NFC);

    for (SpecialTokenText specials : SpecialTokenText.values()) {
      assertThat(small.decode(small.encode(composed, specials))).isEqualTo(composed);
      assertThat(bytes.decode(bytes.encode(text, specials))).isEqualTo(text);
    }
    if (!text.contains("\u2581") && !text.contains("<0x")) {
      assertThat(fallback.decode(fallback.encode(text))).isEqualTo(text);
    }
  }

  @Property(tries = 2000)
  void encodeWithOffsets_tilesTheText(@ForAll("texts") String text) {
    for (Tokenizer tokenizer : new Tokenizer[] {small, fallback, bytes}) {
      for (SpecialTokenText specials : SpecialTokenText.values()) {
        Encoding encoding = tokenizer.encodeWithOffsets(text, specials);

        Tiles.check(text, encoding);
        assertThat(encoding.tokens()).isEqualTo(tokenizer.encode(text, specials));
      }
    }
  }

  @Property(tries = 2000)
  void stream_joined_isWhatDecodeReturns(@ForAll("tokens") int[] tokens) {
    for (Tokenizer tokenizer : new Tokenizer[] {small, fallback, bytes}) {
      for (DecodeOptions options :
          new DecodeOptions[] {
            DecodeOptions.DEFAULT, DecodeOptions.SKIP_SPECIAL_TOKENS, new DecodeOptions(false, true)
          }) {
        assertThat(Tiles.streamed(tokenizer, tokens, options))
            .isEqualTo(tokenizer.decode(tokens, options));
      }
    }
  }

  @Provide
  static Arbitrary<int[]> tokens() {
    return Arbitraries.integers().between(-1, 700).array(int[].class).ofMaxSize(40);
  }

  @Property(tries = 2000)
  void cleanedStream_joined_isWhatCleaningReturns(@ForAll("uncleaned") String text) {
    int[] tokens = bytes.encode(text);
    DecodeOptions options = new DecodeOptions(false, true);

    assertThat(Tiles.streamed(bytes, tokens, options)).isEqualTo(CleanUp.clean(text));
  }

  @Provide
  static Arbitrary<String> uncleaned() {
    return Arbitraries.strings().withChars("  ''.,?!ntmsveraé").ofMaxLength(30);
  }

  @Property(tries = 2000)
  void encode_asText_neverReturnsAControlToken(@ForAll("texts") String text) {
    for (Tokenizer tokenizer : new Tokenizer[] {small, bytes}) {
      int firstSpecial = tokenizer == bytes ? 256 : 656;
      assertThat(Arrays.stream(tokenizer.encode(text))).allMatch(token -> token < firstSpecial);
    }
    Map<String, Integer> specials = fallback.specialTokens();
    assertThat(fallback.encode(text))
        .doesNotContain(specials.get("<turn>"), specials.get("<bos>"), specials.get("<eos>"));
  }

  @Property
  void encode_halfOfAPair_isRefusedWithItsPlace(@ForAll("texts") String text) {
    int place = text.length();

    for (char half : new char[] {'\uD83D', '\uDE00'}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> small.encode(text + half + " "))
          .withMessageContaining("index " + place + " ");
    }
  }
}
