package io.tinker4j.mlflow;

import io.tinker4j.recovery.ExperimentTracker;
import io.tinker4j.transport.Backoff;
import io.tinker4j.transport.Headers;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.operation.JsonCodec;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Notes what a run does in the words of MLflow's REST API, version 2.0. Give it to {@link
 * io.tinker4j.recovery.ResumableTraining.Builder#tracker}; one run at a time uses it.
 */
public final class MlflowTracker implements ExperimentTracker {
  /** The most that MLflow takes in one call, and in one parameter of its older versions. */
  private static final int PARAMETERS_AT_ONCE = 100;

  private static final int LONGEST_VALUE = 500;

  private final MlflowCalls.Server server;
  private final Time time;
  private @Nullable MlflowCalls calls;

  private MlflowTracker(MlflowCalls.Server server, Time time) {
    this.server = server;
    this.time = time;
  }

  /**
   * Returns a tracker that makes a run of an MLflow experiment each time that a run is started or
   * resumed: settings become parameters of at most 500 characters, checkpoints tags {@code
   * artifact.<id>} with a JSON object. Names keep letters, digits, dots, dashes, slashes and
   * spaces; {@code loss:sum} becomes {@code loss_sum}. Metrics that are not finite are left out.
   *
   * <p>Calls are made on a thread of their own, each at most three times. When MLflow does not take
   * them, or more than 1,000 wait, they are lost: the first is logged, and all are counted and told
   * when the run ends, for which training waits at most five seconds.
   *
   * @param server where MLflow is, without {@code /api}
   * @param experimentId of an experiment that is there, such as {@code 0}
   * @param headers to send with every call, for example {@code Authorization}
   */
  public static MlflowTracker create(URI server, String experimentId, Headers headers) {
    return create(
        server,
        experimentId,
        headers,
        new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(10), 0));
  }

  static MlflowTracker create(URI server, String experimentId, Headers headers, Backoff retries) {
    if (experimentId.isBlank()) {
      throw new IllegalArgumentException("experimentId is blank; MLflow's first one is 0");
    }
    if (server.getScheme() == null || !server.getScheme().startsWith("http")) {
      throw new IllegalArgumentException(
          "server is '" + server + "'; it must start with http:// or https://");
    }
    return new MlflowTracker(
        new MlflowCalls.Server(server, experimentId, headers, retries), Time.system());
  }

  @Override
  public void start(Map<String, String> parameters) {
    MlflowCalls begun = MlflowCalls.begin(server, time);
    calls = begun;
    List<Map<String, Object>> all = new ArrayList<>();
    parameters.forEach((name, value) ->
        all.add(
            Map.of(
                "key",
                named(name),
                "value",
                value.substring(0, Math.min(value.length(), LONGEST_VALUE)))));
    for (int from = 0; from < all.size(); from += PARAMETERS_AT_ONCE) {
      List<Map<String, Object>> some =
          all.subList(from, Math.min(all.size(), from + PARAMETERS_AT_ONCE));
      begun.add("runs/log-batch", Map.of("params", some));
    }
  }

  /** Older versions refuse most of what is neither letter nor digit. */
  private static String named(String name) {
    return name.replaceAll("[^\\w.\\-/ ]", "_");
  }

  @Override
  public void metrics(long step, Map<String, Double> metrics) {
    List<Map<String, Object>> all = new ArrayList<>();
    metrics.forEach((name, value) -> {
      if (Double.isFinite(value)) { // JSON has no word for the others
        Map<String, Object> metric = new LinkedHashMap<>();
        metric.put("key", named(name));
        metric.put("value", value);
        metric.put("timestamp", time.now().toEpochMilli());
        metric.put("step", step);
        all.add(metric);
      }
    });
    if (!all.isEmpty()) {
      begun().addMetrics(all);
    }
  }

  @Override
  public void artifact(Artifact artifact) {
    String value = new String(JsonCodec.write(artifact.fields()), StandardCharsets.UTF_8);
    begun().add("runs/set-tag", Map.of("key", "artifact." + named(artifact.id()), "value", value));
  }

  @Override
  public void finish(Status status) {
    String word =
        switch (status) {
          case FINISHED -> "FINISHED";
          case STOPPED -> "KILLED";
          case FAILED -> "FAILED";
        };
    MlflowCalls begun = begun();
    calls = null;
    begun.add("runs/update", Map.of("status", word, "end_time", time.now().toEpochMilli()));
    begun.end();
  }

  private MlflowCalls begun() {
    MlflowCalls begun = calls;
    if (begun == null) {
      throw new IllegalStateException("start was not called");
    }
    return begun;
  }
}
