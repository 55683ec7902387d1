package io.tinker4j.cli.output;

/** How results are printed. */
public enum Format {
  /** For people. */
  TABLE,
  /** One JSON document, indented. */
  JSON,
  /** JSON, an object a line: an entry of a list each, or the whole result. */
  JSONL
}
