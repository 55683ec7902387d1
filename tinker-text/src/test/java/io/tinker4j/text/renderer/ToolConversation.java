package io.tinker4j.text.renderer;

import io.tinker4j.text.chat.Message;
import io.tinker4j.text.chat.ToolCall;
import java.util.List;
import java.util.Map;

/** The conversations that the vectors put behind the messages that offer tools. */
final class ToolConversation {
  private static final List<Message> SINGLE_USER = List.of(Message.user("Hello"));

  private static final List<Message> ROUND_TRIP =
      List.of(
          Message.user("Weather in Paris?"),
          Message.builder("assistant")
              .toolCalls(ToolCall.of("get_weather", "{\"location\": \"Paris\"}").withId("call_1"))
              .build(),
          Message.builder("tool")
              .text("{\"temp\": 18}")
              .toolCallId("call_1")
              .name("get_weather")
              .build(),
          Message.assistant("It is 18 degrees."));

  private static final List<Message> RESULT_LAST =
      List.of(
          Message.user("Weather in Paris?"),
          Message.builder("assistant")
              .text("Let me look.")
              .toolCalls(
                  ToolCall.of("get_weather", "{\"location\":\"Paris\",\"unit\":\"celsius\"}")
                      .withId("call_1"))
              .build(),
          Message.builder("tool").text("18").toolCallId("call_1").name("get_weather").build());

  static final Map<String, List<Message>> BY_FIELD =
      Map.of(
          "generation_single_user", SINGLE_USER,
          "generation_tool_roundtrip", ROUND_TRIP,
          "generation_tool_result_last", RESULT_LAST);

  private ToolConversation() {}
}
