package io.tinker4j.text.tokenizer;

import java.util.Locale;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** Reads the {@code pre_tokenizer} of a tokenizer file. Used once. */
final class PreTokenizerReader {
  private static final Splitter WHOLE = (text, start, end, sink) -> sink.piece(text, start, end);

  private @Nullable Splitter splitter;
  private EncodeSteps.Opening opening = EncodeSteps.Opening.NONE;
  private boolean isFirst = true;
  private boolean byteLevel;

  PreTokenizerReader(JsonPart part) {
    if (!part.isAbsent()) {
      read(part);
    }
  }

  Splitter splitter() {
    return splitter == null ? WHOLE : splitter;
  }

  EncodeSteps.Opening opening() {
    return opening;
  }

  /** Whether the symbols of the model are bytes. */
  boolean byteLevel() {
    return byteLevel;
  }

  private void read(JsonPart part) {
    if (part.type().equals("Sequence")) {
      part.elements("pretokenizers").forEach(this::read);
      return;
    }
    if (byteLevel) {
      throw part.unsupported("a step behind ByteLevel");
    }
    switch (part.type()) {
      case "Split" -> add(split(part));
      case "Digits" -> add(digits(part));
      case "ByteLevel" -> readByteLevel(part);
      case "Metaspace" -> readMetaspace(part);
      default -> throw part.unsupported("the pre-tokenizer " + part.type());
    }
    isFirst = false;
  }

  private void add(Splitter next) {
    splitter = splitter == null ? next : splitter.then(next);
  }

  private static Splitter split(JsonPart part) {
    JsonPart pattern = part.at("pattern");
    boolean isRegex = pattern.node().has("Regex");
    String regex = isRegex ? pattern.text("Regex") : Pattern.quote(pattern.text("String"));
    try {
      return SplitPatterns.of(regex, behavior(part), part.flag("invert", false));
    } catch (PatternSyntaxException e) {
      throw new UnsupportedTokenizerException(
          pattern.where() + ": Java does not know the pattern: " + e.getMessage(), e);
    }
  }

  private static RegexSplitter.Behavior behavior(JsonPart part) {
    String behavior = part.text("behavior");
    for (RegexSplitter.Behavior each : RegexSplitter.Behavior.values()) {
      if (each.name().replace("_", "").equals(behavior.toUpperCase(Locale.ROOT))) {
        return each;
      }
    }
    throw part.unsupported("the behavior " + behavior);
  }

  private static Splitter digits(JsonPart part) {
    return part.flag("individual_digits", false)
        ? new SimpleScanners.Digits(1)
        : new SimpleScanners.Digits(Integer.MAX_VALUE);
  }

  private void readByteLevel(JsonPart part) {
    byteLevel = true;
    if (part.flag("add_prefix_space", true)) {
      if (!isFirst) {
        throw part.unsupported("add_prefix_space behind another step");
      }
      opening =
          (text, from, end) -> text.chars[from] == ' ' ? text : prefixed(text, from, end, " ");
    }
    if (part.flag("use_regex", true)) {
      add(SplitPatterns.isolated(SplitPatterns.GPT_2));
    }
  }

  private static NormalText prefixed(NormalText text, int from, int end, String prefix) {
    return text.part(from, end).normalized(Normalizers.prepend(prefix));
  }

  private void readMetaspace(JsonPart part) {
    if (!isFirst) {
      throw part.unsupported("Metaspace behind another step");
    }
    String meta = part.text("replacement");
    if (meta.length() != 1) {
      throw part.unsupported("the replacement " + meta);
    }
    String scheme = prependScheme(part);
    Normalizer spaces = Normalizers.replace(' ', meta.charAt(0));
    opening =
        (text, from, end) -> {
          NormalText replaced = text.part(from, end).normalized(spaces);
          boolean isWanted =
              scheme.equals("always")
                  || (scheme.equals("first") && replaced.sourceStart(replaced.start) == 0);
          return isWanted && replaced.chars[replaced.start] != meta.charAt(0)
              ? prefixed(replaced, replaced.start, replaced.end, meta)
              : replaced;
        };
    if (part.flag("split", true)) {
      add(
          new RegexSplitter(
              Pattern.compile(meta, Pattern.LITERAL),
              RegexSplitter.Behavior.MERGED_WITH_NEXT,
              false));
    }
  }

  /** Returns {@code always}, {@code first} or {@code never}. */
  static String prependScheme(JsonPart part) {
    if (!part.flag("add_prefix_space", true)) {
      return "never";
    }
    return part.node().path("prepend_scheme").isString() ? part.text("prepend_scheme") : "always";
  }
}
