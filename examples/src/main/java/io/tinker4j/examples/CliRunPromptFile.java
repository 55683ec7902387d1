package io.tinker4j.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tinker4j.cli.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** Runs the tinker command in this JVM: a file of prompts to a file of answers, row by row. */
public final class CliRunPromptFile {
  private CliRunPromptFile() {}

  /** Uses the server and the key that TINKER_BASE_URL and TINKER_API_KEY name. */
  public static void main(String[] args) throws IOException {
    Path directory = Files.createTempDirectory("answers");
    run(variable("TINKER_BASE_URL"), variable("TINKER_API_KEY"), directory)
        .forEach(System.out::println);
  }

  private static String variable(String name) {
    return Objects.requireNonNull(System.getenv(name), name);
  }

  static List<String> run(String baseUrl, String apiKey, Path directory) throws IOException {
    Path prompts =
        Files.writeString(
            directory.resolve("prompts.jsonl"),
            """
            a line of text is what a user says
            {"prompt": "so is this"}
            {"messages": [{"role": "system", "content": "Rhyme."}, {"role": "user", "content": "Go"}]}
            """);
    Path answers = directory.resolve("answers.jsonl");
    int exitCode =
        Main.run(
            Reader.nullReader(),
            new PrintWriter(System.out, true, UTF_8),
            new PrintWriter(System.err, true, UTF_8),
            "sample",
            "--base-url=" + baseUrl,
            "--api-key=" + apiKey,
            "--prompts=" + prompts,
            "--out=" + answers,
            "--max-tokens=12");
    return exitCode == 0 ? Files.readAllLines(answers) : List.of();
  }
}
