package io.tinker4j.text.json;

import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/** JSON as trees and as a stream, for files that no model sees the text of. */
public final class JsonTrees {
  /** Reads trees and makes parsers. */
  public static final ObjectMapper MAPPER = JsonMapper.builder().build();

  private JsonTrees() {}
}
