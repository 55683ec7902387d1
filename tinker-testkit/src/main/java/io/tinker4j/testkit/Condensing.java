package io.tinker4j.testkit;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Says what a journal says in fewer words: of operations that have ended only the books, of
 * requests only those that may be carried out again, of results only those that may still be asked
 * for. What there is little of stays as it is.
 */
final class Condensing implements Journal.Condenser {
  /** As many requests as one entry holds, so that none is too large. */
  private static final int BATCH = 512;

  private final Predicate<String> isForgotten;
  private final boolean modelsSurvive;
  private final List<Long> kept = new ArrayList<>();
  private final Map<String, Model> models = new LinkedHashMap<>();
  private final Map<Samples, List<Request>> samples = new LinkedHashMap<>();
  private final Map<String, Request> requests = new HashMap<>();
  private final UsageMeter usage;
  private @Nullable String lastIssued;

  /**
   * Creates a condenser for one use.
   *
   * @param isForgotten whether the result of a request is not kept any more
   * @param modelsSurvive whether models are there again after a restart
   */
  Condensing(Predicate<String> isForgotten, boolean modelsSurvive, UsageMeter usage) {
    this.isForgotten = isForgotten;
    this.modelsSurvive = modelsSurvive;
    this.usage = usage;
  }

  /** Whose samples, of which sampler; the sampler's id is empty for those without a number. */
  private record Samples(String owner, String samplerId) {}

  /** What is known of a model. */
  private static final class Model {
    final List<Request> requests = new ArrayList<>();
    final TreeSet<Snapshot> snapshots = new TreeSet<>(Comparator.comparingLong(Snapshot::seqId));
    @Nullable String unloading;
    boolean isUnloaded;
    long last;

    /** The number from which on operations are repeated at a restart. */
    long repeatedFrom() {
      Snapshot latest = snapshots.floor(new Snapshot(last, 0));
      return latest == null ? 0 : latest.seqId();
    }
  }

  private record Snapshot(long seqId, long address) {}

  /** A request that changes while what is said of it is read. */
  private static final class Request {
    final PastRequest start;
    PastRequest.End end;
    @Nullable ExecutedOperation executed;

    Request(PastRequest start) {
      this.start = start;
      end = start.end();
      executed = start.executed();
    }

    boolean isPending() {
      return end instanceof PastRequest.End.Pending;
    }
  }

  @Override
  public void accept(JournalEntry entry) {
    noteIssued(entry);
    switch (entry.text(Chronicle.TYPE)) {
      case "accept" -> begin(model(entry).requests, entry);
      case "sample" -> begin(samples(entry), entry);
      case "past" -> resume(model(entry).requests, entry);
      case "sampled" -> resume(samples(entry), entry);
      case "snapshot" ->
          model(entry).snapshots.add(new Snapshot(entry.number(Chronicle.SEQ), entry.address()));
      case "unload" -> {
        model(entry).unloading = entry.text(Chronicle.REQUEST);
        kept.add(entry.address());
      }
      case "done" -> done(entry);
      case "usage" -> Recovery.meter(entry, usage);
      case "issued" -> {}
      default -> kept.add(entry.address());
    }
  }

  /** Ids count, so the last one tells what was given out. */
  private void noteIssued(JournalEntry entry) {
    Chronicle.optional(entry, Chronicle.REQUEST)
        .filter(id -> !entry.text(Chronicle.TYPE).equals("sampler"))
        .filter(id -> lastIssued == null || number(id) > number(lastIssued))
        .ifPresent(id -> lastIssued = id);
  }

  private static long number(String requestId) {
    return Long.parseLong(requestId.substring(requestId.lastIndexOf('-') + 1));
  }

  private Model model(JournalEntry entry) {
    return models.computeIfAbsent(entry.text(Chronicle.MODEL), id -> new Model());
  }

  private List<Request> samples(JournalEntry entry) {
    Samples key =
        new Samples(
            entry.text(Chronicle.OWNER), Chronicle.optional(entry, Chronicle.SAMPLER).orElse(""));
    return samples.computeIfAbsent(key, any -> new ArrayList<>());
  }

  private void begin(List<Request> list, JournalEntry entry) {
    add(
        list,
        new PastRequest(
            entry.text(Chronicle.REQUEST),
            entry.has(Chronicle.SEQ) ? entry.number(Chronicle.SEQ) : PastRequest.NONE,
            entry.text(Chronicle.FINGERPRINT),
            entry.address(),
            new PastRequest.End.Pending(),
            null));
  }

  private void resume(List<Request> list, JournalEntry entry) {
    for (PastRequest past : PastRequest.read(entry.part(0))) {
      add(list, past);
      if (entry.has(Chronicle.MODEL) && past.executed() != null) {
        Model model = model(entry);
        model.last = Math.max(model.last, past.number());
      }
    }
  }

  private void add(List<Request> list, PastRequest past) {
    Request request = new Request(past);
    list.add(request);
    requests.put(past.requestId(), request);
  }

  private void done(JournalEntry entry) {
    String id = entry.text(Chronicle.REQUEST);
    Recovery.meter(entry, usage);
    Request request = requests.get(id);
    if (request == null) {
      // The end of a creation or of a model.
      kept.add(entry.address());
      models.values().stream()
          .filter(model -> id.equals(model.unloading))
          .forEach(model -> model.isUnloaded = true);
      return;
    }
    request.end =
        entry.has(Chronicle.ERROR)
            ? new PastRequest.End.Failed(
                entry.text(Chronicle.ERROR), entry.text(Chronicle.CATEGORY))
            : new PastRequest.End.Finished(entry.address());
    if (entry.has(Chronicle.KIND)) {
      request.executed = Chronicle.executed(entry);
      Model model = model(entry);
      model.last = Math.max(model.last, request.executed.seqId());
    }
  }

  @Override
  public void writeTo(Journal.Target target) throws IOException {
    for (long address : kept) {
      target.keep(address, true);
    }
    List<PastRequest> past = new ArrayList<>();
    for (Map.Entry<String, Model> each : models.entrySet()) {
      Model model = each.getValue();
      for (Snapshot snapshot : model.snapshots.tailSet(new Snapshot(model.repeatedFrom(), 0))) {
        target.keep(snapshot.address(), true);
      }
      write(
          target,
          Map.of(Chronicle.TYPE, "past", Chronicle.MODEL, each.getKey()),
          model.requests.stream().map(request -> condensed(request, model)).toList(),
          past);
    }
    for (Map.Entry<Samples, List<Request>> each : samples.entrySet()) {
      write(target, fields(each.getKey()), condensed(each), past);
    }
    for (Map.Entry<UsageMeter.Bucket, Long> used : usage.all()) {
      target.tell(Chronicle.usage(used.getKey(), used.getValue()));
    }
    if (lastIssued != null) {
      target.tell(Map.of(Chronicle.TYPE, "issued", Chronicle.REQUEST, lastIssued));
    }
    for (PastRequest request : past) {
      if (request.body() != PastRequest.NONE) {
        target.keep(request.body(), false);
      }
      if (request.end() instanceof PastRequest.End.Finished(long address)) {
        target.keep(address, false);
      }
    }
  }

  private static void write(
      Journal.Target target,
      Map<String, String> fields,
      List<PastRequest> requests,
      List<PastRequest> all)
      throws IOException {
    for (int from = 0; from < requests.size(); from += BATCH) {
      target.tell(
          fields,
          PastRequest.write(requests.subList(from, Math.min(from + BATCH, requests.size()))));
    }
    all.addAll(requests);
  }

  private static Map<String, String> fields(Samples key) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put(Chronicle.TYPE, "sampled");
    fields.put(Chronicle.OWNER, key.owner());
    if (!key.samplerId().isEmpty()) {
      fields.put(Chronicle.SAMPLER, key.samplerId());
    }
    return fields;
  }

  /** A sample that nobody can ask for again, nor send again, is not worth a word. */
  private List<PastRequest> condensed(Map.Entry<Samples, List<Request>> all) {
    return all.getValue().stream()
        .map(request -> condensed(request, request.isPending()))
        .filter(past ->
            !all.getKey().samplerId().isEmpty()
                || !(past.end() instanceof PastRequest.End.Forgotten))
        .toList();
  }

  private PastRequest condensed(Request request, Model model) {
    boolean isRepeated =
        modelsSurvive
            && !model.isUnloaded
            && request.executed != null
            && OperationKind.isRepeated(request.executed.kind())
            && request.executed.seqId() > model.repeatedFrom();
    return condensed(request, request.isPending() || isRepeated);
  }

  private PastRequest condensed(Request request, boolean needsBody) {
    boolean forgotten = !request.isPending() && isForgotten.test(request.start.requestId());
    return new PastRequest(
        request.start.requestId(),
        request.start.number(),
        request.start.fingerprint(),
        needsBody ? request.start.body() : PastRequest.NONE,
        forgotten ? new PastRequest.End.Forgotten() : request.end,
        request.executed);
  }
}
