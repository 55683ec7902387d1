package io.tinker4j.cli.hub;

import io.tinker4j.cli.access.Surroundings;
import io.tinker4j.cli.output.CommandException;
import io.tinker4j.cli.output.FileProblem;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Where the hub is and with which token, as its own tools find them.
 *
 * @param token never printed
 */
public record HubLogin(URI endpoint, String token) {
  private static final String HUB = "https://huggingface.co";

  /**
   * Looks into {@code HF_ENDPOINT}, {@code HF_TOKEN}, and the file that {@code hf auth login}
   * writes.
   *
   * @throws CommandException when there is no token
   */
  public static HubLogin find(Surroundings surroundings) {
    String endpoint = surroundings.variable("HF_ENDPOINT").orElse(HUB).replaceFirst("/+$", "");
    Path file =
        surroundings
            .variable("HF_TOKEN_PATH")
            .map(Path::of)
            .orElseGet(() -> home(surroundings).resolve("token"));
    String token =
        surroundings
            .variable("HF_TOKEN")
            .or(() -> surroundings.variable("HUGGING_FACE_HUB_TOKEN"))
            .or(() -> stored(file))
            .map(String::strip)
            .filter(each -> !each.isEmpty())
            .orElseThrow(() ->
                new CommandException(
                    "Not logged in to Hugging Face",
                    List.of(
                        "Set HF_TOKEN to a token that may write, or run `hf auth login`, which"
                            + " stores one in "
                            + file
                            + ".")));
    return new HubLogin(URI.create(endpoint), token);
  }

  private static Path home(Surroundings surroundings) {
    return surroundings
        .variable("HF_HOME")
        .map(Path::of)
        .orElseGet(() ->
            surroundings
                .variable("XDG_CACHE_HOME")
                .map(Path::of)
                .orElse(surroundings.home().resolve(".cache"))
                .resolve("huggingface"));
  }

  private static Optional<String> stored(Path file) {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Files.readString(file));
    } catch (IOException e) {
      throw new CommandException(FileProblem.of(file, e), e);
    }
  }

  @Override
  public String toString() {
    return "HubLogin{" + endpoint + ", ***}";
  }
}
