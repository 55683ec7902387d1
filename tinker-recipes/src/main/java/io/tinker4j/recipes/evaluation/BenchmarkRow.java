package io.tinker4j.recipes.evaluation;

import io.tinker4j.text.chat.Message;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A task of a benchmark.
 *
 * @param id its name, which results are compared by
 * @param prompt what the model is asked
 * @param answer the reference answer; empty when there is none
 * @param fields all that its line has, by name
 */
public record BenchmarkRow(
    String id, List<Message> prompt, String answer, Map<String, @Nullable Object> fields) {
  /** Copies list and map; refuses a row without a prompt. */
  public BenchmarkRow {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(answer, "answer");
    prompt = List.copyOf(prompt);
    fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    if (prompt.isEmpty()) {
      throw new IllegalArgumentException("row %s has no prompt".formatted(id));
    }
  }

  /** Returns a task in one message of the user. */
  public static BenchmarkRow of(String id, String prompt, String answer) {
    return new BenchmarkRow(id, List.of(Message.user(prompt)), answer, Map.of());
  }
}
