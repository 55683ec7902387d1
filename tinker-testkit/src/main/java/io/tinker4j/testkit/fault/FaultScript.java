package io.tinker4j.testkit.fault;

import java.util.List;
import java.util.stream.Stream;

/**
 * Faults and the seed that their probabilities are drawn from: the same script gives the same
 * faults for the same requests. Immutable.
 */
public final class FaultScript {
  private static final FaultScript NONE = new FaultScript(0, List.of());

  private final long seed;
  private final List<Fault> faults;

  private FaultScript(long seed, List<Fault> faults) {
    this.seed = seed;
    this.faults = faults;
  }

  /** Returns a script without faults. */
  public static FaultScript none() {
    return NONE;
  }

  /** Returns a script of these faults with seed 0. */
  public static FaultScript of(Fault... faults) {
    return new FaultScript(0, List.of(faults));
  }

  /** Returns the same faults with another seed. */
  public FaultScript withSeed(long seed) {
    return new FaultScript(seed, faults);
  }

  /** Returns these faults and more behind them. */
  public FaultScript and(Fault... more) {
    return new FaultScript(seed, Stream.concat(faults.stream(), List.of(more).stream()).toList());
  }

  /**
   * Reads a script: {@code {"seed": 7, "faults": [{"on": {"operation": "optim_step"}, "nth": 3,
   * "do": "execute_then_drop_answer"}]}}.
   *
   * <p>A fault has {@code on} with {@code operation}, {@code header} (an object of one name and its
   * value) and {@code body_contains}, all optional; {@code nth}, {@code from}, {@code times},
   * {@code probability}, {@code during_seconds}; and {@code do}, the name of what happens: that of
   * the method of {@link Fault.When} with underscores, such as {@code restart_server}. Beside it
   * stand the settings, named as the method's parameters are; a duration is {@code seconds}.
   *
   * @throws IllegalArgumentException when it is not such; the message says where
   */
  public static FaultScript fromJson(String json) {
    return FaultJson.read(json);
  }

  /** Writes the script as {@link #fromJson} reads it. */
  public String toJson() {
    return FaultJson.write(this);
  }

  /** Returns the seed. */
  public long seed() {
    return seed;
  }

  /** Returns the faults in their order. */
  public List<Fault> faults() {
    return faults;
  }

  @Override
  public String toString() {
    return "FaultScript" + faults + " seed " + seed;
  }
}
