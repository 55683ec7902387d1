package io.tinker4j.testkit.run;

import io.tinker4j.testkit.journal.Journal;
import io.tinker4j.testkit.journal.LogEntry;
import io.tinker4j.testkit.observe.ExecutedOperation;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Writes down what happens, so that it survives the server; writes nothing for a server that works
 * in memory. Everything that a client is told waits for {@link #sync} first.
 */
public final class Chronicle {
  public static final String TYPE = "entry";
  public static final String ID = "id";
  public static final String OWNER = "owner";
  public static final String SESSION = "session_id";
  static final String TIME = "time";
  public static final String REASON = "reason";
  public static final String DETAIL = "detail";
  public static final String REQUEST = "request_id";
  static final String ENDPOINT = "endpoint";
  static final String PROTOBUF = "protobuf";
  static final String LOSES_OPTIMIZER = "loses_optimizer";
  public static final String MODEL = "model_id";
  public static final String SEQ = "seq_id";
  public static final String KIND = "kind";
  public static final String FINGERPRINT = "fingerprint";
  static final String PAYLOAD = "payload_hash";
  static final String WEIGHTS = "weights_hash";
  static final String ORDER = "order";
  static final String ERROR = "error";
  static final String CATEGORY = "category";
  public static final String PROJECT = "project_id";
  public static final String METADATA = "user_metadata";
  public static final String BASE_MODEL = "base_model";
  public static final String TOKENS = "tokens";
  public static final String GENERATED = "generated";
  public static final String SAMPLER = "sampling_session_id";

  private final @Nullable Journal journal;
  private final EngineStore engines;
  private final InstantSource clock;
  private final AtomicLong order = new AtomicLong();

  /** Writes to the journal, or nowhere when it is null. */
  public Chronicle(@Nullable Journal journal, EngineStore engines, InstantSource clock) {
    this.journal = journal;
    this.engines = engines;
    this.clock = clock;
  }

  boolean isDurable() {
    return journal != null;
  }

  EngineStore engines() {
    return engines;
  }

  /** The place of the next operation in the order in which the server carries them out. */
  long nextOrder() {
    return order.getAndIncrement();
  }

  /** Goes on counting after an operation of former times. */
  public void resumeOrder(long last) {
    order.accumulateAndGet(last + 1, Math::max);
  }

  /** Starts the fields of an entry. */
  public Map<String, Object> entry(String type) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put(TYPE, type);
    fields.put(TIME, clock.instant().toString());
    return fields;
  }

  /** Adds an entry; returns what {@link #sync} takes. */
  public long write(Map<String, Object> fields, byte[]... parts) {
    return journal == null ? -1 : journal.append(fields, parts);
  }

  /** Waits until an entry and all before it are on disk. */
  public void sync(long entry) {
    if (journal != null) {
      journal.sync(entry);
    }
  }

  long session(ServerSession session) {
    Map<String, Object> fields = entry("session");
    fields.put(ID, session.id());
    fields.put(OWNER, session.owner());
    fields.put(METADATA, session.userMetadata());
    session.project().ifPresent(project -> fields.put(PROJECT, project));
    return write(fields);
  }

  /** Notes how a session was finished. */
  long sessionFinished(ServerSession session, ServerSession.Ending ending) {
    Map<String, Object> fields = entry("session_finished");
    fields.put(ID, session.id());
    fields.put(TIME, ending.time().toString());
    fields.put(REASON, ending.reason());
    if (ending.detail() != null) {
      fields.put(DETAIL, ending.detail());
    }
    return write(fields);
  }

  /** Notes that a session is moved or expired. */
  long sessionChange(String type, ServerSession session) {
    Map<String, Object> fields = entry(type);
    fields.put(ID, session.id());
    session.project().ifPresent(project -> fields.put(PROJECT, project));
    return write(fields);
  }

  /** Notes a request for a sampler. */
  public long sampler(String id, StoredRequest request) {
    return write(fields("sampler", id, request), request.body());
  }

  /**
   * Notes a request for samples.
   *
   * @param samplerId empty when the request has no number
   */
  public long sample(
      String requestId, String samplerId, long number, String fingerprint, StoredRequest request) {
    Map<String, Object> fields = fields("sample", requestId, request);
    fields.put(FINGERPRINT, fingerprint);
    if (!samplerId.isEmpty()) {
      fields.put(SAMPLER, samplerId);
      fields.put(SEQ, number);
    }
    return write(fields, request.body());
  }

  /** Notes a request for a model. */
  public long create(String requestId, String modelId, StoredRequest request) {
    Map<String, Object> fields = fields("create", requestId, request);
    fields.put(MODEL, modelId);
    return write(fields, request.body());
  }

  /** Notes an operation of a model. */
  long accept(String requestId, ModelOperation operation, StoredRequest request) {
    Map<String, Object> fields = fields("accept", requestId, request);
    fields.put(MODEL, operation.modelId());
    fields.put(SEQ, operation.seqId());
    fields.put(FINGERPRINT, operation.fingerprint());
    return write(fields, request.body());
  }

  private Map<String, Object> fields(String type, String requestId, StoredRequest request) {
    Map<String, Object> fields = entry(type);
    fields.put(REQUEST, requestId);
    fields.put(ENDPOINT, request.endpoint());
    fields.put(OWNER, request.owner());
    fields.put(PROTOBUF, request.isProtobuf());
    if (request.losesOptimizer()) {
      fields.put(LOSES_OPTIMIZER, true);
    }
    return fields;
  }

  /** Notes that the number of a request counts as used though the request was refused. */
  long refuse(String modelId, long seqId) {
    Map<String, Object> fields = entry("refused");
    fields.put(MODEL, modelId);
    fields.put(SEQ, seqId);
    return write(fields);
  }

  /** Notes that a model is to end. */
  long unload(String requestId, String modelId) {
    Map<String, Object> fields = entry("unload");
    fields.put(REQUEST, requestId);
    fields.put(MODEL, modelId);
    return write(fields);
  }

  /** Notes that an engine is kept as it was after an operation. */
  void snapshot(String modelId, long seqId) {
    Map<String, Object> fields = entry("snapshot");
    fields.put(MODEL, modelId);
    fields.put(SEQ, seqId);
    write(fields);
  }

  /** Notes a sampler of a model's weights as they were. */
  void kept(BoundSampler sampler) {
    Map<String, Object> fields = entry("kept");
    fields.put(ID, sampler.id());
    fields.put(OWNER, sampler.owner());
    fields.put(SESSION, sampler.sessionId());
    fields.put(SEQ, sampler.seqId());
    fields.put(BASE_MODEL, sampler.source().baseModel());
    fields.put(FINGERPRINT, sampler.source().fingerprint());
    write(fields);
  }

  /** Reads what {@link #request} noted. */
  public static StoredRequest request(LogEntry entry) {
    return new StoredRequest(
        entry.text(ENDPOINT),
        entry.text(OWNER),
        Boolean.parseBoolean(entry.text(PROTOBUF)),
        entry.has(LOSES_OPTIMIZER),
        entry.part(0));
  }

  /** Reads again the request that is in an entry. */
  public StoredRequest read(long address) {
    if (journal == null) {
      throw new IllegalStateException("a server in memory has no journal");
    }
    return request(journal.read(address));
  }

  /** The fields of the end of a request. */
  public Map<String, Object> done(String requestId) {
    Map<String, Object> fields = entry("done");
    fields.put(REQUEST, requestId);
    return fields;
  }

  /** The fields of the end of an operation. */
  public Map<String, Object> done(
      String requestId, TrainedModel model, ExecutedOperation operation, long billed) {
    Map<String, Object> fields = done(requestId);
    fields.put(MODEL, model.id());
    fields.put(OWNER, model.account().owner());
    fields.put(SESSION, model.account().sessionId());
    fields.put(BASE_MODEL, model.account().baseModel());
    fields.put(SEQ, operation.seqId());
    fields.put(KIND, operation.kind());
    fields.put(PAYLOAD, operation.payloadHash());
    fields.put(WEIGHTS, operation.weightsHash());
    fields.put(ORDER, operation.order());
    fields.put(TOKENS, billed);
    return fields;
  }

  /** Reads an operation from the fields of its end. */
  public static ExecutedOperation executed(LogEntry done) {
    return new ExecutedOperation(
        done.number(SEQ),
        done.text(KIND),
        done.text(PAYLOAD),
        done.text(WEIGHTS),
        done.number(ORDER));
  }

  /**
   * Notes how a request ended and waits for the disk.
   *
   * @param fields what else is to be remembered, begun with {@link #done}
   * @return the outcome to be handed out from now on
   */
  public Outcome finish(Map<String, Object> fields, Outcome outcome) {
    if (journal == null) {
      return outcome;
    }
    return switch (outcome) {
      case Outcome.Finished finished -> {
        long address = journal.append(fields, StoredResult.parts(finished.result()));
        journal.sync(address);
        yield stored(address);
      }
      case Outcome.Failed failed -> {
        fields.put(ERROR, failed.message());
        fields.put(CATEGORY, failed.category());
        journal.sync(journal.append(fields));
        yield failed;
      }
      case Outcome.Lost lost -> lost;
    };
  }

  /** Reads what {@link #finish} noted. */
  public Outcome outcome(LogEntry done) {
    return done.has(ERROR)
        ? new Outcome.Failed(done.text(ERROR), done.text(CATEGORY))
        : stored(done.address());
  }

  /** The outcome whose result is in an entry. */
  private Outcome stored(long address) {
    return new Outcome.Finished(new StoredResult(Objects.requireNonNull(journal), address));
  }

  public static Instant time(LogEntry entry) {
    return Instant.parse(entry.text(TIME));
  }

  public static Optional<String> optional(LogEntry entry, String field) {
    return entry.has(field) ? Optional.of(entry.text(field)) : Optional.empty();
  }
}
