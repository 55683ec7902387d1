package io.tinker4j.training.download;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.training.download.DownloadException.Reason;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;

/** Archives that another implementation writes are read; damaged ones are refused. */
// readiness: F7
class TarReaderTest {
  /** A file of bytes as Latin-1, or a directory when the name ends with a slash. */
  record Written(String name, String content) {
    byte[] bytes() {
      return content.getBytes(StandardCharsets.ISO_8859_1);
    }
  }

  private static byte[] archive(List<Written> entries, int longNames) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, "UTF-8")) {
      tar.setLongFileMode(longNames);
      tar.setBigNumberMode(
          longNames == TarArchiveOutputStream.LONGFILE_POSIX
              ? TarArchiveOutputStream.BIGNUMBER_POSIX
              : TarArchiveOutputStream.BIGNUMBER_STAR);
      tar.setAddPaxHeadersForNonAsciiNames(longNames == TarArchiveOutputStream.LONGFILE_POSIX);
      for (Written each : entries) {
        TarArchiveEntry entry = new TarArchiveEntry(each.name());
        entry.setSize(each.bytes().length);
        // Makes the writer add more than one record where it writes pax headers.
        entry.setUserId(1L << 40);
        tar.putArchiveEntry(entry);
        tar.write(each.bytes());
        tar.closeArchiveEntry();
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return bytes.toByteArray();
  }

  private static List<Written> read(byte[] archive) {
    List<Written> entries = new ArrayList<>();
    TarReader tar = new TarReader(new ByteArrayInputStream(archive));
    for (TarReader.Entry each = tar.next(); each != null; each = tar.next()) {
      ByteArrayOutputStream content = new ByteArrayOutputStream();
      byte[] block = new byte[700];
      for (int count = tar.read(block); count >= 0; count = tar.read(block)) {
        content.write(block, 0, count);
      }
      assertThat(content.size()).isEqualTo((int) each.size());
      assertThat(each.kind())
          .isEqualTo(each.name().endsWith("/") ? TarReader.Kind.DIRECTORY : TarReader.Kind.FILE);
      entries.add(new Written(each.name(), content.toString(StandardCharsets.ISO_8859_1)));
    }
    return entries;
  }

  @Provide
  static Arbitrary<List<Written>> entries() {
    Arbitrary<String> segment =
        Arbitraries.strings()
            .withCharRange('a', 'f')
            .withChars('ä', '字', ' ', '=')
            .ofMinLength(1)
            .ofMaxLength(90);
    Arbitrary<String> name =
        segment.list().ofMinSize(1).ofMaxSize(4).map(parts -> String.join("/", parts));
    Arbitrary<String> content =
        Arbitraries.strings().withCharRange('\0', '\u00ff').ofMaxLength(1100);
    Arbitrary<Written> file = Combinators.combine(name, content).as(Written::new);
    Arbitrary<Written> folder = name.map(text -> new Written(text + "/", ""));
    return Arbitraries.oneOf(file, file, folder).list().ofMaxSize(5);
  }

  @Property(tries = 150)
  void read_whatCommonsCompressWrites_isTheSame(
      @ForAll("entries") List<Written> entries, @ForAll boolean pax) {
    byte[] archive =
        archive(
            entries,
            pax ? TarArchiveOutputStream.LONGFILE_POSIX : TarArchiveOutputStream.LONGFILE_GNU);

    assertThat(read(archive)).isEqualTo(entries);
  }

  private static byte[] small() {
    return archive(
        List.of(new Written("a/" + "n".repeat(200), "x".repeat(700)), new Written("b", "1")),
        TarArchiveOutputStream.LONGFILE_POSIX);
  }

  @Property(tries = 500)
  void read_damaged_isRefusedOrReadButNothingElse(@ForAll Random random) {
    byte[] archive = small();
    for (int i = 0; i <= random.nextInt(4); i++) {
      archive[random.nextInt(archive.length)] = (byte) random.nextInt(256);
    }
    int length = random.nextBoolean() ? archive.length : random.nextInt(archive.length);
    TarReader tar = new TarReader(new ByteArrayInputStream(archive, 0, length));

    try {
      while (tar.next() != null) {
        assertThat(tar.read(new byte[64])).isBetween(-1, 64);
      }
    } catch (DownloadException e) {
      assertThat(e.reason()).isEqualTo(Reason.MALFORMED);
    }
  }

  @Test
  void next_cutOffAnywhere_isRefused() {
    byte[] archive = small();
    int content = archive.length;
    while (content > 0 && archive[content - 1] == 0) {
      content--;
    }
    int end = (content + 511) / 512 * 512;
    for (int length = 0; length < end; length += 100) {
      byte[] part = Arrays.copyOf(archive, length);
      assertThatThrownBy(() -> read(part))
          .isInstanceOf(DownloadException.class)
          .hasMessageContaining("an end too early");
    }
  }

  @Test
  void next_otherContent_isRefused() {
    for (String text : List.of("", "{\"detail\":\"no archive\"}", "x".repeat(2000))) {
      assertThatThrownBy(() -> read(text.getBytes(StandardCharsets.UTF_8)))
          .isInstanceOf(DownloadException.class)
          .hasMessageContaining("no tar archive");
    }
  }

  @Test
  void next_paxHeaderOfHugeSize_isRefusedWithoutReservingMemory() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_STAR);
      TarArchiveEntry entry = new TarArchiveEntry("x", (byte) 'x');
      entry.setSize(1L << 40);
      tar.putArchiveEntry(entry);
      tar.flush();
    } catch (IOException e) {
      // The writer complains that the entry is not finished, but its header is there.
      assertThat(bytes.size()).isPositive();
    }

    assertThatThrownBy(() -> read(bytes.toByteArray()))
        .isInstanceOf(DownloadException.class)
        .hasMessageContaining("a header of " + (1L << 40) + " bytes");
  }
}
