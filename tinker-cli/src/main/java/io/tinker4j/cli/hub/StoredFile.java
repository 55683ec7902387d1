package io.tinker4j.cli.hub;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A large file in the hub's storage.
 *
 * @param sha256 what it is called there
 */
record StoredFile(String sha256, long size) {
  /** Returns what a commit says of it. */
  Map<String, Object> asCommitted(String name) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("path", name);
    fields.put("algo", "sha256");
    fields.put("oid", sha256);
    fields.put("size", size);
    return fields;
  }
}
