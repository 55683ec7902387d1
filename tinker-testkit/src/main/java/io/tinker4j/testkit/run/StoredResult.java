package io.tinker4j.testkit.run;

import io.tinker4j.testkit.http.Answer;
import io.tinker4j.testkit.journal.Journal;
import io.tinker4j.testkit.journal.LogEntry;

/** A result that is in the journal, in both its forms. */
public final class StoredResult {
  private final Journal journal;
  private final long address;

  StoredResult(Journal journal, long address) {
    this.journal = journal;
    this.address = address;
  }

  /**
   * What the journal keeps of a result: the JSON form, the binary one if there is one, and what
   * JSON has for numbers that are not finite, if it has some, where null stands for those.
   */
  static byte[][] parts(Object result) {
    byte[] binary = new byte[0];
    byte[] nulls = new byte[0];
    Answer answer = ResultWriter.write(result, true, true);
    if (answer.contentType().equals(Answer.PROTOBUF)) {
      binary = answer.body();
    }
    byte[] json;
    try {
      json = ResultWriter.write(result, false, false).body();
    } catch (RuntimeException e) {
      // JSON has no word for the infinities of a model that has diverged.
      json = new byte[0];
      nulls = ResultWriter.write(result, false, true).body();
    }
    return new byte[][] {json, binary, nulls};
  }

  /**
   * Returns the result as an answer.
   *
   * @throws IllegalArgumentException when it has no JSON form
   */
  Answer answer(boolean binary, boolean nullForNaN) {
    LogEntry entry = journal.read(address);
    if (binary && entry.part(1).length > 0) {
      return Answer.protobuf(entry.part(1));
    }
    if (entry.part(0).length == 0 && nullForNaN) {
      return Answer.json(200, entry.part(2));
    }
    if (entry.part(0).length == 0) {
      throw new IllegalArgumentException("JSON has no infinities and this result has some");
    }
    return Answer.json(200, entry.part(0));
  }
}
