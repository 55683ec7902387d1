/*
 * The descriptor of the jar with what is shaded into it: it has none while it is compiled, as the
 * libraries that it has then are not those that it has later.
 */
module io.tinker4j.testkit {
  requires transitive io.tinker4j.transport;
  requires com.github.luben.zstd_jni;
  requires com.github.marschall.memoryfilesystem;
  requires java.logging;
  requires java.naming;
  requires java.net.http;
  requires org.slf4j;
  requires static java.desktop;
  requires static java.management;
  requires static java.sql;
  requires static jdk.unsupported;
  requires static org.junit.jupiter.api;
  requires static org.junit.jupiter.params;

  exports io.tinker4j.testkit;
  exports io.tinker4j.testkit.contract;
  exports io.tinker4j.testkit.fault;
  exports io.tinker4j.testkit.junit;
  exports io.tinker4j.testkit.observe;
  exports io.tinker4j.testkit.time;

  uses io.tinker4j.testkit.shaded.jetty.http.HttpFieldPreEncoder;
  uses io.tinker4j.testkit.shaded.jetty.io.ssl.ALPNProcessor.Server;

  provides io.tinker4j.testkit.shaded.jetty.http.HttpFieldPreEncoder with
      io.tinker4j.testkit.shaded.jetty.http.Http10FieldPreEncoder,
      io.tinker4j.testkit.shaded.jetty.http.Http11FieldPreEncoder,
      io.tinker4j.testkit.shaded.jetty.http2.hpack.HpackFieldPreEncoder;
  provides io.tinker4j.testkit.shaded.jetty.io.ssl.ALPNProcessor.Server with
      io.tinker4j.testkit.shaded.jetty.alpn.java.server.JDK9ServerALPNProcessor;
}
