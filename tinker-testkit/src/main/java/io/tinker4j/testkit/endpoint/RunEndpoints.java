package io.tinker4j.testkit.endpoint;

import io.tinker4j.testkit.checkpoint.CheckpointStore;
import io.tinker4j.testkit.checkpoint.StoredCheckpoint;
import io.tinker4j.testkit.checkpoint.TrainingRunEntry;
import io.tinker4j.testkit.http.Answer;
import io.tinker4j.testkit.http.HttpCall;
import io.tinker4j.testkit.http.JsonBodies;
import io.tinker4j.testkit.http.Router;
import io.tinker4j.testkit.run.Registry;
import io.tinker4j.types.CheckpointsListResponse;
import io.tinker4j.types.TrainingRunsResponse;
import java.util.List;
import java.util.Optional;

/** Training runs and lists of their checkpoints. */
public final class RunEndpoints {
  private static final int RUNS_PAGE = 20;
  private static final int CHECKPOINTS_PAGE = 100;

  private final Registry registry;
  private final CheckpointStore checkpoints;

  public RunEndpoints(Registry registry, CheckpointStore checkpoints) {
    this.registry = registry;
    this.checkpoints = checkpoints;
  }

  public void addTo(Router router) {
    router
        .add("GET", "training_runs", this::list)
        .add("GET", "training_runs/*", this::get)
        .add("GET", "training_runs/*/checkpoints", this::listOfRun)
        .add("GET", "checkpoints", this::listOfUser);
  }

  private Answer list(HttpCall call) {
    Page.requireScope(call);
    Optional<String> project = call.query("project_id");
    List<TrainingRunEntry> runs =
        checkpoints.runs(call.owner()).stream()
            .filter(run -> project.isEmpty() || project.equals(registry.projectOf(run.id())))
            .toList();
    Page<TrainingRunEntry> page = Page.of(call, RUNS_PAGE, runs);
    TrainingRunsResponse.Builder wire = TrainingRunsResponse.builder().cursor(page.cursor());
    page.entries().forEach(run -> wire.addTrainingRuns(run.toWire()));
    return JsonBodies.ok(wire.build());
  }

  private Answer get(HttpCall call) {
    Page.requireScope(call);
    return JsonBodies.ok(checkpoints.run(call.owner(), call.pathParameter(0)).toWire());
  }

  private Answer listOfRun(HttpCall call) {
    TrainingRunEntry run = checkpoints.run(call.owner(), call.pathParameter(0));
    CheckpointsListResponse.Builder wire = CheckpointsListResponse.builder();
    for (StoredCheckpoint checkpoint : run.checkpoints()) {
      wire.addCheckpoints(checkpoint.toWire(run.baseModel()));
    }
    return JsonBodies.ok(wire.build());
  }

  private Answer listOfUser(HttpCall call) {
    Page<StoredCheckpoint> page =
        Page.of(call, CHECKPOINTS_PAGE, checkpoints.checkpoints(call.owner()));
    CheckpointsListResponse.Builder wire = CheckpointsListResponse.builder().cursor(page.cursor());
    for (StoredCheckpoint checkpoint : page.entries()) {
      wire.addCheckpoints(
          checkpoint.toWire(checkpoints.run(call.owner(), checkpoint.path().runId()).baseModel()));
    }
    return JsonBodies.ok(wire.build());
  }
}
