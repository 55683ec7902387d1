package io.tinker4j.training;

import io.tinker4j.types.CheckpointType;
import io.tinker4j.types.TinkerPath;
import java.net.URI;
import java.util.Objects;

/**
 * What a client of OpenAI's API needs to sample from a tuned model: the service answers {@code
 * /chat/completions} and {@code /completions} below an address of their own. The API key is that of
 * the service, and the server renders conversations with the template of the base model.
 */
public final class OpenAiCompatible {
  private OpenAiCompatible() {}

  /**
   * Returns the address that such a client takes as its base URL.
   *
   * @param service the client whose service is meant; it need not be kept open
   */
  public static URI baseUrl(ServiceClient service) {
    String address = service.api().baseUrl().toString();
    return URI.create(address + (address.endsWith("/") ? "" : "/") + "oai/api/v1");
  }

  /**
   * Returns the name of a tuned model, which such a client takes as its model.
   *
   * @param path a checkpoint to sample from, as {@link TrainingClient#saveWeightsForSampler} saves
   * @throws IllegalArgumentException when the checkpoint is not one to sample from
   */
  public static String modelName(TinkerPath path) {
    if (!path.checkpointType().equals(CheckpointType.SAMPLER)) {
      throw new IllegalArgumentException(
          path + " is not for sampling; saveWeightsForSampler() saves what is");
    }
    return path.path();
  }

  /**
   * Returns the name of a tuned model as a variant of its base model, for example one with a longer
   * context.
   *
   * @param baseModel the variant of the model that the checkpoint was trained from
   * @param path a checkpoint to sample from
   * @throws IllegalArgumentException when the checkpoint is not one to sample from
   */
  public static String modelName(String baseModel, TinkerPath path) {
    return Objects.requireNonNull(baseModel, "baseModel") + ";" + modelName(path);
  }
}
