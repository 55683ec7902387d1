package io.tinker4j.cli;

import com.github.luben.zstd.ZstdInputStream;
import io.tinker4j.cli.output.CommandException;
import io.tinker4j.cli.output.FileProblem;
import io.tinker4j.cli.output.JsonText;
import io.tinker4j.text.chat.Message;
import io.tinker4j.text.renderer.Renderer;
import io.tinker4j.types.ModelInput;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** Prompts, one a line: JSON with a prompt or messages, or plain text. Immutable. */
final class PromptFile {
  private static final String GZIP = "1f8b";
  private static final String ZSTD = "28b52ffd";
  private static final int MAGIC = 4;

  private final Path file;
  private final List<String> rows;
  private final UnaryOperator<List<Message>> completion;

  private PromptFile(Path file, List<String> rows, UnaryOperator<List<Message>> completion) {
    this.file = file;
    this.rows = rows;
    this.completion = completion;
  }

  /** What is asked, and its tokens. */
  record Prompt(List<Message> messages, ModelInput input) {}

  /** Takes a prompt. */
  @FunctionalInterface
  interface Asking {
    void ask(Prompt prompt) throws InterruptedException;
  }

  /**
   * Reads a file, plain, gzip or zstd, which is known by its first bytes. It is read once: a pipe
   * gives its lines once.
   *
   * @param completion what is done to each chat
   * @throws CommandException when it cannot be read
   */
  static PromptFile read(Path file, UnaryOperator<List<Message>> completion) {
    List<String> rows = new ArrayList<>();
    try (InputStream in = unpacked(new BufferedInputStream(Files.newInputStream(file)));
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        boolean hasMark = rows.isEmpty() && line.startsWith("\uFEFF");
        rows.add(hasMark ? line.substring(1) : line);
      }
    } catch (IOException e) {
      throw new CommandException("--prompts: " + FileProblem.of(file, e), e);
    }
    return new PromptFile(file, rows, completion);
  }

  private static InputStream unpacked(InputStream in) throws IOException {
    in.mark(MAGIC);
    String magic = HexFormat.of().formatHex(in.readNBytes(MAGIC));
    in.reset();
    if (magic.startsWith(GZIP)) {
      return new GZIPInputStream(in);
    }
    return magic.equals(ZSTD) ? new ZstdInputStream(in) : in;
  }

  /**
   * Hands out all prompts in their order.
   *
   * @throws CommandException when a row is none; the row is named
   */
  void forEach(Renderer renderer, Asking asking) throws InterruptedException {
    for (int i = 0; i < rows.size(); i++) {
      if (!rows.get(i).isBlank()) {
        asking.ask(prompt(renderer, rows.get(i), "%s line %d: ".formatted(file, i + 1)));
      }
    }
  }

  private Prompt prompt(Renderer renderer, String row, String place) {
    try {
      List<Message> messages = completion.apply(messages(row));
      return new Prompt(messages, renderer.generationPrompt(messages));
    } catch (JsonText.SyntaxException | IllegalArgumentException e) {
      throw new CommandException(place + e.getMessage(), e);
    }
  }

  private static List<Message> messages(String row) throws JsonText.SyntaxException {
    if (!row.stripLeading().startsWith("{")) {
      return List.of(Message.user(row));
    }
    Map<String, @Nullable Object> object = JsonText.readObject(row);
    if (object.get("prompt") instanceof String question) {
      return List.of(Message.user(question));
    }
    if (object.get("messages") instanceof List<?> list && !list.isEmpty()) {
      List<Message> messages = Message.fromList(list);
      if (messages.get(messages.size() - 1).role().equals("assistant")) {
        throw new IllegalArgumentException(
            "the last message is the assistant's; there is nothing to answer");
      }
      return messages;
    }
    throw new IllegalArgumentException(
        "the row has neither a \"prompt\", a string, nor \"messages\", an array");
  }
}
