package io.tinker4j.transport.endpoint;

/** How the bodies of training passes travel. Their results come in whatever form they come. */
public enum BodyFormat {
  /** Protobuf: the first choice. */
  PROTOBUF,
  /** Protobuf in one zstd frame, when the server's settings ask for it. */
  PROTOBUF_ZSTD,
  /** JSON, for servers that have nothing else; without provenance and texts among loss settings. */
  JSON
}
