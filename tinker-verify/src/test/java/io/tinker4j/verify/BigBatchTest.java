package io.tinker4j.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.testkit.StubbedServers;
import io.tinker4j.types.ClientConfigResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class BigBatchTest {
  private static final int TOKENS = 1_000_000;

  /**
   * 7 for the JVM and the client, 16 for the batch (tokens and weights of 4 bytes, targets of 8), 4
   * for the result: that leaves 9, less than twice the server's limit of 5 for a chunk. All chunks
   * together are 12 as bodies.
   */
  private static final int HEAP_MEBIBYTES = 36;

  @Tag("readiness:Q2")
  @Test
  void forwardBackward_ofAMillionTokens_needsLittleMoreThanTheTokens() throws Exception {
    try (EmbeddedTinkerServer server =
        StubbedServers.builder()
            .clientConfig(ClientConfigResponse.builder().parallelFwdbwdChunks(false).build())
            .start()) {
      Process small =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx" + HEAP_MEBIBYTES + "m",
                  "-Xmn3m",
                  "-XX:MaxDirectMemorySize=16m",
                  "-XX:+UseSerialGC",
                  "-XX:TieredStopAtLevel=1",
                  "-cp",
                  System.getProperty("java.class.path"),
                  BigBatch.class.getName(),
                  server.baseUrl().toString(),
                  Integer.toString(TOKENS))
              .redirectErrorStream(true)
              .start();
      String said = new String(small.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

      assertThat(small.waitFor()).as(said).isZero();
      assertThat(said).contains("1000 outputs");
    }
  }
}
