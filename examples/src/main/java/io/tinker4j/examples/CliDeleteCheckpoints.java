package io.tinker4j.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tinker4j.cli.Main;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.StringWriter;
import java.util.Objects;

/** Runs the tinker command in this JVM: saves two checkpoints and deletes both at once. */
public final class CliDeleteCheckpoints {
  private CliDeleteCheckpoints() {}

  /** Uses the server and the key that TINKER_BASE_URL and TINKER_API_KEY name. */
  public static void main(String[] args) {
    try (ServiceClient service = ServiceClient.create()) {
      System.out.print(run(service, variable("TINKER_BASE_URL"), variable("TINKER_API_KEY")));
    }
  }

  private static String variable(String name) {
    return Objects.requireNonNull(System.getenv(name), name);
  }

  static String run(ServiceClient service, String baseUrl, String apiKey) {
    String model =
        service.getServerCapabilities().supportedModels().get(0).modelName().orElseThrow();
    TrainingClient training = service.createLoraTrainingClient(model);
    String first = training.saveState("first").join().path();
    String second = training.saveState("second").join().path();

    StringWriter out = new StringWriter();
    Main.run(
        Reader.nullReader(),
        new PrintWriter(out),
        new PrintWriter(System.err, true, UTF_8),
        "checkpoint",
        "delete",
        "--base-url=" + baseUrl,
        "--api-key=" + apiKey,
        "--yes", // asks otherwise
        first,
        second);
    return out.toString();
  }
}
