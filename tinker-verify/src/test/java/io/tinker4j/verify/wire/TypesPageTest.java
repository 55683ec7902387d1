package io.tinker4j.verify.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class TypesPageTest {
  private static final Path PAGE = Path.of("../docs/types.md");

  @Test
  void page_isThatOfTheSpec() throws IOException {
    if (Boolean.getBoolean("docs.write")) {
      Files.writeString(PAGE, TypesPage.text());
    }

    assertThat(Files.readString(PAGE)).isEqualTo(TypesPage.text());
  }
}
