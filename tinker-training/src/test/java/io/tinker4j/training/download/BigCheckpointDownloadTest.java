package io.tinker4j.training.download;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A checkpoint far larger than the heap, over real sockets, cut off in the middle. {@code
 * -Dtinker.download.megabytes=1024} makes it a large one.
 */
@Tag("readiness:F7")
@Tag("readiness:Q1")
@Timeout(300)
class BigCheckpointDownloadTest {
  private static final long MEBIBYTES = Integer.getInteger("tinker.download.megabytes", 64);
  private static final int BLOCK = 1 << 20;

  @TempDir Path directory;

  private final byte[] header = header();
  private final long size = header.length + MEBIBYTES * BLOCK + 1024;

  private static byte[] header() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes);
      TarArchiveEntry entry = new TarArchiveEntry("adapter_model.safetensors");
      entry.setSize(MEBIBYTES * BLOCK);
      tar.putArchiveEntry(entry);
      tar.flush();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return Arrays.copyOf(bytes.toByteArray(), 512);
  }

  /** The header, then zeros, which are both the content and the end of the archive. */
  private void give(HttpExchange exchange, HttpServer server) throws IOException {
    if (exchange.getRequestURI().getPath().endsWith("/archive")) {
      exchange
          .getResponseHeaders()
          .set("Location", "http://127.0.0.1:" + server.getAddress().getPort() + "/file");
      exchange.sendResponseHeaders(302, -1);
      exchange.close();
      return;
    }
    String range = exchange.getRequestHeaders().getFirst("Range");
    long start = range == null ? 0 : Long.parseLong(range.replaceAll("\\D", ""));
    exchange.getResponseHeaders().set("ETag", "\"v1\"");
    if (start > 0) {
      exchange
          .getResponseHeaders()
          .set("Content-Range", "bytes %d-%d/%d".formatted(start, size - 1, size));
    }
    exchange.sendResponseHeaders(start > 0 ? 206 : 200, size - start);
    long end = start > 0 ? size : size * 2 / 5;
    OutputStream out = exchange.getResponseBody();
    if (start == 0) {
      out.write(header);
    }
    byte[] zeros = new byte[BLOCK];
    for (long at = Math.max(start, header.length); at < end; at += BLOCK) {
      out.write(zeros, 0, (int) Math.min(BLOCK, end - at));
    }
    out.flush();
    if (start == 0) {
      throw new IOException("the connection is to be closed here");
    }
    out.close();
  }

  @Test
  void extractTo_muchLargerThanTheHeap_needsLittleMemory() throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", exchange -> give(exchange, server));
    server.start();
    try {
      Path target = directory.resolve("adapter");
      Process small =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx" + (MEBIBYTES < 512 ? 24 : 96) + "m",
                  "-XX:MaxDirectMemorySize=16m",
                  "-XX:+UseSerialGC",
                  "-XX:TieredStopAtLevel=1",
                  "-cp",
                  System.getProperty(
                      "surefire.test.class.path", System.getProperty("java.class.path")),
                  BigCheckpointDownload.class.getName(),
                  "http://127.0.0.1:" + server.getAddress().getPort(),
                  target.toString())
              .redirectErrorStream(true)
              .start();
      String said = new String(small.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

      assertThat(small.waitFor()).as(said).isZero();
      assertThat(said).contains(size + " 1");
      assertThat(Files.size(target.resolve("adapter_model.safetensors")))
          .isEqualTo(MEBIBYTES * BLOCK);
    } finally {
      server.stop(0);
    }
  }
}
