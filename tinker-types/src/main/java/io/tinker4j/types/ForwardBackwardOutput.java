package io.tinker4j.types;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The result of a pass: one record of tensors per datum, in input order, and metrics. Immutable.
 */
public final class ForwardBackwardOutput {
  private final String lossFnOutputType;
  private final List<Map<String, TensorData>> lossFnOutputs;
  private final Metrics metrics;

  private ForwardBackwardOutput(
      String lossFnOutputType, List<Map<String, TensorData>> lossFnOutputs, Metrics metrics) {
    this.lossFnOutputType = lossFnOutputType;
    this.lossFnOutputs = lossFnOutputs;
    this.metrics = metrics;
  }

  /** Returns a result of these parts. */
  public static ForwardBackwardOutput of(
      String lossFnOutputType, List<Map<String, TensorData>> lossFnOutputs, Metrics metrics) {
    return new ForwardBackwardOutput(
        lossFnOutputType,
        lossFnOutputs.stream().map(Map::copyOf).toList(),
        Objects.requireNonNull(metrics, "metrics"));
  }

  @JsonCreator(mode = JsonCreator.Mode.PROPERTIES)
  private static ForwardBackwardOutput fromJson(
      @JsonProperty("loss_fn_output_type") @Nullable String lossFnOutputType,
      @JsonProperty(value = "loss_fn_outputs", required = true)
          List<Map<String, TensorData>> lossFnOutputs,
      @JsonProperty("metrics") @Nullable Metrics metrics) {
    return of(
        lossFnOutputType == null ? "" : lossFnOutputType,
        lossFnOutputs,
        metrics == null ? Metrics.empty() : metrics);
  }

  /** Returns the server's name of the per-datum records; informational. */
  @JsonProperty("loss_fn_output_type")
  public String lossFnOutputType() {
    return lossFnOutputType;
  }

  /** Returns the per-datum outputs; every built-in loss gives {@code logprobs} of the targets. */
  @JsonProperty("loss_fn_outputs")
  public List<Map<String, TensorData>> lossFnOutputs() {
    return lossFnOutputs;
  }

  /** Returns what the server measured. */
  @JsonProperty("metrics")
  public Metrics metrics() {
    return metrics;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ForwardBackwardOutput that
        && lossFnOutputType.equals(that.lossFnOutputType)
        && lossFnOutputs.equals(that.lossFnOutputs)
        && metrics.equals(that.metrics);
  }

  @Override
  public int hashCode() {
    return Objects.hash(lossFnOutputType, lossFnOutputs, metrics);
  }

  @Override
  public String toString() {
    return "ForwardBackwardOutput{" + lossFnOutputs.size() + " datums, " + metrics + "}";
  }
}
