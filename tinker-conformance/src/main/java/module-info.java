/** Asks a server whether it keeps to the protocol. */
module io.tinker4j.conformance {
  requires transitive io.tinker4j.transport;
  requires com.github.luben.zstd_jni;
  requires java.net.http;

  exports io.tinker4j.conformance;
}
