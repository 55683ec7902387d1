package io.tinker4j.cli;

import io.tinker4j.cli.output.CommandException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The text to train on, as bytes of UTF-8, with a mark after each document. Immutable. */
final class TrainingText {
  /** The largest file that is read. */
  static final int MOST_BYTES = 64 << 20;

  /** The mark: a byte that never occurs in UTF-8. */
  private static final byte END = (byte) 0xff;

  private static final int LEAST_BYTES = 32;
  private static final int PROMPT_CHARACTERS = 24;
  private static final String BUNDLED = "quickstart.txt";

  private final String name;
  private final int documents;
  private final String opening;
  private final @Nullable String note;
  private final byte[] marked;

  private TrainingText(String name, List<String> texts, @Nullable String note) {
    List<String> filled = texts.stream().filter(text -> !text.isBlank()).toList();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (String document : filled) {
      bytes.writeBytes(document.getBytes(StandardCharsets.UTF_8));
      bytes.write(END);
    }
    this.name = name;
    this.documents = filled.size();
    this.opening = filled.isEmpty() ? "" : opening(filled.get(0));
    this.note = note;
    this.marked = bytes.toByteArray();
  }

  /** Returns the beginning of Alice's Adventures in Wonderland, by Lewis Carroll, of 1865. */
  static TrainingText bundled() {
    try (InputStream in = TrainingText.class.getResourceAsStream(BUNDLED)) {
      if (in == null) {
        throw new IllegalStateException("this build of tinker lacks its text " + BUNDLED);
      }
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return new TrainingText("Alice's Adventures in Wonderland", List.of(text), null);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads a file of JSONL, if its name or its lines say so, or else of any text.
   *
   * @throws CommandException when there is nothing to train on; says what is wrong and where
   */
  static TrainingText read(Path file) {
    byte[] bytes = bytes(file);
    Utf8.firstError(bytes)
        .ifPresent(offset -> {
          throw unusable(file, "is not UTF-8 at byte %d (0x%02x)".formatted(offset, bytes[offset]));
        });
    int start = Utf8.start(bytes);
    String content = new String(bytes, start, bytes.length - start, StandardCharsets.UTF_8);
    if (content.isBlank()) {
      throw unusable(file, "is empty");
    }
    TrainingText text = interpret(file, content);
    int size = text.marked.length - text.documents;
    if (size < LEAST_BYTES) {
      throw unusable(
          file, "has %d bytes of text; training needs at least %d".formatted(size, LEAST_BYTES));
    }
    return text;
  }

  private static TrainingText interpret(Path file, String content) {
    boolean isNamedSo = file.toString().toLowerCase(Locale.ROOT).endsWith(".jsonl");
    String note = null;
    if (isNamedSo || content.stripLeading().startsWith("{")) {
      try {
        return jsonLines(file, JsonLines.parse(content));
      } catch (JsonLines.LineException e) {
        if (isNamedSo) {
          throw unusable(file, String.valueOf(e.getMessage()));
        }
        if (e.line() > 1) {
          note = "%s is read as plain text, not as JSONL: %s".formatted(file, e.getMessage());
        }
      }
    }
    return new TrainingText(file.toString(), List.of(content), note);
  }

  private static TrainingText jsonLines(Path file, JsonLines lines) {
    try {
      return new TrainingText(file.toString(), lines.documents(), null);
    } catch (JsonLines.LineException e) {
      throw unusable(file, String.valueOf(e.getMessage()));
    }
  }

  /** Reads with a limit instead of asking for the size, which pipes and devices do not have. */
  private static byte[] bytes(Path file) {
    if (Files.isDirectory(file)) {
      throw unusable(file, "is a directory; name a file of text or JSONL");
    }
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MOST_BYTES + 1);
    } catch (NoSuchFileException e) {
      throw unusable(file, "does not exist");
    } catch (AccessDeniedException e) {
      throw unusable(file, "cannot be read: permission denied");
    } catch (IOException e) {
      throw new CommandException(
          "--data: %s cannot be read: %s".formatted(file, e.getMessage()), e);
    }
    if (bytes.length > MOST_BYTES) {
      throw unusable(file, "is larger than %d MB; give a part of it".formatted(MOST_BYTES >> 20));
    }
    return bytes;
  }

  private static CommandException unusable(Path file, String what) {
    return new CommandException("--data: " + file + " " + what);
  }

  /** Returns the file or the title. */
  String name() {
    return name;
  }

  /** Returns what the user should know about how the file was read. */
  Optional<String> note() {
    return Optional.ofNullable(note);
  }

  /** Returns the number of documents that are not empty. */
  int documents() {
    return documents;
  }

  /** Returns the number of tokens: bytes and ends of documents. */
  int size() {
    return marked.length;
  }

  /** Returns tokens: bytes as they are, and at the end of a document the given one. */
  int[] tokens(int from, int to, int endOfDocument) {
    int[] tokens = new int[to - from];
    for (int i = 0; i < tokens.length; i++) {
      byte each = marked[from + i];
      tokens[i] = each == END ? endOfDocument : Byte.toUnsignedInt(each);
    }
    return tokens;
  }

  /** Returns the first words, to be continued by a model. */
  String opening() {
    return opening;
  }

  private static String opening(String document) {
    String text = document.strip();
    String start =
        text.codePoints()
            .limit(PROMPT_CHARACTERS)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
    int line = start.indexOf('\n');
    if (line > 0) {
      return start.substring(0, line).strip();
    }
    int space = start.lastIndexOf(' ');
    boolean isCut = start.length() < text.length();
    return isCut && space > 0 ? start.substring(0, space) : start;
  }
}
