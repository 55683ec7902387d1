package io.tinker4j.cli;

import io.tinker4j.training.ServiceClient;
import io.tinker4j.transport.ConnectionException;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.client.CallOptions;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.transport.operation.NoContent;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** A server that somebody else runs. */
final class RemoteServer implements TrainingServer {
  private static final CallOptions FIRST_CONTACT = CallOptions.builder().maxRetries(1).build();

  private final String baseUrl;
  private final String apiKey;

  private RemoteServer(String baseUrl, String apiKey) {
    this.baseUrl = baseUrl;
    this.apiKey = apiKey;
  }

  /**
   * Returns a server that answers. The SDK tries for minutes to reach a server, as a long job
   * should; somebody who waits for a first answer is told at once.
   *
   * @throws CommandException when the address or the key cannot be right
   * @throws ConnectionException when nobody answers there
   */
  static RemoteServer reach(String baseUrl, @Nullable String apiKey) {
    if (apiKey == null || apiKey.isEmpty()) {
      throw new CommandException(
          "there is no API key for %s; give one in the environment variable TINKER_API_KEY or with %s"
              .formatted(baseUrl, ClientOptions.API_KEY));
    }
    try (ApiClient api = ApiClient.builder().baseUrl(baseUrl).apiKey(apiKey).build()) {
      api.call(Operations.GET_SERVER_CAPABILITIES, NoContent.INSTANCE, FIRST_CONTACT);
    } catch (IllegalArgumentException e) {
      throw new CommandException(named(String.valueOf(e.getMessage())), e);
    }
    return new RemoteServer(baseUrl, apiKey);
  }

  /** Names the options where the SDK names its builder's settings. */
  private static String named(String message) {
    return message
        .replaceFirst("^baseUrl", ClientOptions.BASE_URL)
        .replaceFirst("^apiKey", ClientOptions.API_KEY);
  }

  @Override
  public ServiceClient connect() {
    return ServiceClient.builder().baseUrl(baseUrl).apiKey(apiKey).build();
  }

  @Override
  public String description() {
    return "the server at " + baseUrl;
  }

  @Override
  public Optional<String> note() {
    return Optional.of(
        "trains on raw bytes, as the tiny model does; tinker train takes the model's own"
            + " tokenizer");
  }

  @Override
  public double learningRate() {
    return 1e-4;
  }

  @Override
  public OptionalInt vocabularySize(String model) {
    return TinyModels.vocabularySize(model);
  }

  /** Returns a line break: only the model's own tokenizer knows its end of text. */
  @Override
  public int endOfDocument() {
    return '\n';
  }

  @Override
  public String locate(String checkpoint) {
    return checkpoint;
  }

  @Override
  public Optional<String> weightsHash(String modelId) {
    return Optional.empty();
  }

  @Override
  public void close() {}
}
