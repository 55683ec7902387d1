package io.tinker4j.testkit.endpoint;

import io.tinker4j.testkit.checkpoint.AdapterFiles;
import io.tinker4j.testkit.checkpoint.CheckpointKind;
import io.tinker4j.testkit.checkpoint.CheckpointStore;
import io.tinker4j.testkit.checkpoint.SaveCommand;
import io.tinker4j.testkit.checkpoint.StoredCheckpoint;
import io.tinker4j.testkit.checkpoint.StoredPath;
import io.tinker4j.testkit.http.Answer;
import io.tinker4j.testkit.http.HttpCall;
import io.tinker4j.testkit.http.JsonBodies;
import io.tinker4j.testkit.http.RefusedException;
import io.tinker4j.testkit.http.Router;
import io.tinker4j.types.ExternalWeightsUrlsResponse;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What can be done to one checkpoint. Its id is two segments of the path: the kind, the name. */
public final class CheckpointEndpoints {
  private static final String PATH = "training_runs/*/checkpoints/*/*";

  /** How long the address of an archive or a file is good. */
  private static final Duration LIFE = Duration.ofMinutes(15);

  /** RFC 1123 with two digits for the day, as HTTP wants it. */
  private static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final CheckpointStore checkpoints;
  private final Downloads downloads;
  private final AuditLog audit;
  private final InstantSource clock;

  public CheckpointEndpoints(
      CheckpointStore checkpoints, Downloads downloads, AuditLog audit, InstantSource clock) {
    this.checkpoints = checkpoints;
    this.downloads = downloads;
    this.audit = audit;
    this.clock = clock;
  }

  public void addTo(Router router) {
    router
        .add("DELETE", PATH, this::delete)
        .add("POST", PATH + "/publish", call -> publish(call, true))
        .add("DELETE", PATH + "/publish", call -> publish(call, false))
        .add("PUT", PATH + "/ttl", this::setTtl)
        .add("GET", PATH + "/archive", this::archive)
        .add("GET", PATH + "/external_weights_urls", this::externalUrls);
    for (String method : new String[] {"DELETE", "POST", "PUT", "GET"}) {
      router
          .add(method, "training_runs/*/checkpoints/*", CheckpointEndpoints::refuseId)
          .add(method, PATH, CheckpointEndpoints::refuseId);
    }
  }

  private static Answer refuseId(HttpCall call) {
    throw RefusedException.badRequest(
        "the id of a checkpoint is its kind and name, such as weights/0001");
  }

  private static StoredPath path(HttpCall call) {
    return StoredPath.of(call.pathParameter(0), call.pathParameter(1), call.pathParameter(2));
  }

  private Answer delete(HttpCall call) {
    StoredPath path = path(call);
    try {
      checkpoints.delete(call.owner(), path);
    } catch (IOException e) {
      throw RefusedException.storageFailed(e);
    }
    audit.checkpointEvent(call.owner(), "checkpoint_deleted", path);
    return JsonBodies.ok(Map.of());
  }

  private Answer publish(HttpCall call, boolean isPublic) {
    StoredPath path = path(call);
    change(
        call,
        path,
        checkpoint -> {
          if (checkpoint.isPublic() == isPublic) {
            throw RefusedException.conflict(
                "checkpoint " + path + " is already " + (isPublic ? "public" : "private"));
          }
          return checkpoint.withPublic(isPublic);
        });
    audit.checkpointEvent(
        call.owner(), isPublic ? "checkpoint_published" : "checkpoint_unpublished", path);
    return JsonBodies.ok(Map.of());
  }

  private Answer setTtl(HttpCall call) {
    StoredPath path = path(call);
    Map<String, @Nullable Object> body = JsonBodies.readObject(call.body(), Set.of("ttl_seconds"));
    Object value = body.get("ttl_seconds");
    if (!body.containsKey("ttl_seconds")
        || (value != null && !(value instanceof Integer || value instanceof Long))) {
      throw RefusedException.unprocessable(
          List.of("body", "ttl_seconds"), "must be an integer or null", "int_type");
    }
    Duration ttl = SaveCommand.ttl(value instanceof Number number ? number.longValue() : null, 1);
    Instant expiry = ttl == null ? null : clock.instant().plus(ttl);
    change(call, path, checkpoint -> checkpoint.withExpiry(expiry));
    audit.checkpointEvent(call.owner(), "checkpoint_ttl_set", path);
    return JsonBodies.ok(Map.of());
  }

  private void change(
      HttpCall call, StoredPath path, UnaryOperator<StoredCheckpoint> checkpointChange) {
    try {
      checkpoints.change(call.owner(), path, checkpointChange);
    } catch (IOException e) {
      throw RefusedException.storageFailed(e);
    }
  }

  private Answer archive(HttpCall call) {
    StoredPath path = path(call);
    checkpoints.runOf(call.owner(), path);
    Instant expires = clock.instant().plus(LIFE);
    audit.checkpointEvent(call.owner(), "checkpoint_archive_requested", path);
    return Answer.of(302, Answer.JSON, new byte[0])
        .withHeader("Location", downloads.archiveUrl(call, path, LIFE))
        .withHeader("Expires", HTTP_DATE.format(expires));
  }

  private Answer externalUrls(HttpCall call) {
    StoredPath path = path(call);
    if (path.kind() != CheckpointKind.EXTERNAL) {
      throw RefusedException.badRequest(
          "checkpoint " + path + " is no export; its id must be external_weights/NAME");
    }
    checkpoints.runOf(call.owner(), path);
    Map<String, String> urls = new LinkedHashMap<>();
    for (String name : AdapterFiles.NAMES) {
      urls.put(name, downloads.fileUrl(call, name, path, LIFE));
    }
    return JsonBodies.ok(
        ExternalWeightsUrlsResponse.builder()
            .urls(urls)
            .expires(clock.instant().plus(LIFE))
            .build());
  }
}
