package io.tinker4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.cli.output.JsonText;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code tinker train} says of its cost, and where it stops. */
@Timeout(300)
class TrainCostTest {
  private static final String MODEL = "tinker4j/nano-bytes";

  @TempDir Path directory;

  private Path chats;

  @BeforeEach
  void writeChats() throws Exception {
    chats =
        Files.write(
            directory.resolve("chats.jsonl"),
            IntStream.range(0, 40)
                .mapToObj(i -> "{\"prompt\":\"%d\",\"completion\":\"yes %d\"}".formatted(i, i))
                .toList());
  }

  /** One unit of currency for a token of each of these kinds. */
  private String prices(String... kinds) throws Exception {
    StringBuilder toml = new StringBuilder();
    for (String kind : kinds) {
      toml.append(
          """
          [[prices]]
          model = "%s"
          kind = "%s"
          per_million = 1_000_000
          currency = "TOK"
          valid_from = 2020-01-01
          """
              .formatted(MODEL, kind));
    }
    return Files.writeString(directory.resolve("prices.toml"), toml).toString();
  }

  private CommandRun train(String out, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("train", chats.toString(), "--out", directory.resolve(out).toString()));
    arguments.addAll(
        List.of("--model", MODEL, "--batch", "2", "--rank", "4", "--eval", "20%", "--eval-every"));
    arguments.add("5");
    arguments.addAll(List.of(more));
    return CommandRun.of(arguments.toArray(String[]::new));
  }

  private static Map<?, ?> tokens(CommandRun run) throws Exception {
    return (Map<?, ?>) JsonText.readObject(run.out()).get("tokens");
  }

  private static long number(String text, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    assertThat(matcher.find()).as(text).isTrue();
    return Long.parseLong(matcher.group(1).replace(",", ""));
  }

  @Test
  void dryRun_estimatesWhatTheRunThenUses() throws Exception {
    String prices = prices("train", "prefill");
    CommandRun dry = train("out", "--prices", prices, "--dry-run");
    CommandRun real = train("out", "--prices", prices, "--json");

    assertThat(dry.exitCode()).as(dry.err()).isZero();
    assertThat(real.exitCode()).as(real.err()).isZero();
    long trained = number(dry.out(), "Tokens +about ([\\d,]+) to train on");
    long read = number(dry.out(), "train on, ([\\d,]+) to read");
    assertThat(dry.out()).contains("Cost       about %d.00 TOK".formatted(trained + read));
    assertThat(((Number) tokens(real).get("train")).longValue()).isEqualTo(trained);
    assertThat(((Number) tokens(real).get("prefill")).longValue()).isEqualTo(read);
    assertThat(real.err())
        .contains("%,d tokens, %d.00 TOK".formatted(trained + read, trained + read));
  }

  @Test
  void budget_savesAndStops_andALargerOneGoesOn() throws Exception {
    String prices = prices("train", "prefill");
    CommandRun whole = train("whole", "--prices", prices, "--json");
    long all = (long) amount(whole);
    long budget = all * 2 / 3;

    CommandRun stopped = train("out", "--prices", prices, "--budget", String.valueOf(budget));
    CommandRun still = train("out", "--prices", prices, "--budget", String.valueOf(budget));
    CommandRun rest =
        train("out", "--prices", prices, "--budget", String.valueOf(2 * all), "--json");

    assertThat(stopped.exitCode()).as(stopped.err()).isEqualTo(3);
    assertThat(stopped.err())
        .contains("Stopped    at step ", "with a larger --budget goes on from there")
        .contains(" of %d.00 TOK".formatted(budget));
    long spent = number(stopped.err(), "Budget +[\\d,]+ tokens, (\\d+)\\.00 TOK of ");
    assertThat(spent).isPositive().isLessThanOrEqualTo(budget);
    assertThat(still.exitCode()).isEqualTo(3);
    assertThat(still.err()).contains("Budget     used up: ");
    assertThat(rest.exitCode()).as(rest.err()).isZero();
    assertThat(tokens(rest).get("train")).isEqualTo(tokens(whole).get("train"));
    assertThat(amount(rest)).isGreaterThanOrEqualTo(all).isLessThan(2 * all);
    assertThat(losses("out")).isEqualTo(losses("whole"));
  }

  private static double amount(CommandRun run) throws Exception {
    assertThat(run.exitCode()).as(run.err()).isZero();
    Map<?, ?> cost = (Map<?, ?>) JsonText.readObject(run.out()).get("cost");
    return ((Number) ((Map<?, ?>) cost.get("amounts")).get("TOK")).doubleValue();
  }

  private List<String> losses(String out) throws Exception {
    return Files.readAllLines(directory.resolve(out).resolve("metrics.jsonl")).stream()
        .filter(line -> line.contains("loss:sum"))
        .map(line -> line.replaceFirst(".*\"loss:sum\":([-0-9.eE]+).*", "$1"))
        .toList();
  }

  @ParameterizedTest
  @CsvSource({"train,prefill", "prefill,train"})
  void budgetWithoutAPrice_isRefusedBeforeAnythingIsTrained(String known, String missing)
      throws Exception {
    CommandRun run = train("out", "--prices", prices(known), "--budget", "5");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .contains("Error: --budget: --prices has no price of %s of %s".formatted(missing, MODEL));
    assertThat(directory.resolve("out/journal")).doesNotExist();
  }

  @Test
  void unknownPrice_isShownAsUnknown() throws Exception {
    CommandRun run = train("out", "--prices", prices("train"), "--steps", "5", "--json");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.err()).contains("at least ", "(no price of prefill of %s)".formatted(MODEL));
    assertThat(run.out()).contains("\"complete\":false").contains("\"kind\":\"prefill\"");
  }

  @Test
  void withoutPrices_tokensAreCounted() throws Exception {
    CommandRun run = train("out", "--steps", "3", "--json");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(((Number) tokens(run).get("train")).longValue()).isPositive();
    assertThat(run.out()).contains("\"cost\":null");
  }

  @ParameterizedTest
  @CsvSource({"0,it must be above 0", "-1,it must be above 0", "5,--budget needs --prices"})
  void budgetThatCannotBe_isRefused(String budget, String reason) {
    CommandRun run = train("out", "--budget", budget);

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains(reason);
  }
}
