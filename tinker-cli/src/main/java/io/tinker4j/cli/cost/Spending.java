package io.tinker4j.cli.cost;

import io.tinker4j.cli.output.CommandException;
import io.tinker4j.cli.output.JsonText;
import io.tinker4j.training.cost.TokenKind;
import io.tinker4j.training.cost.TokenMeter;
import io.tinker4j.training.cost.TokenUsage;
import io.tinker4j.transport.Time;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of a run by day (UTC), in all its processes: {@code spending.json} beside its journal.
 *
 * <p>What a step or an evaluation is going to use is written before it is sent, so that a process
 * that is killed leaves no less than was used. It may leave more, for what was not sent any more:
 * at most the steps under way and an evaluation. What the checks of checkpoints use is written with
 * the next step: of these one may be missing. A process that ends leaves exactly what its meter has
 * counted. Thread-safe.
 */
public final class Spending {
  private static final String NAME = "spending.json";
  private static final String DAYS = "days";

  private final Path directory;
  private final TokenMeter meter;
  private final Time time;

  /** Guards: days, counted, planned. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Map<LocalDate, TokenUsage> days;
  private TokenUsage counted = TokenUsage.NONE;
  private final Map<TokenKind, Long> planned = new EnumMap<>(TokenKind.class);

  private Spending(Path directory, TokenMeter meter, Time time, Map<LocalDate, TokenUsage> days) {
    this.directory = directory;
    this.meter = meter;
    this.time = time;
    this.days = days;
  }

  /**
   * Goes on with what is in a directory, or begins.
   *
   * @param meter of this process's clients
   * @throws CommandException when the file cannot be read: without it a budget would begin again
   */
  public static Spending open(Path directory, TokenMeter meter, Time time) {
    return new Spending(directory, meter, time, read(directory.resolve(NAME)));
  }

  /** Returns the meter of this process's clients. */
  public TokenMeter meter() {
    return meter;
  }

  /** Notes what is going to be used at once, in addition to all before, and writes it. */
  public void plan(TokenKind kind, long tokens) {
    lock.lock();
    try {
      planned.merge(kind, tokens, Long::sum);
      write();
    } finally {
      lock.unlock();
    }
  }

  /** Forgets plans that were not carried out: nothing is under way. */
  public void settle() {
    lock.lock();
    try {
      planned.clear();
      meter.total().byKind().forEach(planned::put);
      write();
    } finally {
      lock.unlock();
    }
  }

  /** Returns what was used, and is going to be used at once, by day. */
  public Map<LocalDate, TokenUsage> byDay() {
    lock.lock();
    try {
      TokenUsage metered = meter.total();
      LocalDate today = today();
      days.merge(today, difference(metered, counted), TokenUsage::plus);
      counted = metered;
      Map<LocalDate, TokenUsage> all = new TreeMap<>(days);
      all.merge(today, underWay(metered), TokenUsage::plus);
      all.values().removeIf(TokenUsage.NONE::equals);
      return all;
    } finally {
      lock.unlock();
    }
  }

  /** Returns the same in one sum. */
  public TokenUsage total() {
    return byDay().values().stream().reduce(TokenUsage.NONE, TokenUsage::plus);
  }

  /** Returns the day that counts for prices now. */
  LocalDate today() {
    return LocalDate.ofInstant(time.now(), ZoneOffset.UTC);
  }

  private TokenUsage underWay(TokenUsage metered) {
    TokenUsage usage = TokenUsage.NONE;
    for (Map.Entry<TokenKind, Long> each : planned.entrySet()) {
      long open = each.getValue() - metered.tokens(each.getKey());
      if (open > 0) {
        usage = usage.plus(TokenUsage.of(each.getKey(), open));
      }
    }
    return usage;
  }

  private static TokenUsage difference(TokenUsage now, TokenUsage before) {
    TokenUsage usage = TokenUsage.NONE;
    for (Map.Entry<TokenKind, Long> each : now.byKind().entrySet()) {
      long more = each.getValue() - before.tokens(each.getKey());
      if (more > 0) {
        usage = usage.plus(TokenUsage.of(each.getKey(), more));
      }
    }
    return usage;
  }

  private void write() {
    Map<String, @Nullable Object> byDay = new LinkedHashMap<>();
    byDay().forEach((day, usage) -> byDay.put(day.toString(), asJson(usage)));
    Map<String, @Nullable Object> content = new LinkedHashMap<>();
    content.put(DAYS, byDay);
    Path file = directory.resolve(NAME);
    Path part = directory.resolve(NAME + ".part");
    try {
      Files.writeString(part, JsonText.write(content) + "\n");
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new CommandException(file + " cannot be written: " + e.getMessage(), e);
    }
  }

  /** Returns tokens by kind. */
  static Map<String, @Nullable Object> asJson(TokenUsage usage) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    usage.byKind().forEach((kind, tokens) -> fields.put(kind.value(), tokens));
    return fields;
  }

  private static Map<LocalDate, TokenUsage> read(Path file) {
    Map<LocalDate, TokenUsage> days = new TreeMap<>();
    try {
      if (JsonText.readObject(Files.readString(file)).get(DAYS) instanceof Map<?, ?> byDay) {
        byDay.forEach((day, usage) -> days.put(LocalDate.parse(String.valueOf(day)), usage(usage)));
        return days;
      }
      throw new JsonText.SyntaxException("there is no " + DAYS);
    } catch (NoSuchFileException e) {
      return days;
    } catch (IOException
        | JsonText.SyntaxException
        | DateTimeException
        | IllegalArgumentException e) {
      throw new CommandException(
          "%s cannot be read: %s; it has what the run has cost".formatted(file, e.getMessage()), e);
    }
  }

  private static TokenUsage usage(@Nullable Object fields) {
    TokenUsage usage = TokenUsage.NONE;
    if (!(fields instanceof Map<?, ?> byKind)) {
      throw new IllegalArgumentException("a day has no tokens");
    }
    for (Map.Entry<?, ?> each : byKind.entrySet()) {
      if (!(each.getValue() instanceof Number tokens)) {
        throw new IllegalArgumentException(each.getKey() + " is no number");
      }
      usage =
          usage.plus(
              TokenUsage.of(TokenKind.of(String.valueOf(each.getKey())), tokens.longValue()));
    }
    return usage;
  }
}
