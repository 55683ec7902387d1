package io.tinker4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.testkit.contract.TransportContract;
import io.tinker4j.transport.Transport;
import io.tinker4j.transport.jdk.JdkTransport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The example of the guide keeps the contract, and is what the guide shows. */
class TenantTransportTest extends TransportContract {
  @Override
  protected Transport createTransport() {
    return new TenantTransport(JdkTransport.create());
  }

  @Test
  void guide_showsThisExample() throws IOException {
    String code =
        Files.readString(Path.of("src/main/java/io/tinker4j/examples/TenantTransport.java"));
    Matcher shown =
        Pattern.compile("// doc: begin\n(.*)// doc: end\n", Pattern.DOTALL).matcher(code);
    assertThat(shown.find()).isTrue();

    assertThat(shown.group(1).lines()).hasSizeLessThanOrEqualTo(20);
    assertThat(Files.readString(Path.of("../docs/custom-transport.md"))).contains(shown.group(1));
  }

  @Test
  void examples_areShort() throws IOException {
    for (String name : new String[] {"ApacheTransport", "OkHttpTransport"}) {
      assertThat(Files.readAllLines(Path.of("src/main/java/io/tinker4j/examples", name + ".java")))
          .hasSizeLessThan(120);
    }
  }
}
