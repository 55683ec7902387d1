package io.tinker4j.training.download;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.training.RecordingTime;
import io.tinker4j.training.RestClients;
import io.tinker4j.training.download.DownloadException.Reason;
import io.tinker4j.transport.client.ApiClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an archive may do to the disk: put plain files under one directory, and no more. */
@Tag("readiness:F7")
class ArchiveExtractionTest {
  private static final String PATH = "tinker://r1/sampler_weights/1";

  @TempDir Path directory;

  private final ArchiveServer server = new ArchiveServer(new byte[0]);
  private final ApiClient api =
      ApiClient.builder()
          .apiKey("tml-test")
          .baseUrl("http://api.test")
          .transport(server)
          .time(new RecordingTime())
          .build();
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes);
  private Path target;

  @BeforeEach
  void start() {
    target = directory.resolve("parent").resolve("adapter");
  }

  @AfterEach
  void close() {
    api.close();
  }

  private void add(String name, String content) throws IOException {
    add(name, TarConstants.LF_NORMAL, content);
  }

  private void add(String name, byte type, String content) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name, type, true);
    entry.setSize(content.length());
    if (type == TarConstants.LF_SYMLINK || type == TarConstants.LF_LINK) {
      entry.setLinkName("/etc/passwd");
    }
    tar.putArchiveEntry(entry);
    tar.write(content.getBytes(StandardCharsets.ISO_8859_1));
    tar.closeArchiveEntry();
  }

  private byte[] archive() throws IOException {
    tar.close();
    byte[] archive = bytes.toByteArray();
    bytes.reset();
    tar = new TarArchiveOutputStream(bytes);
    return archive;
  }

  private static byte[] zipped(byte[] archive) throws IOException {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(zipped)) {
      gzip.write(archive);
    }
    return zipped.toByteArray();
  }

  private CheckpointDownload download(byte[] archive) {
    server.content = archive;
    return RestClients.of(api).checkpoints().download(PATH);
  }

  private List<Path> found() throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(Files::isRegularFile).map(directory::relativize).sorted().toList();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void extractTo_plainOrGzipped_hasTheFiles(boolean gzip) throws IOException {
    add("./adapter_config.json", "{}");
    add("model/", TarConstants.LF_DIR, "");
    add("model/weights.bin", "w".repeat(3000));
    add("empty", "");
    byte[] plain = archive();
    byte[] archive = gzip ? zipped(plain) : plain;

    CheckpointDownload.Result result = download(archive).extractTo(target);

    assertThat(result.bytes()).isEqualTo(archive.length);
    assertThat(target.resolve("adapter_config.json")).hasContent("{}");
    assertThat(target.resolve("model/weights.bin")).hasContent("w".repeat(3000));
    assertThat(found()).hasSize(3);
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void download_savedOrExtracted_onlyItsOwnerCanRead() throws IOException {
    add("model/weights.bin", "w");
    byte[] archive = archive();
    Path file = target.resolveSibling("archive.tar");

    download(archive).saveTo(file);
    download(archive).extractTo(target);

    assertThat(mode(file)).isEqualTo("rw-------");
    assertThat(mode(target)).isEqualTo("rwx------");
    assertThat(mode(target.resolve("model"))).isEqualTo("rwx------");
    assertThat(mode(target.resolve("model/weights.bin"))).isEqualTo("rw-------");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../x",
        "a/../../x",
        "a/..",
        "..",
        "/etc/x",
        "a\\..\\x",
        "C:/x",
        "c:x",
        ".",
        "./."
      })
  void extractTo_nameThatLeadsElsewhere_isRefusedAndNothingIsLeft(String name) throws IOException {
    add("fine", "1");
    add(name, "2");

    isRefused(Reason.UNSAFE, archive());
  }

  @ParameterizedTest
  @ValueSource(
      bytes = {
        TarConstants.LF_SYMLINK,
        TarConstants.LF_LINK,
        TarConstants.LF_CHR,
        TarConstants.LF_BLK,
        TarConstants.LF_FIFO,
        TarConstants.LF_GNUTYPE_SPARSE
      })
  void extractTo_linkOrDevice_isRefusedAndNothingIsLeft(byte type) throws IOException {
    add("fine", "1");
    add("special", type, "");

    isRefused(Reason.UNSAFE, archive());
  }

  private void isRefused(Reason reason, byte[] archive) throws IOException {
    assertThatThrownBy(() -> download(archive).maxExtractedBytes(100_000).extractTo(target))
        .isInstanceOfSatisfying(
            DownloadException.class, failure -> assertThat(failure.reason()).isEqualTo(reason));
    assertThat(found()).isEmpty();
    assertThat(target.getParent()).isEmptyDirectory();
  }

  @Test
  void extractTo_sameNameTwice_isRefused() throws IOException {
    add("a", "1");
    add("./a", "2");
    isRefused(Reason.UNSAFE, archive());

    add("a", "1");
    add("a/b", "2");
    isRefused(Reason.UNSAFE, archive());
  }

  @Test
  void extractTo_moreThanAllowed_isRefused() throws IOException {
    add("a", "1".repeat(60_000));
    add("b", "1".repeat(60_000));
    isRefused(Reason.TOO_LARGE, archive());

    add("zeros", "\0".repeat(5_000_000));
    byte[] bomb = zipped(archive());
    assertThat(bomb).hasSizeLessThan(10_000);
    isRefused(Reason.TOO_LARGE, bomb);
  }

  @Test
  void extractTo_cutOrNoArchive_isRefused() throws IOException {
    add("a", "1".repeat(5000));
    byte[] whole = archive();
    isRefused(Reason.MALFORMED, Arrays.copyOf(whole, 3000));
    byte[] gzip = zipped(whole);
    isRefused(Reason.MALFORMED, Arrays.copyOf(gzip, gzip.length - 12));
    isRefused(Reason.MALFORMED, "{\"detail\":\"x\"}".getBytes(StandardCharsets.UTF_8));
    isRefused(Reason.MALFORMED, new byte[] {0x1f, (byte) 0x8b, 9, 9});
    isRefused(Reason.MALFORMED, new byte[0]);
  }

  @Test
  void extractTo_damaged_neverWritesOutsideOfItsDirectory() throws IOException {
    add("a/b", "1".repeat(1000));
    add("c", "2");
    byte[] archive = archive();
    Random random = new Random(5);
    for (int round = 0; round < 100; round++) {
      byte[] damaged = archive.clone();
      damaged[random.nextInt(2560)] = (byte) random.nextInt(256);
      try {
        download(damaged).overwrite(true).extractTo(target);
      } catch (DownloadException e) {
        assertThat(e.reason()).isIn(Reason.MALFORMED, Reason.UNSAFE, Reason.TOO_LARGE);
      }
      assertThat(found()).allMatch(file -> file.startsWith("parent/adapter"));
    }
  }

  @Test
  void extractTo_existingDirectory_isReplacedOnlyByACompleteOne() throws IOException {
    Files.createDirectories(target);
    Files.writeString(target.resolve("old"), "old");
    add("new", "new");
    byte[] fine = archive();
    add("../bad", "x");
    byte[] bad = archive();

    assertThatThrownBy(() -> download(fine).extractTo(target))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("overwrite");
    assertThatThrownBy(() -> download(bad).overwrite(true).extractTo(target))
        .isInstanceOf(DownloadException.class);
    assertThat(found()).containsExactly(Path.of("parent/adapter/old"));

    download(fine).overwrite(true).extractTo(target);
    assertThat(found()).containsExactly(Path.of("parent/adapter/new"));
  }

  @Test
  void extractTo_emptyDirectory_isTaken() throws IOException {
    Files.createDirectories(target);
    add("new", "new");
    download(archive()).extractTo(target);
    assertThat(found()).containsExactly(Path.of("parent/adapter/new"));
  }
}
