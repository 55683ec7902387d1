package io.tinker4j.conformance;

import java.util.ArrayList;
import java.util.List;

/** Cases in their order. */
final class CaseList {
  private final List<Entry> entries = new ArrayList<>();

  /** Asks the server; returns when it does what the protocol says. */
  @FunctionalInterface
  interface Check {
    void run(Probe probe) throws Exception;
  }

  record Entry(ConformanceCase which, Check check) {}

  CaseList add(String id, String section, String title, Check check) {
    if (entries.stream().anyMatch(entry -> entry.which().id().equals(id))) {
      throw new IllegalArgumentException("there are two cases " + id);
    }
    entries.add(new Entry(new ConformanceCase(id, section, title), check));
    return this;
  }

  List<Entry> entries() {
    return entries;
  }

  static CaseList all() {
    CaseList cases = new CaseList();
    ServiceCases.addTo(cases);
    SchemaCases.addTo(cases);
    ModelCases.addTo(cases);
    TrainingCases.addTo(cases);
    WeightsCases.addTo(cases);
    SamplingCases.addTo(cases);
    FutureCases.addTo(cases);
    RestCases.addTo(cases);
    ErrorCases.addTo(cases);
    DifferenceCases.addTo(cases);
    return cases;
  }
}
