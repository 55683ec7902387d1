package io.tinker4j.examples;

import io.tinker4j.cli.Main;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.StringWriter;
import java.util.Objects;

/** Runs the tinker command in this JVM: a prompt to a model, and its answer as JSON. */
public final class CliRunText {
  private CliRunText() {}

  /** How the command ended, and what it printed. */
  record Outcome(int exitCode, String out, String err) {}

  /** Uses the server and the key that TINKER_BASE_URL and TINKER_API_KEY name. */
  public static void main(String[] args) {
    System.out.println(
        run(variable("TINKER_BASE_URL"), variable("TINKER_API_KEY"), "Who are you?"));
  }

  private static String variable(String name) {
    return Objects.requireNonNull(System.getenv(name), name);
  }

  static Outcome run(String baseUrl, String apiKey, String prompt) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        Main.run(
            Reader.nullReader(), // nothing is typed
            new PrintWriter(out),
            new PrintWriter(err),
            "--format=json",
            "sample",
            "--base-url=" + baseUrl,
            "--api-key=" + apiKey,
            "--prompt=" + prompt,
            "--max-tokens=12",
            "--seed=7");
    return new Outcome(exitCode, out.toString(), err.toString());
  }
}
