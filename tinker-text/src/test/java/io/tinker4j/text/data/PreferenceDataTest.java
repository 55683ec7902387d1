package io.tinker4j.text.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.text.chat.Message;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreferenceDataTest {
  @Test
  void rows_areReadInAnyOrder_andBadOnesNamed(@TempDir Path directory) throws Exception {
    Path file =
        Files.write(
            directory.resolve("pairs.jsonl"),
            List.of(
                "{\"prompt\":\"q\",\"chosen\":\"good\",\"rejected\":\"bad\"}",
                "",
                "{\"prompt\":\"q\",\"chosen\":\"good\"}",
                "{\"prompt\":\"r\",\"chosen\":\"yes\",\"rejected\":\"no\"}"));
    try (PreferenceData data = PreferenceData.open(file)) {
      assertThat(data.size()).isEqualTo(3);
      assertThat(data.get(2).prompt()).containsExactly(Message.user("r"));
      assertThat(data.get(0).rejected()).containsExactly(Message.assistant("bad"));
      assertThatThrownBy(() -> data.get(1))
          .isInstanceOf(BadRowException.class)
          .hasMessage(file + " line 3: rejected is missing or null; it must be a string");
      assertThatThrownBy(() -> data.get(3)).isInstanceOf(IndexOutOfBoundsException.class);
    }
  }
}
