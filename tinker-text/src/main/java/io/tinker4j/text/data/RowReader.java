package io.tinker4j.text.data;

import io.tinker4j.text.chat.Message;
import io.tinker4j.text.chat.ToolSpec;
import io.tinker4j.text.json.JsonSyntaxException;
import io.tinker4j.text.json.PythonJson;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads rows of all forms. Errors name the field; file and line are known to those who call. */
final class RowReader {
  private static final Map<String, String> SHAREGPT_ROLES =
      Map.ofEntries(
          Map.entry("human", "user"),
          Map.entry("user", "user"),
          Map.entry("gpt", "assistant"),
          Map.entry("chatgpt", "assistant"),
          Map.entry("assistant", "assistant"),
          Map.entry("system", "system"),
          Map.entry("tool", "tool"),
          Map.entry("observation", "tool"));

  private RowReader() {}

  static Conversation conversation(String json, RowFormat format) {
    Map<String, @Nullable Object> row = object(json);
    return switch (format == RowFormat.AUTO ? detect(row) : format) {
      case AUTO, MESSAGES -> messages(row);
      case PROMPT_COMPLETION -> promptCompletion(row);
      case SHAREGPT -> shareGpt(row);
      case ALPACA -> alpaca(row);
    };
  }

  static PreferencePair preferencePair(String json) {
    Map<String, @Nullable Object> row = object(json);
    List<Message> prompt = row.get("prompt") == null ? List.of() : turns(row, "prompt", "user");
    List<Message> chosen = turns(row, "chosen", "assistant");
    List<Message> rejected = turns(row, "rejected", "assistant");
    if (!prompt.isEmpty()) {
      return new PreferencePair(prompt, chosen, rejected);
    }
    // Whole conversations, which begin alike.
    int common = 0;
    while (common < Math.min(chosen.size(), rejected.size()) - 1
        && chosen.get(common).equals(rejected.get(common))) {
      common++;
    }
    return new PreferencePair(
        chosen.subList(0, common),
        chosen.subList(common, chosen.size()),
        rejected.subList(common, rejected.size()));
  }

  private static Map<String, @Nullable Object> object(String json) {
    if (!(parsed("the line", json) instanceof Map<?, ?> map)) {
      throw new IllegalArgumentException("the line is JSON but not an object");
    }
    return fields(map);
  }

  private static @Nullable Object parsed(String name, String json) {
    try {
      return PythonJson.parse(json);
    } catch (JsonSyntaxException e) {
      throw new IllegalArgumentException(name + " is not JSON: " + e.inOneLine(), e);
    }
  }

  private static Map<String, @Nullable Object> fields(Map<?, ?> map) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    map.forEach((key, value) -> fields.put(String.valueOf(key), value));
    return fields;
  }

  private static RowFormat detect(Map<String, @Nullable Object> row) {
    if (row.containsKey("messages")) {
      return RowFormat.MESSAGES;
    }
    if (row.containsKey("conversations")) {
      return RowFormat.SHAREGPT;
    }
    if (row.containsKey("completion")) {
      return RowFormat.PROMPT_COMPLETION;
    }
    if (row.containsKey("instruction")) {
      return RowFormat.ALPACA;
    }
    if (row.containsKey("chosen") && row.containsKey("rejected")) {
      throw new IllegalArgumentException(
          "the row is a preference pair (chosen, rejected); supervised training takes"
              + " conversations");
    }
    throw new IllegalArgumentException(
        "the row has the keys %s and none of messages, prompt and completion, conversations (ShareGPT), instruction and output (Alpaca)"
            .formatted(row.keySet()));
  }

  private static Conversation messages(Map<String, @Nullable Object> row) {
    List<Message> read = Message.fromList(list(row, "messages"));
    return new Conversation(weighed(read, list(row, "messages")), tools(row));
  }

  private static List<ToolSpec> tools(Map<String, @Nullable Object> row) {
    Object tools = row.get("tools");
    if (tools instanceof String json && !json.isBlank()) {
      tools = parsed("tools is a string that", json);
    }
    List<ToolSpec> read = new ArrayList<>();
    if (tools instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        if (!(list.get(i) instanceof Map<?, ?> tool)) {
          throw wrong("tools[" + i + "]", list.get(i), "an object");
        }
        read.add(ToolSpec.fromMap(fields(tool)));
      }
    } else if (tools != null) {
      throw wrong("tools", tools, "an array");
    }
    return read;
  }

  /** {@code weight} is OpenAI's word for {@code trainable}; without it, assistants are learned. */
  private static List<Message> weighed(List<Message> messages, List<?> json) {
    boolean says = json.stream().anyMatch(it -> ((Map<?, ?>) it).get("weight") != null);
    if (!says) {
      return messages;
    }
    List<Message> weighed = new ArrayList<>(messages.size());
    for (int i = 0; i < messages.size(); i++) {
      Message message = messages.get(i);
      Object weight = ((Map<?, ?>) json.get(i)).get("weight");
      boolean learned;
      if (weight == null) {
        learned = message.role().equals("assistant");
      } else if (weight instanceof Number number
          && (number.doubleValue() == 0 || number.doubleValue() == 1)) {
        learned = number.doubleValue() == 1;
      } else {
        throw wrong("messages[" + i + "].weight", weight, "0 or 1");
      }
      weighed.add(message.toBuilder().trainable(learned).build());
    }
    return weighed;
  }

  private static Conversation promptCompletion(Map<String, @Nullable Object> row) {
    List<Message> messages = new ArrayList<>(turns(row, "prompt", "user"));
    messages.addAll(turns(row, "completion", "assistant"));
    return new Conversation(messages, tools(row));
  }

  private static Conversation shareGpt(Map<String, @Nullable Object> row) {
    List<Message> messages = new ArrayList<>();
    Object system = row.get("system");
    if (system instanceof String text && !text.isEmpty()) {
      messages.add(Message.system(text));
    }
    List<?> turns = list(row, "conversations");
    for (int i = 0; i < turns.size(); i++) {
      String name = "conversations[" + i + "]";
      if (!(turns.get(i) instanceof Map<?, ?> map)) {
        throw wrong(name, turns.get(i), "an object with from and value");
      }
      Map<String, @Nullable Object> turn = fields(map);
      String from = text(turn, "from", name + ".from");
      String role = SHAREGPT_ROLES.get(from);
      if (role == null) {
        throw new IllegalArgumentException(
            "%s.from is \"%s\"; it must be one of %s"
                .formatted(name, from, SHAREGPT_ROLES.keySet().stream().sorted().toList()));
      }
      messages.add(Message.of(role, text(turn, "value", name + ".value")));
    }
    return new Conversation(messages, tools(row));
  }

  private static Conversation alpaca(Map<String, @Nullable Object> row) {
    List<Message> messages = new ArrayList<>();
    Object system = row.get("system");
    if (system instanceof String text && !text.isEmpty()) {
      messages.add(Message.system(text));
    }
    String instruction = text(row, "instruction", "instruction");
    Object input = row.get("input");
    boolean hasInput = input instanceof String text && !text.isEmpty();
    messages.add(Message.user(hasInput ? instruction + "\n\n" + input : instruction));
    messages.add(Message.assistant(text(row, "output", "output")));
    return new Conversation(messages, List.of());
  }

  /** A text of one role, or messages. */
  private static List<Message> turns(Map<String, @Nullable Object> row, String key, String role) {
    Object value = row.get(key);
    return value instanceof List<?> list
        ? Message.fromList(list)
        : List.of(Message.of(role, text(row, key, key)));
  }

  private static List<?> list(Map<String, @Nullable Object> row, String key) {
    if (row.get(key) instanceof List<?> list) {
      return list;
    }
    throw wrong(key, row.get(key), "an array");
  }

  private static String text(Map<String, @Nullable Object> row, String key, String name) {
    if (row.get(key) instanceof String text) {
      return text;
    }
    throw wrong(name, row.get(key), "a string");
  }

  private static IllegalArgumentException wrong(
      String name, @Nullable Object value, String expected) {
    String found =
        switch (value) {
          case null -> "missing or null";
          case String text -> "a string";
          case Number number -> number.toString();
          case Boolean truth -> truth.toString();
          case List<?> list -> "an array";
          default -> "an object";
        };
    return new IllegalArgumentException("%s is %s; it must be %s".formatted(name, found, expected));
  }
}
