package io.tinker4j.testkit;

import io.tinker4j.types.CheckpointsListResponse;
import io.tinker4j.types.Cursor;
import io.tinker4j.types.TrainingRun;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Training runs and their checkpoints. */
final class RunEndpoints {
  private static final int PAGE = 20;

  private final CheckpointStore checkpoints;

  RunEndpoints(CheckpointStore checkpoints) {
    this.checkpoints = checkpoints;
  }

  void addTo(Router router) {
    router
        .add("GET", "training_runs", this::list)
        .add("GET", "training_runs/*", this::get)
        .add("GET", "training_runs/*/checkpoints", this::listCheckpoints);
  }

  private Answer list(HttpCall call) {
    int offset = call.query("offset", 0, 0);
    int limit = call.query("limit", PAGE, 1);
    List<TrainingRunEntry> runs = checkpoints.runs(call.owner());
    List<TrainingRun> page =
        runs.stream().skip(offset).limit(limit).map(TrainingRunEntry::toWire).toList();
    Map<String, Object> wire = new LinkedHashMap<>();
    wire.put("training_runs", page);
    wire.put(
        "cursor", Cursor.builder().offset(offset).limit(limit).totalCount(runs.size()).build());
    return JsonBodies.ok(wire);
  }

  private Answer get(HttpCall call) {
    return JsonBodies.ok(checkpoints.run(call.owner(), call.pathParameter(0)).toWire());
  }

  private Answer listCheckpoints(HttpCall call) {
    CheckpointsListResponse.Builder wire = CheckpointsListResponse.builder();
    for (StoredCheckpoint checkpoint :
        checkpoints.run(call.owner(), call.pathParameter(0)).checkpoints()) {
      wire.addCheckpoints(checkpoint.toWire());
    }
    return JsonBodies.ok(wire.build());
  }
}
