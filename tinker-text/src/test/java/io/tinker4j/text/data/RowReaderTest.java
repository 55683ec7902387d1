package io.tinker4j.text.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tinker4j.text.chat.Message;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowReaderTest {
  private static List<Message> read(String json) {
    return RowReader.conversation(json, RowFormat.AUTO).messages();
  }

  @Test
  void allForms_giveTheSameConversation() {
    List<Message> expected = List.of(Message.user("Hi"), Message.assistant("Hello"));

    assertThat(
            read(
                "{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"},{\"role\":\"assistant\",\"content\":\"Hello\"}]}"))
        .isEqualTo(expected);
    assertThat(read("{\"prompt\":\"Hi\",\"completion\":\"Hello\"}")).isEqualTo(expected);
    assertThat(
            read(
                "{\"conversations\":[{\"from\":\"human\",\"value\":\"Hi\"},{\"from\":\"gpt\",\"value\":\"Hello\"}]}"))
        .isEqualTo(expected);
    assertThat(read("{\"instruction\":\"Hi\",\"output\":\"Hello\",\"input\":\"\"}"))
        .isEqualTo(expected);
    assertThat(
            read(
                "{\"prompt\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"completion\":[{\"role\":\"assistant\",\"content\":\"Hello\"}]}"))
        .isEqualTo(expected);
  }

  @Test
  void alpacaInput_followsTheInstruction() {
    assertThat(
            read("{\"instruction\":\"Sum up\",\"input\":\"A tale\",\"output\":\"Short\"}").get(0))
        .isEqualTo(Message.user("Sum up\n\nA tale"));
  }

  @Test
  void toolCall_withNullContent_isRead() {
    Message call =
        read("""
        {"messages":[{"role":"user","content":"Weather?"},{"role":"assistant","content":null,
        "tool_calls":[{"id":"c1","type":"function","function":{"name":"get","arguments":"{\\"a\\": 1}"}}]}],
        "tools":[{"type":"function","function":{"name":"get","description":"d","parameters":{"type":"object"}}}]}
        """)
            .get(1);

    assertThat(call.toolCalls()).hasSize(1);
    assertThat(call.isEmpty()).isTrue();
  }

  @Test
  void weights_sayWhatIsLearned() {
    Conversation conversation =
        RowReader.conversation(
            """
            {"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b","weight":0},
            {"role":"user","content":"c"},{"role":"assistant","content":"d"}]}
            """,
            RowFormat.MESSAGES);

    assertThat(conversation.saysWhatIsLearned()).isTrue();
    assertThat(conversation.messages())
        .extracting(message -> message.trainable().orElseThrow())
        .containsExactly(false, false, false, true);
  }

  @Test
  void preferencePair_ofWholeConversations_isSplitWhereTheyDiffer() {
    PreferencePair pair =
        RowReader.preferencePair(
            """
            {"chosen":[{"role":"user","content":"q"},{"role":"assistant","content":"good"}],
            "rejected":[{"role":"user","content":"q"},{"role":"assistant","content":"bad"}]}
            """);

    assertThat(pair.prompt()).containsExactly(Message.user("q"));
    assertThat(pair.chosen()).containsExactly(Message.assistant("good"));
    assertThat(pair.rejected()).containsExactly(Message.assistant("bad"));
    assertThat(
            RowReader.preferencePair("{\"prompt\":\"q\",\"chosen\":\"good\",\"rejected\":\"bad\"}"))
        .isEqualTo(pair);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[1]|the line is JSON but not an object",
        "{\"a\":1}|none of messages",
        "{\"messages\":3}|messages is 3; it must be an array",
        "{\"messages\":[]}|messages is empty",
        "{\"messages\":[{\"content\":\"x\"}]}|role",
        "{\"messages\":[{\"role\":\"user\",\"content\":\"x\",\"weight\":0.5}]}|weight is 0.5; it"
            + " must be 0 or 1",
        "{\"conversations\":[{\"from\":\"martian\",\"value\":\"x\"}]}|martian",
        "{\"instruction\":\"x\"}|output is missing",
        "{\"chosen\":\"x\",\"rejected\":\"y\"}|preference pair",
        "{\"prompt\":\"x\",\"completion\":7}|completion is 7",
        "{\"messages\":[|the line is not JSON: Expecting value at column 14",
        "{\"messages\":\"|the line is not JSON: Unterminated string starting at column 13",
        "{\"tools\":\"[\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}|tools is a string"
            + " that is not JSON: Expecting value at column 2",
      })
  void wrongRows_areRefusedWithTheField(String json, String reason) {
    assertThatIllegalArgumentException().isThrownBy(() -> read(json)).withMessageContaining(reason);
  }
}
