package io.tinker4j.testkit.endpoint;

import io.tinker4j.testkit.http.HttpCall;
import io.tinker4j.testkit.http.RefusedException;
import io.tinker4j.types.Cursor;
import java.util.List;

/** The part of a list that a request asks for with {@code offset} and {@code limit}. */
record Page<T>(List<T> entries, Cursor cursor) {
  /**
   * Returns the page.
   *
   * @throws RefusedException 422 when the numbers are none or out of range
   */
  static <T> Page<T> of(HttpCall call, int defaultLimit, List<T> all) {
    int offset = call.query("offset", 0, 0);
    int limit = call.query("limit", defaultLimit, 1);
    return new Page<>(
        all.stream().skip(offset).limit(limit).toList(),
        Cursor.builder().offset(offset).limit(limit).totalCount(all.size()).build());
  }

  /** Refuses an {@code access_scope} other than the two that there are. */
  static void requireScope(HttpCall call) {
    String scope = call.query("access_scope").orElse("owned");
    if (!scope.equals("owned") && !scope.equals("accessible")) {
      throw RefusedException.unprocessable(
          List.of("query", "access_scope"), "must be owned or accessible", "literal_error");
    }
  }
}
