package io.tinker4j.conformance;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The suite as the files of {@code cases} say it. Immutable after construction. */
final class CaseFiles {
  private static final CaseFiles ALL = new CaseFiles();

  private final Map<String, Spec> templates;
  private final Map<String, Spec> sequences = new LinkedHashMap<>();
  private final Map<String, List<Step>> needs = new LinkedHashMap<>();
  private final Messages messages = new Messages(Spec.ofResource("cases/messages.json"));
  private final List<Entry> entries = new ArrayList<>();

  /**
   * A case.
   *
   * @param given makes what the case needs; when that cannot be had, the case is not judged
   */
  record Entry(ConformanceCase which, List<Step> given, List<Step> steps) {}

  private CaseFiles() {
    Spec shared = Spec.ofResource("cases/shared.json");
    templates = shared.specs("templates");
    sequences.putAll(shared.specs("sequences"));
    shared
        .specs("needs")
        .forEach((name, need) -> {
          needs.put(name, steps(need, "steps"));
          need.end();
        });
    for (Object area : shared.list("areas")) {
      Spec file = Spec.ofResource("cases/" + area + ".json");
      for (Object each : file.list("cases")) {
        entries.add(entry(Spec.of(area + ".json " + Pointer.find(each, "/id"), each)));
      }
      file.end();
    }
    shared.end();
    Set<String> ids = new HashSet<>();
    for (Entry entry : entries) {
      if (!ids.add(entry.which().id())) {
        throw new IllegalArgumentException("there are two cases " + entry.which().id());
      }
    }
  }

  static CaseFiles all() {
    return ALL;
  }

  private Entry entry(Spec spec) {
    Entry entry =
        new Entry(
            new ConformanceCase(spec.text("id"), spec.text("section"), spec.text("title")),
            steps(spec, "given"),
            steps(spec, "steps"));
    spec.end();
    if (entry.steps().isEmpty()) {
      throw spec.mistake("there are no steps");
    }
    return entry;
  }

  private List<Step> steps(Spec owner, String name) {
    return steps(owner.place(), owner.list(name));
  }

  /** Steps, in which a text stands for those of a sequence or a need. */
  private List<Step> steps(String place, List<Object> list) {
    List<Step> steps = new ArrayList<>();
    for (Object each : list) {
      if (each instanceof String name) {
        steps.addAll(shared(place, name));
      } else {
        steps.add(step(Spec.of(place, each)));
      }
    }
    return steps;
  }

  private List<Step> shared(String place, String name) {
    List<Step> need = needs.get(name);
    Spec sequence = sequences.get(name);
    if (need != null) {
      return need;
    }
    if (sequence == null) {
      throw new IllegalArgumentException(place + ": there is no sequence " + name);
    }
    List<Step> steps = steps(sequence, "steps");
    sequence.end();
    return steps;
  }

  private Step step(Spec spec) {
    Step step = read(spec);
    spec.end();
    return step;
  }

  private Step read(Spec spec) {
    if (spec.has("let")) {
      return new Step.Let(spec.map("let"));
    }
    if (spec.has("given")) {
      return new Step.Given(steps(spec, "given"));
    }
    for (Step.Verb verb : Step.Verb.values()) {
      if (spec.has(verb.name().toLowerCase(Locale.ROOT))) {
        return call(verb, spec);
      }
    }
    throw spec.mistake("there is nothing to do");
  }

  private Step.Call call(Step.Verb verb, Spec spec) {
    String message = spec.text("result", "");
    return new Step.Call(
        verb,
        spec.text(verb.name().toLowerCase(Locale.ROOT)),
        spec.map("headers"),
        Payload.of(spec),
        message,
        spec.text("accept", message.isEmpty() ? Probe.JSON : Probe.PROTOBUF),
        spec.integers("again_on"),
        Expectation.of(spec, list -> steps(spec.place(), list)));
  }

  List<Entry> entries() {
    return List.copyOf(entries);
  }

  Map<String, Spec> templates() {
    return templates;
  }

  Messages messages() {
    return messages;
  }

  /** The steps that make what a case names and no step of its own has made. */
  List<Step> need(String name) {
    List<Step> steps = needs.get(name);
    if (steps == null) {
      throw new IllegalArgumentException("nothing is called " + name);
    }
    return steps;
  }
}
