package io.tinker4j.text.tokenizer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * Where the native tokenizer library runs.
 *
 * @param system as Java names it
 * @param architecture as Java names it
 * @param musl whether the C library is musl
 */
record NativePlatform(String system, String architecture, boolean musl) {
  /** The platforms of the library's release 0.38. */
  static final String SUPPORTED =
      "Linux with glibc on x86_64 and aarch64, macOS on aarch64, Windows on x86_64";

  static NativePlatform current() {
    String architecture = System.getProperty("os.arch");
    Path loader = Path.of("/lib/ld-musl-" + canonical(architecture) + ".so.1");
    boolean hasGlibc =
        Files.exists(Path.of("/lib64/ld-linux-x86-64.so.2"))
            || Files.exists(Path.of("/lib/ld-linux-aarch64.so.1"));
    return new NativePlatform(
        System.getProperty("os.name"), architecture, Files.exists(loader) && !hasGlibc);
  }

  /** Returns why the library does not run here; empty when it should. */
  Optional<String> obstacle() {
    String name = system.toLowerCase(Locale.ROOT);
    String processor = canonical(architecture);
    boolean isSupported =
        (name.startsWith("linux") && !musl && isEither(processor))
            || (name.startsWith("mac") && processor.equals("aarch64"))
            || (name.startsWith("windows") && processor.equals("x86_64"));
    return isSupported
        ? Optional.empty()
        : Optional.of(
            "the library ai.djl.huggingface:tokenizers has no native part for %s on %s%s, only for %s; run on one of these, or use a tokenizer.json with a byte-pair encoding"
                .formatted(system, architecture, musl ? " with musl" : "", SUPPORTED));
  }

  private static boolean isEither(String processor) {
    return processor.equals("x86_64") || processor.equals("aarch64");
  }

  private static String canonical(String architecture) {
    return switch (architecture.toLowerCase(Locale.ROOT)) {
      case "amd64", "x86_64", "x64" -> "x86_64";
      case "arm64", "aarch64" -> "aarch64";
      default -> architecture;
    };
  }
}
