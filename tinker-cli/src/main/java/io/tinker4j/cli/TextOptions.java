package io.tinker4j.cli;

import io.tinker4j.cli.output.CommandException;
import io.tinker4j.cli.output.FileProblem;
import io.tinker4j.cli.output.VisibleText;
import io.tinker4j.text.renderer.ModelAttributes;
import io.tinker4j.text.renderer.Renderer;
import io.tinker4j.text.renderer.Renderers;
import io.tinker4j.text.tokenizer.Tokenizer;
import io.tinker4j.text.tokenizer.TokenizerFinder;
import io.tinker4j.text.tokenizer.TokenizerNotFoundException;
import io.tinker4j.text.tokenizer.Tokenizers;
import io.tinker4j.training.TokenizerId;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which tokenizer and renderer turn chats into the tokens of a model, and back. */
final class TextOptions {
  /** What commands without a server work for when nothing else is said. */
  static final String TINY_BYTES = "tinker4j/tiny-bytes";

  private static final String BYTES = "bytes";
  private static final String PLAIN_RENDERER = "role_colon";

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description =
          "The base model, such as Qwen/Qwen3-8B. Default: the first one that the server "
              + "supports; without a server, the tiny model that comes with this command.")
  private @Nullable String model;

  private @Nullable String tokenizer;

  @Option(
      names = "--hub",
      paramLabel = "URL",
      description =
          "A hub to download the model's tokenizer from when this machine has it not, such as "
              + "https://huggingface.co. Default: nothing is downloaded.")
  private @Nullable URI hub;

  private @Nullable String renderer;

  @Option(
      names = "--tokenizer",
      paramLabel = "DIR",
      description =
          "A directory with tokenizer.json, or \"bytes\" for a token per byte. Default: the model's"
              + " own, from the cache of the Hugging Face hub. tinker4j/nano-N has none of its "
              + "own.")
  void useTokenizer(@Nullable String value) {
    if (value != null && !value.equals(BYTES) && !isThere(value)) {
      throw refused("--tokenizer", value, "bytes, or a directory with tokenizer.json");
    }
    tokenizer = value;
  }

  @Option(
      names = "--renderer",
      paramLabel = "NAME",
      description =
          "How a chat is written for the model, such as qwen3 or llama3; \"template\" for the "
              + "tokenizer's own chat template. Default: what is recommended for the model.")
  void useRenderer(@Nullable String value) {
    if (value != null && !Renderers.known().names().contains(value)) {
      throw refused("--renderer", value, "one of " + String.join(", ", Renderers.known().names()));
    }
    renderer = value;
  }

  private static boolean isThere(String path) {
    try {
      return Files.exists(Path.of(path));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private ParameterException refused(String option, String value, String accepted) {
    return new ParameterException(
        spec.commandLine(),
        "%s is '%s'; it must be %s".formatted(option, VisibleText.of(value), accepted));
  }

  @Nullable String model() {
    return model;
  }

  /**
   * Returns these options with what they do not say as a run had it.
   *
   * @throws CommandException when the run's tokenizer is a directory that is gone
   */
  TextOptions elseAs(RunFile run) {
    TextOptions both = new TextOptions();
    both.model = run.model();
    both.tokenizer = tokenizer == null ? tokenizerOf(run) : tokenizer;
    both.hub = hub;
    both.renderer = renderer == null ? run.renderer() : renderer;
    return both;
  }

  /** What is written down of a tokenizer is a path, or the model's own id of the hub. */
  private static @Nullable String tokenizerOf(RunFile run) {
    String id = run.tokenizer();
    if (id.equals(BYTES) || Files.exists(Path.of(id))) {
      return id;
    }
    if (id.equals(TokenizerId.ofModel(run.model()).repository())) {
      return null;
    }
    throw new CommandException(
        "the run was trained with the tokenizer %s, which is not there; name it with --tokenizer"
            .formatted(id));
  }

  /** Returns the tokenizer of a model, by default the one that is found for it. */
  Tokenizer tokenizer(String model) {
    try {
      if (BYTES.equals(tokenizer) || (tokenizer == null && TinyModels.isOfBytes(model))) {
        return Tokenizers.bytes();
      }
      if (tokenizer != null) {
        return Tokenizers.read(Path.of(tokenizer));
      }
      if (TinyModels.isSized(model)) {
        throw new CommandException(
            "%s has no tokenizer of its own; name a directory with --tokenizer".formatted(model));
      }
      TokenizerFinder.Builder finder = TokenizerFinder.builder();
      if (hub != null) {
        finder.hub(hub);
      }
      return finder.build().find(TokenizerId.ofModel(model));
    } catch (TokenizerNotFoundException e) {
      throw new CommandException(e.getMessage() + " (--tokenizer DIR, --hub URL)", e);
    } catch (UncheckedIOException e) {
      throw new CommandException(
          "--tokenizer: "
              + FileProblem.of(
                  Path.of(String.valueOf(tokenizer)), Objects.requireNonNull(e.getCause())),
          e);
    } catch (IllegalArgumentException e) {
      throw new CommandException(String.valueOf(e.getMessage()), e);
    }
  }

  /** Returns what is written down of the tokenizer. */
  String tokenizerId(String model) {
    if (tokenizer != null) {
      return tokenizer;
    }
    return TinyModels.isOfBytes(model) ? BYTES : TokenizerId.ofModel(model).repository();
  }

  /** Returns the name of the renderer, by default the one that is recommended. */
  String rendererName(String model) {
    if (renderer != null) {
      return renderer;
    }
    if (TinyModels.isOfBytes(model)) {
      return PLAIN_RENDERER;
    }
    try {
      return ModelAttributes.of(model).recommendedRenderers().get(0);
    } catch (IllegalArgumentException e) {
      throw new CommandException(
          "no renderer is known for %s; choose one of %s with --renderer"
              .formatted(model, String.join(", ", Renderers.known().names())),
          e);
    }
  }

  /** Returns the renderer of a model. */
  Renderer renderer(String model, Tokenizer tokenizer) {
    try {
      return Renderers.of(rendererName(model), tokenizer);
    } catch (IllegalArgumentException e) {
      throw new CommandException("--renderer: " + e.getMessage(), e);
    }
  }
}
