package io.tinker4j.text.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class MessageTest {
  @Test
  void fromJson_contentsOfAllKinds_areRead() {
    Message message =
        Message.fromJson(
            """
            {"role": "assistant", "reasoning_content": "hm", "content": [
              {"type": "text", "text": "see"},
              {"type": "image_url", "image_url": {"url": "data:x"}},
              {"type": "video", "video": "v"}],
             "tool_calls": [{"id": "c1", "type": "function",
               "function": {"name": "f", "arguments": {"b": 1, "a": 2}}}]}
            """);

    assertThat(message.parts())
        .extracting(ContentPart::type)
        .containsExactly("thinking", "text", "image", "video");
    assertThat(message.thinking()).isEqualTo("hm");
    assertThat(message.text()).isEqualTo("see");
    assertThat(message.toolCalls())
        .containsExactly(ToolCall.of("f", "{\"b\": 1, \"a\": 2}").withId("c1"));
  }

  @Test
  void fromJson_callsWithNullContent_hasNoText() {
    Message message =
        Message.fromJson("{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[]}");

    assertThat(message.isEmpty()).isTrue();
    assertThat(message.toolCallList()).isPresent();
    assertThat(Message.assistant("").toolCallList()).isEmpty();
  }

  @Test
  void toJson_thenFromJson_isTheMessage() {
    Message message =
        Message.builder("tool")
            .parts(new ContentPart.Thinking("t"), new ContentPart.Image("data:x"))
            .toolCalls(ToolCall.of("f", "{}"))
            .unparsedToolCalls(java.util.List.of(new UnparsedToolCall("<x", "bad")))
            .toolCallId("c1")
            .name("f")
            .trainable(true)
            .build();

    assertThat(Message.fromJson(message.toJson())).isEqualTo(message);
    assertThat(Message.fromMap(message.toMap())).isEqualTo(message);
    assertThat(message.toBuilder().build()).isEqualTo(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"content\":\"x\"} | message has no role",
        "{\"role\":1} | message.role must be a string, but is a number",
        "{\"role\":\"user\",\"content\":5} | message.content must be a string, an array or null",
        "{\"role\":\"user\",\"content\":[{\"type\":\"text\"}]} | message.content[0] has no text",
        "{\"role\":\"a\",\"tool_calls\":[{}]} | message.tool_calls[0].function must be an object",
        "{\"role\":\"user\",\"trainable\":\"yes\"} | message.trainable must be a boolean",
        "{\"role\":  | message is no JSON: Expecting value: line 1 column 9 (char 8)",
      })
  void fromJson_malformed_saysWhatAndWhere(String json, String expected) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Message.fromJson(json))
        .withMessageContaining(expected);
  }

  @Test
  void toolSpecFromJson_wrapped_keepsOrderAndOtherKeys() {
    ToolSpec tool =
        ToolSpec.fromJson(
            "{\"type\":\"function\",\"function\":{\"strict\":true,\"name\":\"f\","
                + "\"parameters\":{\"z\":1,\"a\":2}}}");

    assertThat(tool.toJson())
        .isEqualTo("{\"strict\": true, \"name\": \"f\", \"parameters\": {\"z\": 1, \"a\": 2}}");
    assertThat(tool.description()).isEmpty();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ToolSpec.fromJson("{\"description\":\"d\"}"))
        .withMessageContaining("tool has no name");
  }
}
