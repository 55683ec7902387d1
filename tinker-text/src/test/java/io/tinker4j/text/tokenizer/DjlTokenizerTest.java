package io.tinker4j.text.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tokenizers that are no byte-pair encodings, on platforms that have the native library. */
class DjlTokenizerTest {
  @BeforeEach
  void needsTheLibrary() {
    assumeThat(NativePlatform.current().obstacle()).isEmpty();
  }

  private static Tokenizer read(String name) {
    return Tokenizers.read(VectorFiles.resource("tokenizers").resolve(name));
  }

  @Test
  void wordPiece_encodesAndDecodesAsTheReference() {
    Tokenizer tokenizer = read("wordpiece");
    String text = "Hello world, the capital of France is Paris! 😀 training";

    int[] tokens = tokenizer.encode(text);

    assertThat(tokens).containsExactly(10, 11, 12, 4, 5, 6, 7, 8, 9, 14, 65, 63, 44);
    assertThat(tokenizer.encodeSequence("the")).containsExactly(2, 4, 3);
    assertThat(tokenizer.decode(tokens))
        .isEqualTo("hello world, the capital of france is paris! 😀 training");
    assertThat(Tiles.streamed(tokenizer, tokens, DecodeOptions.DEFAULT))
        .isEqualTo("hello world, the capital of france is paris! 😀 training");
    assertThat(tokenizer.token("[CLS]")).hasValue(2);
    assertThat(tokenizer.vocabularySize()).isEqualTo(66);
  }

  @Test
  void wordPiece_offsetsBehindAnEmoji_countJavaCharacters() {
    String text = "😀 the capital";

    Encoding encoding = read("wordpiece").encodeWithOffsets(text, SpecialTokenText.AS_TEXT);

    assertThat(text.substring(encoding.start(1), encoding.end(1))).isEqualTo("the");
    assertThat(text.substring(encoding.start(2), encoding.end(2))).isEqualTo("capital");
  }

  @Test
  void wordPiece_specialTokenInText_staysTextUnlessAsked() {
    Tokenizer tokenizer = read("wordpiece");

    assertThat(tokenizer.encode("the [SEP]", SpecialTokenText.AS_CONTROL)).containsExactly(4, 3);
    assertThat(tokenizer.encode("the [SEP]")).startsWith(4).doesNotContain(3);
  }

  @Test
  void unigram_encodesAndDecodesAsTheReference() {
    Tokenizer tokenizer = read("unigram");

    int[] tokens = tokenizer.encode("the capital is paris 😀 tokens.");

    assertThat(tokens).containsExactly(4, 5, 6, 7, 3, 11, 8, 9, 37);
    assertThat(tokenizer.decode(tokens)).isEqualTo("the capital is paris 😀 tokens.");
    assertThat(Tiles.streamed(tokenizer, tokens, DecodeOptions.DEFAULT))
        .isEqualTo("the capital is paris 😀 tokens.");
    assertThat(tokenizer.encodeSequence("the")).containsExactly(4, 2);
  }

  @Test
  void unigram_specialTokenThatCannotStayText_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read("unigram").encode("the </s>"))
        .withMessageContaining("AS_CONTROL");
  }

  @Test
  void encode_halfOfAPair_isRefusedWithItsPlace() {
    Tokenizer tokenizer = read("wordpiece");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> tokenizer.encode("the \uDE00"))
        .withMessageContaining("index 4 ");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> tokenizer.encodeSequence("\uD83D"))
        .withMessageContaining("index 0 ");
  }

  @Test
  void decode_tokensOutsideOfTheVocabulary_areLeftOut() {
    assertThat(read("wordpiece").decode(4, -1, 9_999_999, 5)).isEqualTo("the capital");
  }

  @Test
  void read_platformWithoutNativePart_saysWhatToDo() {
    assertThat(new NativePlatform("Mac OS X", "x86_64", false).obstacle().orElseThrow())
        .contains("Mac OS X on x86_64", "macOS on aarch64", "run on one of these");
    assertThat(new NativePlatform("Linux", "amd64", true).obstacle().orElseThrow())
        .contains("with musl");
    assertThat(new NativePlatform("Windows 11", "aarch64", false).obstacle()).isPresent();
    assertThat(new NativePlatform("Linux", "aarch64", false).obstacle()).isEmpty();
    assertThat(new NativePlatform("Windows 11", "amd64", false).obstacle()).isEmpty();
    assertThat(new NativePlatform("Mac OS X", "aarch64", false).obstacle()).isEmpty();
  }

  @Test
  void stream_afterItsEnd_isRefused() {
    TextStream stream = read("unigram").stream(DecodeOptions.DEFAULT);
    stream.finish();

    assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> stream.add(4));
  }

  @Test
  void read_withoutTheLibrary_saysWhatToAdd() throws Exception {
    ClassLoader without = new WithoutLibrary(getClass().getClassLoader());
    Class<?> tokenizers = without.loadClass(Tokenizers.class.getName());
    Path file = VectorFiles.resource("tokenizers/wordpiece/tokenizer.json");

    assertThatExceptionOfType(InvocationTargetException.class)
        .isThrownBy(() -> tokenizers.getMethod("read", Path.class).invoke(null, file))
        .withCauseInstanceOf(RuntimeException.class)
        .havingCause()
        .withMessageContaining("wordpiece/tokenizer.json: model: the model type WordPiece")
        .withMessageContaining("add ai.djl.huggingface:tokenizers 0.38");
  }

  /** Loads this module's classes itself, and does not have the library's. */
  private static final class WithoutLibrary extends ClassLoader {
    WithoutLibrary(ClassLoader parent) {
      super(parent);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (name.startsWith("ai.djl.")) {
        throw new ClassNotFoundException(name);
      }
      if (!name.startsWith("io.tinker4j.text.")) {
        return super.loadClass(name, resolve);
      }
      Class<?> known = findLoadedClass(name);
      if (known != null) {
        return known;
      }
      try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
        if (in == null) {
          throw new ClassNotFoundException(name);
        }
        byte[] bytes = in.readAllBytes();
        return defineClass(name, bytes, 0, bytes.length);
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }
}
