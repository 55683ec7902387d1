package io.tinker4j.conformance;

import java.io.Serial;

/** Ends a case that is not supported. */
final class CaseException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final Verdict verdict;

  private CaseException(Verdict verdict, String detail) {
    super(detail, null, false, false);
    this.verdict = verdict;
  }

  static CaseException of(Verdict verdict, String detail) {
    return new CaseException(verdict, detail);
  }

  static CaseException differs(String detail) {
    return new CaseException(Verdict.DIFFERS, detail);
  }

  static CaseException refused(String detail) {
    return new CaseException(Verdict.REFUSED, detail);
  }

  static CaseException notJudged(String detail) {
    return new CaseException(Verdict.NOT_JUDGED, detail);
  }

  Verdict verdict() {
    return verdict;
  }

  String detail() {
    return String.valueOf(getMessage());
  }
}
