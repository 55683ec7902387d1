package io.tinker4j.testkit.endpoint;

import io.tinker4j.testkit.checkpoint.CheckpointStore;
import io.tinker4j.testkit.checkpoint.StoredCheckpoint;
import io.tinker4j.testkit.http.Answer;
import io.tinker4j.testkit.http.HttpCall;
import io.tinker4j.testkit.http.JsonBodies;
import io.tinker4j.testkit.http.RefusedException;
import io.tinker4j.testkit.http.Router;
import io.tinker4j.testkit.run.Registry;
import io.tinker4j.testkit.run.ServerSession;
import io.tinker4j.testkit.run.UsageMeter;
import io.tinker4j.types.BillingSession;
import io.tinker4j.types.BillingUsageEvent;
import io.tinker4j.types.BillingUsageResponse;
import io.tinker4j.types.CheckpointStorageUsage;
import io.tinker4j.types.CheckpointStorageUsageResponse;
import io.tinker4j.types.StorageBillingEvent;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What was used and what it would cost. */
public final class BillingEndpoints {
  private static final Duration LONGEST_WINDOW = Duration.ofDays(14);
  private static final double BYTES_PER_GIGABYTE = 1e9;
  private static final double USD_PER_GIGABYTE_MONTH = 0.1;

  private final Registry registry;
  private final CheckpointStore checkpoints;
  private final UsageMeter meter;
  private final InstantSource clock;

  public BillingEndpoints(
      Registry registry, CheckpointStore checkpoints, UsageMeter meter, InstantSource clock) {
    this.registry = registry;
    this.checkpoints = checkpoints;
    this.meter = meter;
    this.clock = clock;
  }

  public void addTo(Router router) {
    router
        .add("GET", "billing/usage/events", this::events)
        .add("GET", "billing/usage/checkpoints/current", this::storage);
  }

  private Answer events(HttpCall call) {
    Instant from = hour(call, "starting_on");
    Instant to = hour(call, "ending_before");
    if (!from.isBefore(to) || Duration.between(from, to).compareTo(LONGEST_WINDOW) > 0) {
      throw RefusedException.badRequest(
          "the window is from " + from + " to " + to + "; it must be of up to 14 days");
    }
    if (from.isAfter(clock.instant())) {
      throw RefusedException.badRequest("starting_on is " + from + ", in the future");
    }
    BillingUsageResponse.Builder wire = BillingUsageResponse.builder();
    Map<String, BillingSession> sessions = new LinkedHashMap<>();
    for (Map.Entry<UsageMeter.Bucket, Long> usage : meter.usage(call.owner(), from, to)) {
      UsageMeter.Bucket bucket = usage.getKey();
      String sessionId = bucket.account().sessionId();
      BillingUsageEvent.Builder event =
          event(call, bucket.start())
              .eventInfo(bucket.kind().toWire(usage.getValue()))
              .baseModel(bucket.account().baseModel());
      if (!sessionId.isEmpty()) {
        event.sessionId(sessionId);
        sessions.put(sessionId, session(sessionId));
        registry.findSession(sessionId).flatMap(ServerSession::project).ifPresent(event::projectId);
      }
      wire.addData(event.build());
    }
    addStorage(call, wire, from, to);
    return JsonBodies.ok(wire.sessions(sessions).build());
  }

  private static BillingUsageEvent.Builder event(HttpCall call, Instant start) {
    return BillingUsageEvent.builder()
        .bucketStart(start)
        .bucketEnd(start.plus(1, ChronoUnit.HOURS))
        .userId(call.owner())
        .userName(call.owner());
  }

  private BillingSession session(String id) {
    BillingSession.Builder wire = BillingSession.builder();
    registry
        .findSession(id)
        .map(ServerSession::userMetadata)
        .filter(metadata -> !metadata.isEmpty())
        .ifPresent(wire::userMetadata);
    return wire.build();
  }

  /** One event for each hour in which the checkpoints that exist now took space. */
  private void addStorage(
      HttpCall call, BillingUsageResponse.Builder wire, Instant from, Instant to) {
    List<StoredCheckpoint> stored = checkpoints.checkpoints(call.owner());
    Instant now = clock.instant();
    for (Instant start = from; start.isBefore(to); start = start.plus(1, ChronoUnit.HOURS)) {
      double gigabyteHours = 0;
      for (StoredCheckpoint checkpoint : stored) {
        gigabyteHours += gigabyteHours(checkpoint.saved(), start, now);
      }
      if (gigabyteHours > 0) {
        wire.addData(
            event(call, start)
                .eventInfo(StorageBillingEvent.builder().gigabyteHours(gigabyteHours).build())
                .build());
      }
    }
  }

  private static double gigabyteHours(StoredCheckpoint.Saved saved, Instant start, Instant now) {
    Instant end = start.plus(1, ChronoUnit.HOURS);
    Instant first = saved.time().isAfter(start) ? saved.time() : start;
    Instant last = now.isBefore(end) ? now : end;
    return first.isBefore(last)
        ? saved.sizeBytes()
            / BYTES_PER_GIGABYTE
            * Duration.between(first, last).toMillis()
            / Duration.ofHours(1).toMillis()
        : 0;
  }

  private Answer storage(HttpCall call) {
    Optional<String> project = call.query("project_id");
    List<StoredCheckpoint> stored =
        checkpoints.checkpoints(call.owner()).stream()
            .filter(checkpoint ->
                project.isEmpty() || project.equals(registry.projectOf(checkpoint.path().runId())))
            .toList();
    long bytes = stored.stream().mapToLong(checkpoint -> checkpoint.saved().sizeBytes()).sum();
    double gigabytes = bytes / BYTES_PER_GIGABYTE;
    CheckpointStorageUsage.Builder usage =
        CheckpointStorageUsage.builder()
            .userName(call.owner())
            .checkpointCount(stored.size())
            .sizeBytes(bytes)
            .sizeGigabytes(gigabytes)
            .estimatedMonthlyCostUsd(gigabytes * USD_PER_GIGABYTE_MONTH);
    project.ifPresent(usage::projectId);
    return JsonBodies.ok(
        CheckpointStorageUsageResponse.builder()
            .effectiveRateUsdPerGigabyteMonth(USD_PER_GIGABYTE_MONTH)
            .addData(usage.build())
            .build());
  }

  /** A time of the query; one without an offset is in UTC. */
  private static Instant hour(HttpCall call, String name) {
    String text =
        call.query(name)
            .orElseThrow(() ->
                RefusedException.unprocessable(
                    List.of("query", name), "Field required", "missing"));
    Instant time;
    try {
      time = parse(text);
    } catch (DateTimeException e) {
      throw RefusedException.unprocessable(
          List.of("query", name), "must be a time in ISO 8601", "datetime_parsing");
    }
    if (!time.equals(time.truncatedTo(ChronoUnit.HOURS))) {
      throw RefusedException.badRequest(name + " is " + time + "; it must be a whole hour in UTC");
    }
    return time;
  }

  private static Instant parse(String text) {
    return text.matches(".*(Z|[+-]\\d\\d:\\d\\d)")
        ? OffsetDateTime.parse(text).toInstant()
        : LocalDateTime.parse(text).toInstant(ZoneOffset.UTC);
  }
}
