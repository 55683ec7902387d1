package io.tinker4j.cli;

import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.cost.TokenMeter;
import java.util.Optional;
import java.util.OptionalInt;

/** Where {@code tinker quickstart} trains. */
sealed interface TrainingServer extends AutoCloseable permits EmbeddedServer, RemoteServer {
  /** Returns a new client; sends nothing. */
  default ServiceClient connect() {
    return connect(TokenMeter.create());
  }

  /** Returns a new client that counts its tokens; sends nothing. */
  ServiceClient connect(TokenMeter meter);

  /** Returns a name and an address, for people. */
  String description();

  /** Returns what the user should know before training here. */
  Optional<String> note();

  /** Returns a learning rate that suits the models here. */
  double learningRate();

  /** Returns how many tokens a model has here, if that is known. */
  OptionalInt vocabularySize(String model);

  /** Returns the token that ends a document. */
  int endOfDocument();

  /** Returns where a checkpoint is, for people. */
  String locate(String checkpoint);

  /** Returns the hash of a model's weights, if this server tells it. */
  Optional<String> weightsHash(String modelId);

  @Override
  void close();
}
