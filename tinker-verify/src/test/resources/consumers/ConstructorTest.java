package consumer;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.testkit.junit.TinkerServer;
import org.junit.jupiter.api.Test;

/** Its constructor asks for a server, which before JUnit 5.12 all tests would share. */
class ConstructorTest {
  private final EmbeddedTinkerServer server;

  ConstructorTest(@TinkerServer EmbeddedTinkerServer server) {
    this.server = server;
  }

  @Test
  void test_hasAServer() {
    assertNotNull(server);
  }
}
