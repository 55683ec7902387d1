package io.tinker4j.cli;

import io.tinker4j.cli.access.ClientOptions;
import io.tinker4j.cli.output.CommandException;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.cost.TokenMeter;
import io.tinker4j.transport.ConnectionException;
import io.tinker4j.transport.CredentialSource;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.client.CallOptions;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.transport.operation.NoContent;
import java.util.Optional;
import java.util.OptionalInt;

/** A server that somebody else runs. */
final class RemoteServer implements TrainingServer {
  private static final CallOptions FIRST_CONTACT = CallOptions.builder().maxRetries(1).build();

  private final String baseUrl;
  private final CredentialSource credential;

  private RemoteServer(String baseUrl, CredentialSource credential) {
    this.baseUrl = baseUrl;
    this.credential = credential;
  }

  /**
   * Returns a server that answers. The SDK tries for minutes to reach a server, as a long job
   * should; somebody who waits for a first answer is told at once.
   *
   * @throws CommandException when the address or the key cannot be right
   * @throws ConnectionException when nobody answers there
   */
  static RemoteServer reach(ClientOptions client) {
    String baseUrl = client.address();
    CredentialSource credential = client.requireCredential().source();
    try (ApiClient api = ApiClient.builder().baseUrl(baseUrl).credentials(credential).build()) {
      api.call(Operations.GET_SERVER_CAPABILITIES, NoContent.INSTANCE, FIRST_CONTACT);
    } catch (IllegalArgumentException e) {
      throw client.misconfigured(e);
    }
    return new RemoteServer(baseUrl, credential);
  }

  @Override
  public ServiceClient connect(TokenMeter meter) {
    return ServiceClient.builder()
        .baseUrl(baseUrl)
        .credentials(credential)
        .tokenMeter(meter)
        .build();
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
