package io.tinker4j.testkit.run;

import java.util.Locale;
import java.util.Optional;

/** What an operation of a model does; the names are those of the endpoints. */
public enum OperationKind {
  FORWARD(false),
  FORWARD_BACKWARD(false),
  OPTIM_STEP(true),
  SAVE_WEIGHTS(false),
  LOAD_WEIGHTS(true),
  SAVE_WEIGHTS_FOR_SAMPLER(false),
  SAVE_WEIGHTS_EXTERNAL(false);

  private final boolean changesWeights;

  OperationKind(boolean changesWeights) {
    this.changesWeights = changesWeights;
  }

  boolean changesWeights() {
    return changesWeights;
  }

  /** What an operation of this kind is billed as, if it is. */
  public Optional<UsageMeter.Kind> billed() {
    return switch (this) {
      case FORWARD, FORWARD_BACKWARD -> Optional.of(UsageMeter.Kind.TRAINING);
      case SAVE_WEIGHTS, SAVE_WEIGHTS_EXTERNAL, SAVE_WEIGHTS_FOR_SAMPLER ->
          Optional.of(UsageMeter.Kind.CHECKPOINT);
      case OPTIM_STEP, LOAD_WEIGHTS -> Optional.empty();
    };
  }

  /** The kind of a name that {@link #wireName} gave. */
  public static OperationKind of(String wireName) {
    return valueOf(wireName.toUpperCase(Locale.ROOT));
  }

  /** Whether an engine that is rebuilt has to go through operations of this name again. */
  static boolean isRepeated(String wireName) {
    return wireName.equals(FORWARD_BACKWARD.wireName()) || wireName.equals(OPTIM_STEP.wireName());
  }

  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
