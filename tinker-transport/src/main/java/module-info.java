/** How a call becomes bytes and comes back: transports, endpoints, retries, credentials. */
@SuppressWarnings("module")
module io.tinker4j.transport {
  requires transitive io.tinker4j.types;
  requires com.github.luben.zstd_jni;
  requires java.net.http;

  exports io.tinker4j.transport;
  exports io.tinker4j.transport.client;
  exports io.tinker4j.transport.jdk;
  exports io.tinker4j.transport.operation;
  exports io.tinker4j.transport.endpoint to
      io.tinker4j.training,
      io.tinker4j.testkit,
      io.tinker4j.cli;
  exports io.tinker4j.transport.internal to
      io.tinker4j.training,
      io.tinker4j.recovery,
      io.tinker4j.text,
      io.tinker4j.recipes,
      io.tinker4j.testkit,
      io.tinker4j.health,
      io.tinker4j.mlflow,
      io.tinker4j.cli;
}
