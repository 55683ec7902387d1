package io.tinker4j.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the server is told about the end of a run's session. */
@Timeout(60)
class RunOutcomeTest {
  @TempDir private Path directory;
  private final TestRuns runs = new TestRuns();

  @AfterEach
  void stop() {
    runs.close();
  }

  private List<String> finishes() {
    return runs.server.requests().stream()
        .filter(request -> request.operation().endsWith("/finish"))
        .map(request -> request.text())
        .toList();
  }

  @Test
  void run_thatIsComplete_finishesItsSessionAsASuccess() throws Exception {
    runs.training(3, directory).build().resumeOrStart();

    assertThat(finishes()).singleElement().asString().contains("\"success\"");
  }

  @Test
  void run_thatFails_finishesItsSessionAsErrored() {
    ResumableTraining training =
        runs.training(3, directory)
            .onStep(result -> {
              throw new IllegalStateException("the plot was lost");
            })
            .build();

    assertThatThrownBy(training::resumeOrStart).hasMessageContaining("plot");

    assertThat(finishes())
        .singleElement()
        .asString()
        .contains("\"errored\"", "java.lang.IllegalStateException")
        .doesNotContain("the plot was lost");
  }

  @Test
  void run_askedToStop_finishesItsSessionAsInterrupted() throws Exception {
    CompletableFuture<ResumableTraining> training = new CompletableFuture<>();
    training.complete(
        runs.training(30, directory).onStep(result -> training.join().stop()).build());

    assertThat(training.join().resumeOrStart().isComplete()).isFalse();

    assertThat(finishes()).singleElement().asString().contains("\"interrupted\"");
  }
}
