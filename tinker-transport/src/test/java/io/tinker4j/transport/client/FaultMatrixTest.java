package io.tinker4j.transport.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.TinkerException;
import io.tinker4j.transport.TinkerListener;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.transport.operation.NoContent;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What a user sees of each fault, over real sockets: once when it goes away after two tries, once
 * when it stays. The first tables of {@code docs/errors.md} are made from it; {@code
 * -Derrors=write} rewrites it.
 */
@Timeout(180)
class FaultMatrixTest {
  private static final Path TABLE = Path.of("../docs/errors.md");

  /** Faults that hang are waited for this long; a slow machine must answer within it. */
  private static final Duration TIMEOUT = Duration.ofMillis(2_500);

  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final String HEAD =
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n";

  /** A fault, and what is expected of it when it stays, or when it never goes away. */
  private record Fault(String name, FaultyServer.Fault does) {}

  private static final List<Fault> FAULTS =
      List.of(
          new Fault("connection reset before the request is read", (s, f) -> FaultyServer.reset(s)),
          new Fault(
              "connection reset after the request is read",
              (s, f) -> {
                FaultyServer.readRequest(s);
                FaultyServer.reset(s);
              }),
          new Fault("connection closed without an answer", FaultyServer.answer("")),
          new Fault("half an answer", FaultyServer.answer(HEAD + "{\"status\":")),
          new Fault("no answer at all", FaultyServer.drip(1)),
          new Fault("a body that stalls", FaultyServer.drip(1, HEAD, "{")),
          new Fault(
              "a body that drips",
              FaultyServer.drip(100, HEAD, "{", " ", " ", " ", " ", " ", " ", " ", " ", " ")),
          new Fault("garbage instead of HTTP", FaultyServer.answer("SSH-2.0-OpenSSH_9.2\r\n\r\n")),
          new Fault(
              "a body that is not gzip as it says",
              FaultyServer.answer(
                  200, "application/json", "{\"status\":\"ok\"}", "Content-Encoding: gzip")),
          new Fault(
              "an encoding that cannot be read",
              FaultyServer.answer(
                  200, "application/json", "{\"status\":\"ok\"}", "Content-Encoding: br")),
          new Fault(
              "a length beyond all bounds",
              FaultyServer.answer(
                  "HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n{\"status\"")),
          new Fault(
              "429 with Retry-After",
              FaultyServer.answer(
                  429, "application/json", "{\"detail\":\"slow down\"}", "Retry-After: 1")),
          new Fault(
              "503", FaultyServer.answer(503, "application/json", "{\"detail\":\"overloaded\"}")),
          new Fault(
              "an HTML error page with 502",
              FaultyServer.answer(502, "text/html", "<html>Bad gateway</html>")),
          new Fault(
              "400 without a body, as edge proxies send",
              FaultyServer.answer("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")),
          new Fault(
              "an HTML page with 200",
              FaultyServer.answer(200, "text/html", "<html>Sign in</html>")),
          new Fault(
              "JSON of another shape",
              FaultyServer.answer(200, "application/json", "{\"status\":[]}")),
          new Fault(
              "a redirect",
              FaultyServer.answer(302, "text/plain", "", "Location: http://elsewhere.test/")),
          new Fault(
              "400 with a reason",
              FaultyServer.answer(400, "application/json", "{\"detail\":\"rank is 0\"}")),
          new Fault(
              "401", FaultyServer.answer(401, "application/json", "{\"detail\":\"bad key\"}")),
          new Fault("404", FaultyServer.answer(404, "application/json", "{\"detail\":\"no run\"}")),
          new Fault(
              "409", FaultyServer.answer(409, "application/json", "{\"detail\":\"exists\"}")));

  private static final String TABLE_HEAD =
      "| fault | when it goes away | when it stays |\n|---|---|---|\n";

  private record Outcome(String passing, String staying) {}

  private static String outcome(String baseUrl) {
    return outcome(baseUrl, 1);
  }

  /** Of the last of so many calls of a client. */
  private static String outcome(String baseUrl, int calls) {
    long start = System.nanoTime();
    AtomicInteger attempts = new AtomicInteger();
    TinkerListener counting =
        new TinkerListener() {
          @Override
          public void attemptStarted(TracedAttempt attempt) {
            attempts.incrementAndGet();
          }
        };
    String seen;
    try (ApiClient client =
        ApiClient.builder()
            .apiKey(TestClient.KEY)
            .baseUrl(baseUrl)
            .environment(TestClient.environment(Map.of()))
            .time(new HastyTime())
            .listener(counting)
            .build()) {
      CallOptions options =
          CallOptions.builder().timeout(TIMEOUT).deadline(DEADLINE).maxRetries(2).build();
      for (int i = 0; i < calls; i++) {
        client.call(Operations.HEALTHZ, NoContent.INSTANCE, options);
      }
      seen = "succeeds";
    } catch (ApiStatusException e) {
      seen = "`%s` (%d)".formatted(e.getClass().getSimpleName(), e.status());
    } catch (TinkerException e) {
      seen = "`" + e.getClass().getSimpleName() + "`";
    }
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .as("time of " + seen)
        .isLessThan(DEADLINE.plusSeconds(2));
    return seen + (attempts.get() == 1 && !seen.equals("succeeds") ? ", not tried again" : "");
  }

  private static Outcome outcome(Fault fault) throws IOException {
    String passing;
    int tries;
    try (FaultyServer server = FaultyServer.start(2, fault.does())) {
      passing = outcome("http://" + server.authority());
      tries = server.connections();
    }
    try (FaultyServer server = FaultyServer.start(Integer.MAX_VALUE, fault.does())) {
      String staying = outcome("http://" + server.authority());
      return new Outcome(passing.equals("succeeds") ? "succeeds at try " + tries : "–", staying);
    }
  }

  /** The first answer is a good one; then there is one refusal, or no end of them. */
  private static Outcome outcomeOfRefusalInMidRun() throws IOException {
    FaultyServer.Fault refusing =
        (socket, server) ->
            (server.connections() == 1
                    ? FaultyServer.answer(200, "application/json", "{\"status\":\"ok\"}")
                    : FaultyServer.answer(401, "application/json", "{\"detail\":\"bad key\"}"))
                .on(socket, server);
    try (FaultyServer once = FaultyServer.start(2, refusing);
        FaultyServer always = FaultyServer.start(Integer.MAX_VALUE, refusing)) {
      String passing = outcome("http://" + once.authority(), 2);
      return new Outcome(
          passing + " at try " + (once.connections() - 1),
          outcome("http://" + always.authority(), 2)
              + " after "
              + (always.connections() - 1)
              + " tries");
    }
  }

  @Test
  void faults_giveWhatTheTableSays() throws Exception {
    List<Future<Outcome>> outcomes = new ArrayList<>();
    StringBuilder table = new StringBuilder();
    try (FaultyServer warm = FaultyServer.start(0, (s, f) -> {})) {
      assertThat(outcome("http://" + warm.authority())).isEqualTo("succeeds");
    }
    try (FaultyServer untrusted = FaultyServer.startTls();
        FaultyServer plain = FaultyServer.start(0, (s, f) -> {});
        FaultyServer answering =
            FaultyServer.start(
                Integer.MAX_VALUE,
                (s, f) -> FaultyServer.write(s, "HTTP/1.1 400 Bad Request\r\n\r\n"));
        ExecutorService threads = Executors.newFixedThreadPool(12)) {
      for (Fault fault : FAULTS) {
        outcomes.add(threads.submit(() -> outcome(fault)));
      }
      Map<String, Future<String>> staying = new LinkedHashMap<>();
      BiConsumer<String, String> unreachable =
          (name, address) -> staying.put(name, threads.submit(() -> outcome(address)));
      unreachable.accept("nobody listens at the address", "http://127.0.0.1:" + freePort());
      unreachable.accept("an unknown host name", "http://no-such-host.invalid");
      unreachable.accept("a certificate that is not trusted", "https://" + untrusted.authority());
      unreachable.accept(
          "no TLS where https is asked for, and nothing is said", "https://" + plain.authority());
      unreachable.accept("plain HTTP where https is asked for", "https://" + answering.authority());
      for (int i = 0; i < FAULTS.size(); i++) {
        Outcome outcome = outcomes.get(i).get();
        row(table, FAULTS.get(i).name(), outcome.passing(), outcome.staying());
      }
      Outcome refused = outcomeOfRefusalInMidRun();
      row(
          table,
          "401 for a key that the server has accepted before",
          refused.passing(),
          refused.staying());
      for (Map.Entry<String, Future<String>> each : staying.entrySet()) {
        row(table, each.getKey(), null, each.getValue().get());
      }
    }
    compare(table.toString());
  }

  private static void row(
      StringBuilder table, String fault, @Nullable String passing, String staying) {
    table.append("| %s | %s | %s |\n".formatted(fault, passing == null ? "–" : passing, staying));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  /** The table is made here; the text around it is written there. */
  private static void compare(String made) throws IOException {
    String page = Files.readString(TABLE);
    int begin = page.indexOf(TABLE_HEAD) + TABLE_HEAD.length();
    int end = page.indexOf("\n## ", begin);
    String whole = page.substring(0, begin) + made + (end < 0 ? "" : page.substring(end));
    if ("write".equals(System.getProperty("errors"))) {
      Files.writeString(TABLE, whole);
    }
    assertThat(page)
        .as("docs/errors.md; -Derrors=write rewrites its table")
        .contains(TABLE_HEAD)
        .isEqualTo(whole);
  }
}
