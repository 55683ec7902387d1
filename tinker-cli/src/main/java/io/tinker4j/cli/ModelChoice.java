package io.tinker4j.cli;

import io.tinker4j.cli.output.CommandException;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.types.SupportedModel;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Which base model of a server is trained. */
final class ModelChoice {
  private ModelChoice() {}

  /**
   * Returns the wanted one if the server has it; without a wish its first one. Models that have
   * their number of tokens in their names are on no list; the server says whether it takes one.
   */
  static String of(ServiceClient client, @Nullable String wanted) {
    List<String> supported =
        client.getServerCapabilities().supportedModels().stream()
            .map(SupportedModel::modelName)
            .flatMap(Optional::stream)
            .toList();
    if (wanted == null && !supported.isEmpty()) {
      return supported.get(0);
    }
    if (wanted == null) {
      throw new CommandException("the server names no models; choose one with --model");
    }
    if (!supported.isEmpty() && !supported.contains(wanted) && !TinyModels.isSized(wanted)) {
      throw new CommandException(
          "--model: the server has no model %s; it has %s"
              .formatted(wanted, String.join(", ", supported)));
    }
    return wanted;
  }
}
