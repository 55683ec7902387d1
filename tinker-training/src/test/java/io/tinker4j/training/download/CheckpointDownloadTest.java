package io.tinker4j.training.download;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.training.RecordingTime;
import io.tinker4j.training.RestClient;
import io.tinker4j.training.RestClients;
import io.tinker4j.training.download.CheckpointDownload.Result;
import io.tinker4j.training.download.DownloadException.Reason;
import io.tinker4j.transport.AuthenticationException;
import io.tinker4j.transport.CallInterruptedException;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.client.ApiClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Archives arrive whole or not at all, whatever happens to the connection. */
@Tag("readiness:F7")
class CheckpointDownloadTest {
  private static final String PATH = "tinker://r1/weights/1";
  private static final int SIZE = 5_000_000;

  @TempDir Path directory;

  private final byte[] content = new byte[SIZE];
  private final ArchiveServer server = new ArchiveServer(content);
  private final RecordingTime time = new RecordingTime();
  private final ApiClient api = client(time);
  private final RestClient rest = RestClients.of(api);

  CheckpointDownloadTest() {
    new Random(7).nextBytes(content);
  }

  private ApiClient client(Time clock) {
    return ApiClient.builder()
        .apiKey("tml-test")
        .baseUrl("http://api.test")
        .transport(server)
        .time(clock)
        .build();
  }

  @AfterEach
  void close() {
    api.close();
  }

  private Path target() {
    return directory.resolve("a").resolve("1.tar");
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  private void isThere(Result result) throws Exception {
    assertThat(result.path()).isEqualTo(target());
    assertThat(result.bytes()).isEqualTo(server.content.length);
    assertThat(result.sha256()).isEqualTo(sha256(server.content));
    hasContent(target(), server.content);
    nothingBeside(target());
  }

  /** At once, and not byte by byte as AssertJ does: there are millions. */
  private static void hasContent(Path file, byte[] content) throws IOException {
    assertThat(Arrays.mismatch(Files.readAllBytes(file), content))
        .as("first difference")
        .isEqualTo(-1);
  }

  private void nothingBeside(Path... expected) throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("a"))) {
      assertThat(files).containsExactlyInAnyOrder(expected);
    }
  }

  private static void failsBecause(Reason reason, ThrowingCallable download) {
    assertThatThrownBy(download)
        .isInstanceOfSatisfying(
            DownloadException.class, failure -> assertThat(failure.reason()).isEqualTo(reason));
  }

  @Test
  void saveTo_cutAtFortyPercent_asksForTheRestOnly() throws Exception {
    server.cuts.add(SIZE * 2 / 5);

    Result result =
        rest.checkpoints().download(PATH).expectedSha256(sha256(content)).saveTo(target());

    isThere(result);
    assertThat(result.resumed()).isEqualTo(1);
    assertThat(server.downloads.get(1).headers().first("range")).hasValue("bytes=2000000-");
    assertThat(server.downloads.get(1).headers().first("if-range")).hasValue("\"v1\"");
    assertThat(time.sleeps).hasSize(1);
  }

  @Test
  void saveTo_cutsAgainAndAgainWithProgress_goesOn() throws Exception {
    server.cuts.addAll(Collections.nCopies(30, 150_000));

    isThere(rest.checkpoints().download(PATH).saveTo(target()));

    assertThat(server.downloads).hasSize(31);
  }

  @Test
  void saveTo_cutsWithoutProgress_givesUpAndLeavesTheOldCopyAlone() throws Exception {
    Files.createDirectories(target().getParent());
    Files.writeString(target(), "old");
    server.cuts.addAll(Collections.nCopies(100, 10));

    failsBecause(
        Reason.INCOMPLETE,
        () -> rest.checkpoints().download(PATH).overwrite(true).saveTo(target()));

    assertThat(server.downloads).hasSize(10);
    assertThat(target()).hasContent("old");
    nothingBeside(target());
  }

  @Test
  void saveTo_serverWithoutRanges_startsAnewAndDoesNotTryForEver() throws Exception {
    server.ranges = false;
    server.cuts.addAll(List.of(2_000_000, 3_000_000));

    Result result = rest.checkpoints().download(PATH).saveTo(target());

    isThere(result);
    assertThat(result.resumed()).isZero();
    server.cuts.addAll(Collections.nCopies(100, 2_000_000));
    failsBecause(
        Reason.INCOMPLETE,
        () -> rest.checkpoints().download(PATH).overwrite(true).saveTo(target()));
  }

  @Test
  void saveTo_archiveChangedMeanwhile_startsAnew() throws Exception {
    server.cuts.add(SIZE / 2);
    rest.checkpoints()
        .download(PATH)
        .progress((received, total) -> {
          if (received == SIZE / 2) {
            server.content = new byte[3_000_000];
            server.etag = "\"v2\"";
          }
        })
        .saveTo(target());

    hasContent(target(), new byte[3_000_000]);
  }

  @Test
  void saveTo_serverWithoutTagOrDate_startsAnew() throws Exception {
    server.etag = "";
    server.cuts.add(SIZE / 2);

    isThere(rest.checkpoints().download(PATH).saveTo(target()));

    assertThat(server.downloads.get(1).headers().first("range")).isEmpty();
  }

  @Test
  void saveTo_endsBeforeItsLength_isACut() throws Exception {
    server.quiet = true;
    server.cuts.addAll(List.of(2_000_000, 0));

    Result result = rest.checkpoints().download(PATH).saveTo(target());

    isThere(result);
    assertThat(result.resumed()).isEqualTo(2);
  }

  @Test
  void saveTo_lengthUnknown_endsWithTheBody() throws Exception {
    server.lengths = false;
    List<Long> totals = new ArrayList<>();

    isThere(
        rest.checkpoints()
            .download(PATH)
            .progress((received, total) -> totals.add(total))
            .saveTo(target()));

    assertThat(totals).isNotEmpty().containsOnly(-1L);
  }

  @Test
  void saveTo_addressExpired_isRenewedAndTheDownloadGoesOn() throws Exception {
    server.cuts.add(SIZE / 2);

    Result result =
        rest.checkpoints()
            .download(PATH)
            .progress((received, total) -> {
              if (received == SIZE / 2) {
                server.refusals.add(403);
              }
            })
            .saveTo(target());

    isThere(result);
    assertThat(result.resumed()).isEqualTo(1);
    assertThat(server.addresses).isEqualTo(2);
    assertThat(server.downloads.getLast().uri().getPath()).isEqualTo("/signed/2");
  }

  @Test
  void saveTo_addressIsOverByTheClock_isRenewedWithoutBeingTried() throws Exception {
    server.expires = "Thu, 01 Jan 1970 00:00:00 GMT";
    server.cuts.add(SIZE / 2);

    isThere(rest.checkpoints().download(PATH).saveTo(target()));

    assertThat(server.addresses).isEqualTo(2);
  }

  @Test
  void saveTo_alwaysRefused_saysSo() {
    server.refusals.addAll(Collections.nCopies(20, 403));

    assertThatThrownBy(() -> rest.checkpoints().download(PATH).saveTo(target()))
        .isInstanceOf(AuthenticationException.class)
        .message()
        .doesNotContain("s3cret");
    assertThat(server.downloads).hasSize(4);
  }

  @Test
  void saveTo_signedAddressOnTheApisOwnOrigin_getsNoCredentials() {
    rest.checkpoints().download(PATH).saveTo(target());

    assertThat(server.downloads).hasSize(1);
    assertThat(server.downloads.getFirst().headers().first("x-api-key")).isEmpty();
    assertThat(server.downloads.getFirst().headers().asMap().toString()).doesNotContain("tml-");
  }

  @Test
  void saveTo_wrongChecksum_leavesNothing() throws Exception {
    failsBecause(
        Reason.WRONG_CHECKSUM,
        () -> rest.checkpoints().download(PATH).expectedSha256("0".repeat(64)).saveTo(target()));

    nothingBeside();
  }

  @Test
  void saveTo_existingTarget_isReplacedOnlyWhenForcedAndOnlyAtTheEnd() throws Exception {
    Files.createDirectories(target().getParent());
    Files.writeString(target(), "old");

    assertThatThrownBy(() -> rest.checkpoints().download(PATH).saveTo(target()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("target");
    assertThat(server.addresses).isZero();

    List<String> meanwhile = new ArrayList<>();
    rest.checkpoints()
        .download(PATH)
        .overwrite(true)
        .progress((received, total) -> meanwhile.add(read(target())))
        .saveTo(target());
    assertThat(meanwhile).isNotEmpty().containsOnly("old");
    hasContent(target(), content);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void saveTo_progress_countsUpToTheSize() {
    List<Long> received = new ArrayList<>();

    rest.checkpoints()
        .download(PATH)
        .progress((bytes, total) -> {
          assertThat(total).isEqualTo(SIZE);
          received.add(bytes);
        })
        .saveTo(target());

    assertThat(received).isSorted().endsWith((long) SIZE);
  }

  @Test
  void saveTo_listenerThrows_endsTheDownloadAndLeavesNothing() throws Exception {
    assertThatThrownBy(() ->
            rest.checkpoints()
                .download(PATH)
                .progress((received, total) -> {
                  throw new IllegalStateException("enough");
                })
                .saveTo(target()))
        .hasMessage("enough");

    nothingBeside();
  }

  @Test
  void saveTo_interrupted_stopsInsteadOfTryingAgain() {
    server.cuts.add(SIZE / 2);
    try (ApiClient patient = client(Time.system())) {
      assertThatThrownBy(() ->
              RestClients.of(patient)
                  .checkpoints()
                  .download(PATH)
                  .progress((received, total) -> Thread.currentThread().interrupt())
                  .saveTo(target()))
          .isInstanceOf(CallInterruptedException.class);
    }
    assertThat(Thread.interrupted()).isTrue();
    assertThat(server.downloads).hasSize(1);
  }

  @Test
  void settings_wrong_areRefusedByName() {
    assertThatThrownBy(() -> rest.checkpoints().download(PATH).expectedSha256("abc"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("sha256");
    assertThatThrownBy(() -> rest.checkpoints().download(PATH).maxExtractedBytes(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("maxExtractedBytes");
    assertThatThrownBy(() -> rest.checkpoints().download(PATH).overwrite(true).saveTo(directory))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("directory");
    assertThatThrownBy(() -> rest.checkpoints().download(PATH).saveTo(Path.of("/")))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
