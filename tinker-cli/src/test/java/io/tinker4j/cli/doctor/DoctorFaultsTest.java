package io.tinker4j.cli.doctor;

import static io.tinker4j.cli.doctor.Examinations.MACHINE;
import static io.tinker4j.cli.doctor.Examinations.all;
import static io.tinker4j.cli.doctor.Examinations.onlyFailure;
import static io.tinker4j.cli.doctor.Examinations.surroundings;
import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.cli.doctor.Finding.Result;
import io.tinker4j.recovery.journal.JournalEntry.LineageBegun;
import io.tinker4j.recovery.journal.JournalEntry.RunBegun;
import io.tinker4j.recovery.journal.JournalEntry.StepsConfirmed;
import io.tinker4j.recovery.store.JournalWriter;
import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.testkit.SelfSignedCertificate;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each prepared fault is named: it is the one failure, and the others are well or skipped. */
// readiness: R11
@Timeout(120)
class DoctorFaultsTest {
  private static final String RUN =
      "{\"training_runs\":[{\"training_run_id\":\"run-1\",\"base_model\":\"some/model\","
          + "\"model_owner\":\"me\",\"is_lora\":true,\"corrupted\":%s,"
          + "\"last_request_time\":\"%s\"}],"
          + "\"cursor\":{\"offset\":0,\"limit\":100,\"total_count\":1}}";
  private static final String CHECKPOINT =
      "{\"checkpoint_id\":\"weights/%s\",\"checkpoint_type\":\"%s\",\"time\":\"%s\","
          + "\"tinker_path\":\"tinker://run-1/weights/%1$s\",\"expires_at\":%s}";
  private static final Instant LONG_AGO = Instant.parse("2025-01-01T00:00:00Z");

  @TempDir private Path directory;

  private Map<Subject, Finding> examine(String address, String key, Path... journals)
      throws Exception {
    return examine(address, key, MACHINE, journals);
  }

  private Map<Subject, Finding> examine(
      String address, String key, Machine machine, Path... journals) throws Exception {
    return Examinations.examine(
        surroundings(Map.of(), directory),
        machine,
        Duration.ofSeconds(60),
        List.of(journals),
        "--base-url=" + address,
        "--api-key=" + key);
  }

  private Map<Subject, Finding> examine(CannedServer server, Path... journals) throws Exception {
    try (server) {
      return examine(server.start().address(), "tml-secret", journals);
    }
  }

  /** Examines with the address of a proxy in the environment. */
  private Map<Subject, Finding> examineBehind(String proxy, String address) throws Exception {
    return Examinations.examine(
        surroundings(Map.of("TINKER_PROXY", proxy), directory),
        "--base-url=" + address,
        "--api-key=tml-secret");
  }

  private static int closedPort() throws IOException {
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return closed.getLocalPort();
    }
  }

  private Path journal() {
    Path journal = directory.resolve("run");
    try (JournalWriter writer = JournalWriter.open(journal)) {
      writer.append(new RunBegun("abc"));
      writer.append(new LineageBegun(0, "run-1", -1, 0));
      writer.append(new StepsConfirmed(0, 1, 3));
      writer.append(new StepsConfirmed(0, 4, 4));
    }
    return journal;
  }

  @Test
  void nothingWrong_isWell() throws Exception {
    Map<Subject, Finding> found = examine(new CannedServer(), journal());

    assertThat(all(found, Result.FAILED)).as(found.toString()).isEmpty();
    assertThat(all(found, Result.WARNING)).as(found.toString()).isEmpty();
    assertThat(all(found, Result.SKIPPED)).containsExactly(Subject.TLS);
    assertThat(found.get(Subject.CAPABILITIES).seen()).isEqualTo("1 model: some/model");
    assertThat(found.get(Subject.JOURNALS).seen()).endsWith("run: whole, 4 steps");
  }

  @Test
  void malformedAddress() throws Exception {
    var found = examine("tinker.example.com", "tml-secret");

    assertThat(onlyFailure(found, Subject.ADDRESS)).contains("tinker.example.com", "--base-url");
    assertThat(found.get(Subject.SERVER).seen()).isEqualTo("not looked at, as address failed");
  }

  @Test
  void noKey() throws Exception {
    try (CannedServer server = new CannedServer().start()) {
      var found = examine(server.address(), "");

      assertThat(onlyFailure(found, Subject.KEY)).isEqualTo("there is no API key");
      assertThat(found.get(Subject.SERVER).result()).isEqualTo(Result.OK);
      assertThat(found.get(Subject.RUNS).seen()).isEqualTo("not looked at, as key failed");
    }
  }

  @Test
  void keyThatIsNone_isNotShown() throws Exception {
    try (CannedServer server = new CannedServer().start()) {
      var found =
          Examinations.examine(
              surroundings(Map.of("TINKER_API_KEY", "hunter2 hunter2"), directory),
              "--base-url=" + server.address());

      assertThat(onlyFailure(found, Subject.KEY)).contains("TINKER_API_KEY");
      assertThat(found.toString()).doesNotContain("hunter2");
    }
  }

  @Test
  void unknownHost() throws Exception {
    Machine nameless =
        new Machine(
            Set.of(),
            MACHINE.time(),
            null,
            host -> {
              throw new UnknownHostException(host);
            },
            MACHINE.space());

    var found = examine("https://nowhere.invalid", "tml-secret", nameless);

    assertThat(onlyFailure(found, Subject.DNS)).isEqualTo("the name nowhere.invalid is not known");
  }

  @Test
  void refusedConnection() throws Exception {
    int port = closedPort();

    var found = examine("http://127.0.0.1:" + port, "tml-secret");

    assertThat(onlyFailure(found, Subject.CONNECTION))
        .contains("127.0.0.1:" + port, "nothing listens there");
  }

  @Test
  void certificateOfAnUnknownAuthority_isNamed_andATrustedOneIsFine() throws Exception {
    SelfSignedCertificate certificate = SelfSignedCertificate.generate();
    try (EmbeddedTinkerServer server =
        EmbeddedTinkerServer.builder().tls(certificate.serverContext()).start()) {
      String address = server.baseUrl().toString();
      var found = examine(address, "tml-secret");

      assertThat(onlyFailure(found, Subject.TLS)).startsWith("the handshake failed: ");

      Machine trusting =
          new Machine(
              Set.of(),
              MACHINE.time(),
              certificate.clientContext(),
              MACHINE.lookup(),
              MACHINE.space());
      var trusted = examine(address, "tml-secret", trusting);
      assertThat(all(trusted, Result.FAILED)).as(trusted.toString()).isEmpty();
      assertThat(trusted.get(Subject.TLS).seen()).contains("TLSv1.3", "valid until");
    }
  }

  @Test
  void proxyThatWantsAPassword() throws Exception {
    try (CannedServer proxy =
            new CannedServer().withStatus("407 Proxy Authentication Required").start();
        CannedServer server = new CannedServer().start()) {
      var found = examineBehind(proxy.address(), server.address());

      assertThat(onlyFailure(found, Subject.PROXY))
          .contains(proxy.address().substring("http://".length()), "407");
    }
  }

  @Test
  void proxyThatIsGone_orNone() throws Exception {
    int port = closedPort();
    try (CannedServer server = new CannedServer().start()) {
      var gone = examineBehind("http://127.0.0.1:" + port, server.address());
      var none = examineBehind("socks5://a", server.address());

      assertThat(onlyFailure(gone, Subject.PROXY)).contains("127.0.0.1:" + port, "nothing listens");
      assertThat(onlyFailure(none, Subject.PROXY)).contains("not a proxy's address");
    }
  }

  @Test
  void proxyThatLetsPass_connectsForTheServer() throws Exception {
    try (CannedServer proxy = new CannedServer().start()) {
      var found = examineBehind(proxy.address(), "http://tinker.invalid");

      assertThat(found.get(Subject.PROXY).result()).isEqualTo(Result.OK);
      assertThat(found.get(Subject.DNS).seen()).isEqualTo("the proxy looks the name up");
      assertThat(found.get(Subject.CONNECTION).result()).isEqualTo(Result.SKIPPED);
      assertThat(found.get(Subject.SERVER).result()).isEqualTo(Result.OK);
      assertThat(found.get(Subject.ADDRESS).result()).isEqualTo(Result.WARNING);
    }
  }

  @Test
  void serverThatIsDown() throws Exception {
    var found = examine(new CannedServer().withStatus("503 Service Unavailable"));

    assertThat(onlyFailure(found, Subject.SERVER)).contains("503");
  }

  @Test
  void serverThatNeverAnswers_isGivenUpInTime() throws Exception {
    try (CannedServer server = new CannedServer().silent().start()) {
      var found =
          Examinations.examine(
              surroundings(Map.of(), directory),
              MACHINE,
              Duration.ofSeconds(3),
              List.of(),
              "--base-url=" + server.address(),
              "--api-key=tml-secret");

      assertThat(onlyFailure(found, Subject.SERVER)).isEqualTo("no answer within 3 seconds");
    }
  }

  @Test
  void answersThatTakeLong_areAWarning() {
    Finding slow =
        LatencyCheck.judged(
            List.of(Duration.ofMillis(30), Duration.ofMillis(2500), Duration.ofMillis(1400)));
    Finding fast =
        LatencyCheck.judged(
            List.of(Duration.ofMillis(30), Duration.ofMillis(2500), Duration.ofMillis(40)));

    assertThat(slow.result()).isEqualTo(Result.WARNING);
    assertThat(slow.seen()).isEqualTo("1400 ms (30 to 2500 ms)");
    assertThat(fast).isEqualTo(Finding.ok("40 ms (30 to 2500 ms)"));
  }

  @Test
  void clockThatIsWrong() throws Exception {
    var found = examine(new CannedServer().withDate("Tue, 01 Jan 2030 00:00:00 GMT"));
    var ahead = examine(new CannedServer().withDate("Wed, 01 Jan 2020 00:00:00 GMT"));
    var none = examine(new CannedServer().withDate("yesterday"));

    assertThat(onlyFailure(found, Subject.CLOCK)).matches(".* \\d+ days behind the server's");
    assertThat(onlyFailure(ahead, Subject.CLOCK)).matches(".* \\d+ days ahead of the server's");
    assertThat(none.get(Subject.CLOCK).result()).isEqualTo(Result.SKIPPED);
  }

  @Test
  void keyThatTheServerRefuses() throws Exception {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.builder().apiKey("tml-right").start()) {
      var found = examine(server.baseUrl().toString(), "tml-secret");

      assertThat(onlyFailure(found, Subject.ACCESS)).contains("--api-key", "401");
      assertThat(found.toString()).doesNotContain("tml-secret", "tml-right");
    }
  }

  @Test
  void serverWithoutModels() throws Exception {
    var found =
        examine(new CannedServer().with("/get_server_capabilities", "{\"supported_models\":[]}"));

    onlyFailure(found, Subject.CAPABILITIES);
  }

  @Test
  void corruptedRun_isNamedWithWhatItCanGoOnFrom() throws Exception {
    var found =
        examine(
            new CannedServer()
                .with("/training_runs", RUN.formatted("true", LONG_AGO))
                .with(
                    "/checkpoints",
                    "{\"checkpoints\":["
                        + CHECKPOINT.formatted("a", "training", LONG_AGO, "null")
                        + "]}"));

    assertThat(onlyFailure(found, Subject.RUNS)).isEqualTo("1 run corrupted: run-1");
    assertThat(found.get(Subject.RUNS).advice())
        .startsWith("run-1 can go on from tinker://run-1/weights/a (some/model, rank 8)");
  }

  @Test
  void newestCheckpointThatExpiresWithinADay_isNamed_olderOnesAndSamplersAreNot() throws Exception {
    Instant soon = Instant.now().plus(Duration.ofHours(5));
    String quoted = "\"" + soon + "\"";
    String sampler = CHECKPOINT.formatted("s", "sampler", soon, quoted);
    String old = CHECKPOINT.formatted("old", "training", LONG_AGO, quoted);
    String last = CHECKPOINT.formatted("last", "training", LONG_AGO.plusSeconds(9), quoted);
    String kept = CHECKPOINT.formatted("last", "training", LONG_AGO.plusSeconds(9), "null");
    String list = "{\"checkpoints\":[%s,%s,%s]}";

    var found =
        examine(new CannedServer().with("/checkpoints", list.formatted(sampler, last, old)));
    var fine = examine(new CannedServer().with("/checkpoints", list.formatted(sampler, kept, old)));

    assertThat(onlyFailure(found, Subject.CHECKPOINTS))
        .isEqualTo(
            "1 newest checkpoint of a run about to expire: tinker://run-1/weights/last (in 4"
                + " hours)");
    assertThat(found.get(Subject.CHECKPOINTS).advice()).contains("set-ttl");
    assertThat(fine.get(Subject.CHECKPOINTS))
        .isEqualTo(Finding.ok("3 checkpoints; no run's newest expires within a day"));
  }

  @Test
  void sessionThatMayBeOpen_isAWarning_anOldOneIsNot() throws Exception {
    try (EmbeddedTinkerServer server =
            EmbeddedTinkerServer.builder().baseModels("tinker4j/nano-bytes").start();
        ServiceClient service =
            ServiceClient.builder()
                .baseUrl(server.baseUrl().toString())
                .apiKey("tml-secret")
                .build()) {
      TrainingClient unused = service.createLoraTrainingClient("tinker4j/nano-bytes");

      var found = examine(server.baseUrl().toString(), "tml-secret");

      assertThat(all(found, Result.FAILED)).as(found.toString()).isEmpty();
      assertThat(found.get(Subject.SESSIONS).result()).isEqualTo(Result.WARNING);
      assertThat(found.get(Subject.SESSIONS).seen())
          .contains(server.openSessions().iterator().next());
      assertThat(server.openSessions()).as("the doctor opens none").hasSize(1);
    }
    var old =
        examine(
            new CannedServer()
                .with("/sessions", "{\"sessions\":[\"s-1\"]}")
                .with("/sessions/s-1", "{\"training_run_ids\":[\"run-1\"],\"sampler_ids\":[]}")
                .with("/training_runs", RUN.formatted("false", LONG_AGO)));
    assertThat(old.get(Subject.SESSIONS).result()).isEqualTo(Result.OK);
  }

  @Test
  void damagedJournal() throws Exception {
    Path journal = journal();
    Path file = journal.resolve(JournalWriter.FILE);
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= (byte) 4;
    Files.write(file, bytes);

    var found = examine(new CannedServer(), journal);

    assertThat(onlyFailure(found, Subject.JOURNALS))
        .contains(journal.toString(), "damaged in 1 place");
    assertThat(found.get(Subject.JOURNALS).advice()).contains("tinker journal repair");
    assertThat(file).hasBinaryContent(bytes);
  }

  @Test
  void journalThatIsNotThere() throws Exception {
    var found = examine(new CannedServer(), directory.resolve("nowhere"));

    assertThat(onlyFailure(found, Subject.JOURNALS))
        .isEqualTo("there is no journal in " + directory.resolve("nowhere"));
    assertThat(found.get(Subject.JOURNALS).advice()).startsWith("name the directory");
    assertThat(found.get(Subject.DISK).result()).isEqualTo(Result.OK);
  }

  @Test
  void stepDoneTwice_isNamed() throws Exception {
    Path journal = directory.resolve("run");
    try (JournalWriter writer = JournalWriter.open(journal)) {
      writer.append(new RunBegun("abc"));
      writer.append(new LineageBegun(0, "run-1", -1, 0));
      writer.append(new StepsConfirmed(0, 1, 3));
      writer.append(new StepsConfirmed(0, 3, 4));
    }

    assertThat(onlyFailure(examine(new CannedServer(), journal), Subject.JOURNALS))
        .contains("steps done twice: 1, missing: 0");
  }

  @Test
  void fullDisk() throws Exception {
    Machine full = new Machine(Set.of(), MACHINE.time(), null, MACHINE.lookup(), at -> 3 << 20);
    try (CannedServer server = new CannedServer().start()) {
      var found = examine(server.address(), "tml-secret", full, journal());

      assertThat(onlyFailure(found, Subject.DISK)).endsWith("run has 3.0 MiB left");
    }
  }

  @Test
  void directoryThatCannotBeWritten() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "not a directory");
    try (CannedServer server = new CannedServer().start()) {
      var found = examine(server.address(), "tml-secret", file);

      assertThat(all(found, Result.FAILED)).containsExactly(Subject.JOURNALS, Subject.DISK);
      assertThat(found.get(Subject.DISK).seen()).contains(file + " cannot be written");
    }
  }
}
