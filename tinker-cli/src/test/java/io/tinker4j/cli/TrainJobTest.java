package io.tinker4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.cli.cost.RunCost;
import io.tinker4j.cli.cost.Spending;
import io.tinker4j.cli.output.Terminal;
import io.tinker4j.text.data.ChatData;
import io.tinker4j.text.renderer.Renderers;
import io.tinker4j.text.supervised.LearningRateSchedule;
import io.tinker4j.text.tokenizer.Tokenizers;
import io.tinker4j.training.cost.TokenMeter;
import io.tinker4j.transport.Time;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Timeout(120)
class TrainJobTest {
  private static final int STEPS = 30;

  @TempDir Path directory;

  /** Writes progress, and interrupts the job when a step is shown. */
  private static final class Interrupting extends StringWriter {
    private final String step;
    private final AtomicBoolean done = new AtomicBoolean();
    private volatile Runnable action = () -> {};

    Interrupting(String step) {
      this.step = step;
    }

    @Override
    public void write(String text, int from, int length) {
      super.write(text, from, length);
      if (text.contains(step) && done.compareAndSet(false, true)) {
        Thread unused = Thread.ofPlatform().start(action);
      }
    }
  }

  private RunFile train(Path out, Interrupting err) throws Exception {
    Path file =
        Files.write(
            directory.resolve("chats.jsonl"),
            IntStream.range(0, STEPS * 2)
                .mapToObj(i -> "{\"prompt\":\"%d\",\"completion\":\"yes %d\"}".formatted(i, i))
                .toList());
    TrainOptions options = new TrainOptions();
    new CommandLine(options)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .parseArgs(file.toString(), "--out", out.toString(), "--batch", "2");
    TrainPlan plan =
        new TrainPlan(
            "tinker4j/nano-bytes",
            "bytes",
            "role_colon",
            STEPS,
            0.01,
            LearningRateSchedule.LINEAR,
            3,
            4,
            100,
            100);
    PrintWriter writer = new PrintWriter(err, true);
    try (ChatData data =
            ChatData.builder(Renderers.of("role_colon", Tokenizers.bytes()))
                .file(file)
                .batchSize(2)
                .open();
        TrainingServer server = EmbeddedServer.start(out.resolve("server"), "--out")) {
      TrainJob job =
          new TrainJob(
              plan,
              data,
              server,
              null,
              options,
              RunCost.of(
                  plan.model(), null, null, Spending.open(out, TokenMeter.create(), Time.system())),
              writer,
              new ProgressDisplay(writer, new Terminal(0)));
      err.action = job::interrupt;
      return job.run();
    }
  }

  private static List<String> losses(Path out) throws Exception {
    return Files.readAllLines(out.resolve("metrics.jsonl")).stream()
        .filter(line -> line.contains("loss:sum"))
        .map(line -> line.replaceFirst(".*\"step\":(\\d+).*\"loss:sum\":([-0-9.eE]+).*", "$1 $2"))
        .toList();
  }

  @Test
  void interruptedRun_savesAndGoesOn_asIfNothingHadHappened() throws Exception {
    Path straight = directory.resolve("straight");
    Path interrupted = directory.resolve("interrupted");
    RunFile whole = train(straight, new Interrupting("never"));
    Interrupting first = new Interrupting("step 12/");
    RunFile stopped = train(interrupted, first);
    Interrupting second = new Interrupting("never");
    RunFile finished = train(interrupted, second);

    assertThat(whole).isNotNull();
    assertThat(stopped).isNull();
    assertThat(first.toString()).contains("Stopping", "Stopped    at step");
    assertThat(finished).isNotNull();
    assertThat(second.toString()).doesNotContain("step  1/", "UNVERIFIED");
    assertThat(losses(interrupted)).isEqualTo(losses(straight)).hasSize(STEPS);
  }
}
