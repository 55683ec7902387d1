package io.tinker4j.testkit.endpoint;

import io.tinker4j.testkit.checkpoint.StoredPath;
import io.tinker4j.testkit.http.Answer;
import io.tinker4j.testkit.http.HttpCall;
import io.tinker4j.testkit.http.JsonBodies;
import io.tinker4j.testkit.http.RefusedException;
import io.tinker4j.testkit.http.Router;
import io.tinker4j.testkit.journal.LogEntry;
import io.tinker4j.testkit.run.Chronicle;
import io.tinker4j.types.AuditLogEntry;
import io.tinker4j.types.AuditLogResponse;
import java.time.DateTimeException;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** What was done to sessions and checkpoints and by whom; the latest {@value #KEPT} entries. */
public final class AuditLog {
  private static final int KEPT = 10_000;
  private static final Set<String> TYPES =
      Set.of("all", "checkpoints", "projects", "teams", "organizations");

  private final Chronicle chronicle;
  private final InstantSource clock;

  /** Guards: entries. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Deque<Entry> entries = new ArrayDeque<>();

  public AuditLog(Chronicle chronicle, InstantSource clock) {
    this.chronicle = chronicle;
    this.clock = clock;
  }

  private record Entry(String owner, String type, AuditLogEntry wire) {}

  public void addTo(Router router) {
    router.add("GET", "audit", this::list);
  }

  public void checkpointEvent(String owner, String event, StoredPath path) {
    add(
        new Entry(
            owner,
            "checkpoints",
            entry(event).modelId(path.runId()).tinkerPath(path.toString()).build()));
  }

  public void projectEvent(String owner, String event, @Nullable String purpose) {
    AuditLogEntry.Builder wire = entry(event);
    if (purpose != null) {
      wire.purpose(purpose);
    }
    add(new Entry(owner, "projects", wire.build()));
  }

  private AuditLogEntry.Builder entry(String event) {
    return AuditLogEntry.builder().timestamp(clock.instant()).event(event);
  }

  private void add(Entry entry) {
    Map<String, Object> fields = chronicle.entry("audit");
    fields.put(Chronicle.OWNER, entry.owner());
    fields.put(Chronicle.KIND, entry.type());
    long written = chronicle.write(fields, JsonBodies.write(entry.wire()));
    remember(entry);
    chronicle.sync(written);
  }

  /** Takes over an entry of former times. */
  public void restore(LogEntry entry) {
    remember(
        new Entry(
            entry.text(Chronicle.OWNER),
            entry.text(Chronicle.KIND),
            JsonBodies.read(entry.part(0), AuditLogEntry.class)));
  }

  private void remember(Entry entry) {
    lock.lock();
    try {
      entries.add(entry);
      if (entries.size() > KEPT) {
        entries.remove();
      }
    } finally {
      lock.unlock();
    }
  }

  private Answer list(HttpCall call) {
    String type = call.query("event_type").orElse("all");
    if (!TYPES.contains(type)) {
      throw RefusedException.unprocessable(
          List.of("query", "event_type"), "must be one of " + TYPES, "enum");
    }
    Optional<LocalDate> day = call.query("day").map(AuditLog::date);
    AuditLogResponse.Builder wire = AuditLogResponse.builder();
    lock.lock();
    try {
      entries.stream()
          .filter(entry -> entry.owner().equals(call.owner()))
          .filter(entry -> type.equals("all") || type.equals(entry.type()))
          .filter(entry ->
              day.isEmpty()
                  || day.get()
                      .equals(LocalDate.ofInstant(entry.wire().timestamp(), ZoneOffset.UTC)))
          .forEach(entry -> wire.addEntries(entry.wire()));
    } finally {
      lock.unlock();
    }
    return JsonBodies.ok(wire.build());
  }

  private static LocalDate date(String text) {
    try {
      return LocalDate.parse(text);
    } catch (DateTimeException e) {
      throw RefusedException.unprocessable(
          List.of("query", "day"), "must be a day, YYYY-MM-DD", "date_parsing");
    }
  }
}
