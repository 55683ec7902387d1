package io.tinker4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

@Timeout(60)
@Isolated("the command makes its log that of the process")
class CheckpointsCommandTest {
  private final EmbeddedTinkerServer server =
      EmbeddedTinkerServer.builder().baseModels("tinker4j/nano-bytes").start();
  private final ServiceClient service =
      ServiceClient.builder().baseUrl(server.baseUrl().toString()).apiKey("tml-secret").build();
  private String first = "";
  private String second = "";

  @BeforeEach
  void save() {
    TrainingClient training = service.createLoraTrainingClient("tinker4j/nano-bytes");
    first = training.saveState("first").join().path();
    second = training.saveWeightsForSampler("second").join().path();
  }

  @AfterEach
  void stop() {
    service.close();
    server.close();
  }

  private CommandRun delete(String answer, String... more) {
    List<String> args = new ArrayList<>(List.of("checkpoints", "delete"));
    args.addAll(List.of("--base-url", server.baseUrl().toString(), "--api-key", "tml-secret"));
    args.addAll(List.of(more));
    return CommandRun.withInput(answer, args.toArray(String[]::new));
  }

  private List<String> left() {
    List<String> left = new ArrayList<>();
    service.createRestClient().checkpoints().all().forEach(each -> left.add(each.tinkerPath()));
    return left;
  }

  @Test
  void delete_agreed_deletesAll() {
    CommandRun run = delete("y\n", first, second);

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.err()).isEqualTo("Delete 2 checkpoints? [y/N] ");
    assertThat(run.out().lines()).containsExactly(first + " deleted", second + " deleted");
    assertThat(left()).isEmpty();
  }

  @Test
  void delete_notAgreed_deletesNothing() {
    CommandRun run = delete("", first);

    assertThat(run.exitCode()).isOne();
    assertThat(run.err())
        .contains("Delete " + first + "? [y/N] ")
        .endsWith("nothing was deleted; --yes deletes without asking" + System.lineSeparator());
    assertThat(left()).containsExactlyInAnyOrder(first, second);
  }

  @Test
  void delete_publishedOne_keepsItAndDeletesTheOther() {
    service.createRestClient().checkpoints().publish(first);

    CommandRun run = delete("", "--yes", first, second);

    assertThat(run.exitCode()).isOne();
    assertThat(run.out().lines())
        .satisfiesExactly(
            kept -> assertThat(kept).startsWith(first + " not deleted: ").contains("published"),
            gone -> assertThat(gone).isEqualTo(second + " deleted"));
    assertThat(left()).containsExactly(first);
    assertThat(delete("", "--yes", "--force", first).exitCode()).isZero();
    assertThat(left()).isEmpty();
  }

  @Test
  void delete_json_isOneObject() throws JsonText.SyntaxException {
    CommandRun run =
        CommandRun.of(
            "-f",
            "json",
            "checkpoints",
            "delete",
            "--base-url=" + server.baseUrl(),
            "--api-key=tml-secret",
            "-y",
            second);

    assertThat(run.out()).hasLineCount(1);
    assertThat(JsonText.readObject(run.out()))
        .containsEntry("deleted", List.of(second))
        .containsEntry("kept", List.of());
  }

  @Test
  void delete_whatIsNoPath_isReported() {
    CommandRun run = delete("", "--yes", "nonsense");

    assertThat(run.exitCode()).isOne();
    assertThat(run.out() + run.err()).contains("nonsense").doesNotContain("Unexpected");
    assertThat(left()).hasSize(2);
  }

  @Test
  void delete_wrongUsage_endsWithTwo() {
    assertThat(CommandRun.of("checkpoints").exitCode()).isEqualTo(2);
    assertThat(CommandRun.of("checkpoints", "delete").err())
        .startsWith("Error: Missing required parameter: 'PATH'");
    assertThat(CommandRun.of("checkpoints", "delete", "a").err())
        .startsWith("Error: checkpoints are of a server; name it with --base-url");
  }
}
