package io.tinker4j.text.renderer;

import io.tinker4j.text.chat.ToolSpec;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What models are told about calling tools. The words are those they have learned. */
final class ToolPrompts {
  /** The place is that of the tools, one a line. */
  static final String QWEN3 =
      """
      # Tools

      You may call one or more functions to assist with the user query.

      You are provided with function signatures within <tools></tools> XML tags:
      <tools>
      %s
      </tools>

      For each function call, return a json object with function name and arguments within \
      <tool_call></tool_call> XML tags:
      <tool_call>
      {"name": <function-name>, "arguments": <args-json-object>}
      </tool_call>\
      """;

  /** The place is that of the tools; for Qwen 3.5 and Nemotron. */
  static final String XML_CALLS =
      """
      # Tools

      You have access to the following functions:

      <tools>
      %s
      </tools>

      If you choose to call a function ONLY reply in the following format with NO suffix:

      <tool_call>
      <function=example_function_name>
      <parameter=example_parameter_1>
      value_1
      </parameter>
      <parameter=example_parameter_2>
      This is the value for the second parameter
      that can span
      multiple lines
      </parameter>
      </function>
      </tool_call>

      <IMPORTANT>
      Reminder:
      - Function calls MUST follow the specified format: an inner <function=...></function> block \
      must be nested within <tool_call></tool_call> XML tags
      - Required parameters MUST be specified
      - You may provide optional reasoning for your function call in natural language BEFORE the \
      function call, but NOT after
      - If there is no function call available, answer the question like normal with your current \
      knowledge and do not tell the user about function calls
      </IMPORTANT>\
      """;

  /** The place is that of the tools, each with a heading. */
  static final String DEEPSEEK =
      """


      ## Tools
      You have access to the following tools:

      %s

      IMPORTANT: ALWAYS adhere to this exact format for tool use:
      <｜tool▁calls▁begin｜><｜tool▁call▁begin｜>tool_call_name<｜tool▁sep｜>tool_call_arguments\
      <｜tool▁call▁end｜><｜tool▁calls▁end｜>

      Where:
      - `tool_call_name` must be an exact match to one of the available tools
      - `tool_call_arguments` must be valid JSON that strictly follows the tool's Parameters Schema
      - For multiple tool calls, chain them directly without separators or spaces\
      """;

  private ToolPrompts() {}

  /** Returns a tool in the form of OpenAI's chat completions. */
  static Map<String, @Nullable Object> asFunction(ToolSpec tool) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("type", "function");
    json.put("function", tool.toMap());
    return json;
  }
}
