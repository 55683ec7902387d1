package io.tinker4j.testkit.endpoint;

import io.tinker4j.testkit.http.SignedTokens;
import io.tinker4j.testkit.journal.Journal;
import io.tinker4j.testkit.journal.LogEntry;
import io.tinker4j.testkit.observe.ExecutedOperation;
import io.tinker4j.testkit.run.Behaviour;
import io.tinker4j.testkit.run.Chronicle;
import io.tinker4j.testkit.run.ModelHistory;
import io.tinker4j.testkit.run.OperationKind;
import io.tinker4j.testkit.run.Promise;
import io.tinker4j.testkit.run.Registry;
import io.tinker4j.testkit.run.Samplers;
import io.tinker4j.testkit.run.ServerSession;
import io.tinker4j.testkit.run.UsageMeter;
import io.tinker4j.testkit.run.Workshop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes a server what it was, from what its journal holds. */
public final class Recovery {
  private static final String SERVER = "server";
  private static final String KEY = "signing_key";
  private static final String PREFIX = "request_prefix";

  private final @Nullable Journal journal;
  private final Map<String, Promise> promises = new HashMap<>();
  private final Map<String, ModelHistory> models = new LinkedHashMap<>();
  private final List<SamplingEndpoints.Past> samples = new ArrayList<>();
  private byte @Nullable [] signingKey;
  private final String requestPrefix;

  /**
   * Reads the first entry of a journal, which is about the server itself.
   *
   * @param journal null for a server that works in memory
   * @param newPrefix what the ids of requests begin with when there was no server before
   */
  public Recovery(@Nullable Journal journal, String newPrefix) throws IOException {
    this.journal = journal;
    Optional<LogEntry> first = journal == null ? Optional.empty() : journal.first();
    signingKey = first.map(entry -> Base64.getDecoder().decode(entry.text(KEY))).orElse(null);
    requestPrefix = first.map(entry -> entry.text(PREFIX)).orElse(newPrefix);
  }

  /** What the ids of requests begin with. */
  public String requestPrefix() {
    return requestPrefix;
  }

  /** The key that tokens are signed with; made, and written down, by the first server. */
  public byte[] signingKey(Chronicle chronicle) {
    byte[] key = signingKey;
    if (key == null) {
      key = SignedTokens.newKey();
      signingKey = key;
      Map<String, Object> fields = chronicle.entry(SERVER);
      fields.put(KEY, Base64.getEncoder().encodeToString(key));
      fields.put(PREFIX, requestPrefix);
      chronicle.sync(chronicle.write(fields));
    }
    return key;
  }

  /** Those who are told. */
  public record Listeners(
      Registry registry,
      Workshop workshop,
      AuditLog audit,
      ModelEndpoints models,
      ModelOperations operations,
      Samplers samplers,
      SamplingEndpoints sampling,
      Behaviour behaviour) {}

  /** Tells everything in its order to whom it concerns; operations that are not done begin. */
  public void tell(Listeners listeners) throws IOException {
    if (journal != null) {
      journal.replay(entry -> tell(entry, listeners));
    }
    if (listeners.behaviour().modelsSurviveRestart()) {
      models.values().forEach(model -> listeners.models().restore(model, listeners.operations()));
    } else {
      models.values().forEach(listeners.models()::forget);
    }
    samples.forEach(listeners.sampling()::restore);
  }

  private void tell(LogEntry entry, Listeners listeners) {
    switch (entry.text(Chronicle.TYPE)) {
      case SERVER -> {}
      case "session" -> listeners.registry().restoreSession(session(entry));
      case "session_moved", "session_finished", "session_expired" ->
          change(entry, listeners.registry());
      case "create" ->
          models.put(
              entry.text(Chronicle.MODEL), new ModelHistory(entry, promise(entry, listeners)));
      case "accept" -> model(entry).accept(accepted(entry, listeners));
      case "snapshot" -> model(entry).snapshot(entry.number(Chronicle.SEQ));
      case "refused" -> model(entry).refuse(entry.number(Chronicle.SEQ));
      case "unload" -> {
        ModelHistory model = model(entry);
        model.unload(promise(entry, model.creation().text(Chronicle.OWNER), listeners));
      }
      case "sampler" ->
          listeners.samplers().restore(entry.text(Chronicle.REQUEST), Chronicle.request(entry));
      case "kept" -> listeners.samplers().restoreKept(entry);
      case "sample" -> samples.add(sample(entry, listeners));
      case "audit" -> listeners.audit().restore(entry);
      case "done" -> done(entry, listeners);
      default ->
          throw new IllegalStateException(
              "the journal has an entry of type " + entry.text(Chronicle.TYPE));
    }
  }

  private static ServerSession session(LogEntry entry) {
    Map<String, String> metadata = new LinkedHashMap<>();
    if (entry.fields().get(Chronicle.METADATA) instanceof Map<?, ?> stored) {
      stored.forEach((name, value) -> metadata.put(String.valueOf(name), String.valueOf(value)));
    }
    return new ServerSession(
        entry.text(Chronicle.ID),
        entry.text(Chronicle.OWNER),
        Chronicle.time(entry),
        metadata,
        Chronicle.optional(entry, Chronicle.PROJECT).orElse(null));
  }

  private static void change(LogEntry entry, Registry registry) {
    ServerSession session = registry.findSession(entry.text(Chronicle.ID)).orElseThrow();
    switch (entry.text(Chronicle.TYPE)) {
      case "session_moved" -> session.moveTo(entry.text(Chronicle.PROJECT));
      case "session_finished" -> {
        ServerSession.Ending unused = session.finish(ending(entry));
      }
      default -> session.expire();
    }
  }

  /** A journal of a server that asked for no reason has none. */
  private static ServerSession.Ending ending(LogEntry entry) {
    return new ServerSession.Ending(
        Chronicle.optional(entry, Chronicle.REASON).orElse("success"),
        Chronicle.optional(entry, Chronicle.DETAIL).orElse(null),
        Chronicle.time(entry));
  }

  private ModelHistory model(LogEntry entry) {
    ModelHistory model = models.get(entry.text(Chronicle.MODEL));
    if (model == null) {
      throw new IllegalStateException("the journal has no model " + entry.text(Chronicle.MODEL));
    }
    return model;
  }

  private Promise promise(LogEntry entry, Listeners listeners) {
    return promise(entry, entry.text(Chronicle.OWNER), listeners);
  }

  private Promise promise(LogEntry entry, String owner, Listeners listeners) {
    String id = entry.text(Chronicle.REQUEST);
    Promise promise = listeners.workshop().futures().restore(owner, id);
    promises.put(id, promise);
    return promise;
  }

  private ModelHistory.Accepted accepted(LogEntry entry, Listeners listeners) {
    return new ModelHistory.Accepted(
        entry.number(Chronicle.SEQ),
        entry.address(),
        entry.text(Chronicle.FINGERPRINT),
        promise(entry, listeners));
  }

  private SamplingEndpoints.Past sample(LogEntry entry, Listeners listeners) {
    return new SamplingEndpoints.Past(
        Chronicle.optional(entry, Chronicle.SAMPLER).orElse(""),
        entry.has(Chronicle.SEQ) ? entry.number(Chronicle.SEQ) : -1,
        entry.text(Chronicle.FINGERPRINT),
        entry.address(),
        promise(entry, listeners));
  }

  private static void execute(
      @Nullable ExecutedOperation operation, ModelHistory model, Listeners listeners) {
    if (operation != null) {
      model.execute(operation);
      listeners.workshop().chronicle().resumeOrder(operation.order());
    }
  }

  private void done(LogEntry entry, Listeners listeners) {
    Promise promise = promises.get(entry.text(Chronicle.REQUEST));
    if (promise == null) {
      throw new IllegalStateException("the journal has no request " + entry.fields());
    }
    promise.complete(listeners.workshop().chronicle().outcome(entry));
    if (entry.has(Chronicle.KIND)) {
      execute(Chronicle.executed(entry), model(entry), listeners);
    }
    meter(entry, listeners.workshop().meter());
  }

  /** Counts what an entry says was used. */
  private static void meter(LogEntry entry, UsageMeter meter) {
    if (entry.has(Chronicle.GENERATED)) {
      UsageMeter.Account account = account(entry);
      meter.add(
          Chronicle.time(entry), account, UsageMeter.Kind.PREFILL, entry.number(Chronicle.TOKENS));
      meter.add(
          Chronicle.time(entry),
          account,
          UsageMeter.Kind.SAMPLE,
          entry.number(Chronicle.GENERATED));
    } else if (entry.has(Chronicle.KIND)) {
      OperationKind.of(entry.text(Chronicle.KIND))
          .billed()
          .ifPresent(kind ->
              meter.add(
                  Chronicle.time(entry), account(entry), kind, entry.number(Chronicle.TOKENS)));
    }
  }

  private static UsageMeter.Account account(LogEntry entry) {
    return new UsageMeter.Account(
        entry.text(Chronicle.OWNER),
        entry.text(Chronicle.SESSION),
        entry.text(Chronicle.BASE_MODEL));
  }
}
