package io.tinker4j.testkit;

import java.util.Locale;

/** What an operation of a model does; the names are those of the endpoints. */
enum OperationKind {
  FORWARD(false),
  FORWARD_BACKWARD(false),
  OPTIM_STEP(true),
  SAVE_WEIGHTS(false),
  LOAD_WEIGHTS(true),
  SAVE_WEIGHTS_FOR_SAMPLER(false);

  private final boolean changesWeights;

  OperationKind(boolean changesWeights) {
    this.changesWeights = changesWeights;
  }

  boolean changesWeights() {
    return changesWeights;
  }

  String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
