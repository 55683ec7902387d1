package io.tinker4j.cli.doctor;

import io.tinker4j.training.RestClient;
import io.tinker4j.types.Checkpoint;
import io.tinker4j.types.TrainingRun;
import io.tinker4j.types.WeightsInfoResponse;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Which runs the server has marked as corrupted, and from what the first of them can go on. */
final class RunsCheck implements Check {
  @Override
  public Subject subject() {
    return Subject.RUNS;
  }

  @Override
  public Set<Subject> needs() {
    return Set.of(Subject.ACCESS);
  }

  @Override
  public Finding look(Patient patient) {
    RestClient rest = patient.rest();
    List<TrainingRun> runs = rest.runs().all().stream().toList();
    List<String> corrupted =
        runs.stream().filter(TrainingRun::isCorrupted).map(TrainingRun::trainingRunId).toList();
    return corrupted.isEmpty()
        ? Finding.ok("%s, none corrupted".formatted(Words.count(runs.size(), "run")))
        : Finding.failed(
            "%s corrupted: %s"
                .formatted(Words.count(corrupted.size(), "run"), Words.some(corrupted)),
            advice(rest, corrupted.getFirst()));
  }

  private static String advice(RestClient rest, String run) {
    Optional<Checkpoint> latest = rest.checkpoints().latest(run);
    if (latest.isEmpty()) {
      return run + " has no training checkpoint to go on from: start it again";
    }
    WeightsInfoResponse info = rest.checkpoints().weightsInfo(latest.get().tinkerPath());
    return "%s can go on from %s (%s, rank %s): load it with its optimizer state, see docs/recovery.md"
        .formatted(
            run,
            latest.get().tinkerPath(),
            info.baseModel(),
            info.loraRank().isPresent() ? info.loraRank().getAsInt() : "unknown");
  }
}
