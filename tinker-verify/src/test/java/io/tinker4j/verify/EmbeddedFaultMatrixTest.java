package io.tinker4j.verify;

import static io.tinker4j.testkit.fault.RequestMatcher.operation;
import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.testkit.SelfSignedCertificate;
import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.TinkerException;
import io.tinker4j.transport.TinkerListener;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.client.CallOptions;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.types.wire.UntypedFuture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a training step's caller sees of each fault of the embedded server, over real sockets and in
 * virtual time, and what the server has done by then. The last table of {@code docs/errors.md} is
 * made from it; {@code -Derrors=write} rewrites it.
 */
@Timeout(120)
class EmbeddedFaultMatrixTest {
  private static final Path PAGE = Path.of("../docs/errors.md");
  private static final String HEADING = "## A training step in trouble\n";
  private static final String INTRODUCTION =
      """

      This table is made by `EmbeddedFaultMatrixTest`: the faults of the embedded server, over real sockets, for an `optim_step` with up to three tries. Whatever happens, the
      server carries the step out at most once, and exactly once when the call succeeds.

      | fault | when it goes away | when it stays | then the server has taken the step in |
      |---|---|---|---|
      """;
  private static final CallOptions THREE_TRIES =
      CallOptions.builder().timeout(Duration.ofMillis(700)).maxRetries(2).build();

  private record Row(String name, Function<Fault.When, Fault> fault) {
    static Row answer(String name, int status, String body, Map<String, String> headers) {
      return new Row(name, when -> when.answer(status, body, headers));
    }
  }

  private static final Row[] ROWS = {
    new Row("the connection breaks before the step is taken in", Fault.When::dropBeforeExecution),
    new Row("the connection breaks instead of an answer", Fault.When::executeThenDropAnswer),
    new Row("the connection breaks in the middle of the answer", Fault.When::resetMidBody),
    new Row("no answer in time", when -> when.delay(Duration.ofSeconds(4))),
    new Row("the answer is half of one, by its length a whole", Fault.When::truncateBody),
    new Row("the step arrives twice", Fault.When::duplicate),
    Row.answer("429 with Retry-After", 429, "{\"detail\":\"x\"}", Map.of("Retry-After", "1")),
    new Row("503", when -> when.answer(503)),
    Row.answer("an HTML error page with 502", 502, "<html>", Map.of("Content-Type", "text/html")),
    Row.answer("an HTML page with 200", 200, "<html>", Map.of("Content-Type", "text/html")),
    Row.answer("JSON of another shape", 200, "{\"request_id\":[]}", Map.of()),
    Row.answer("a redirect", 302, "", Map.of("Location", "http://elsewhere.test/")),
    Row.answer("400 without a body, as edge proxies send", 400, "", Map.of()),
    new Row("400 with a reason", when -> when.answer(400)),
    new Row("401", when -> when.answer(401)),
    new Row("404", when -> when.answer(404)),
    new Row("409", when -> when.answer(409)),
    new Row("the session is over", Fault.When::killSession),
  };

  /** The system's time, but that nobody waits between tries. */
  private static final class Hasty implements Time {
    private final Time system = Time.system();

    @Override
    public Instant now() {
      return system.now();
    }

    @Override
    public long nanoTime() {
      return system.nanoTime();
    }

    @Override
    public void sleep(Duration duration) {}

    @Override
    public Scheduled schedule(Duration delay, Runnable task) {
      return system.schedule(delay, task);
    }
  }

  private static final class Tries implements TinkerListener {
    private final AtomicInteger count = new AtomicInteger();

    @Override
    public void attemptStarted(TracedAttempt attempt) {
      count.incrementAndGet();
    }
  }

  @TempDir Path data;

  private EmbeddedTinkerServer.Builder server(String directory) {
    return EmbeddedTinkerServer.builder().dataDirectory(data.resolve(directory));
  }

  private static ApiClient.Builder client(String baseUrl) {
    return ApiClient.builder().apiKey("tml-test").baseUrl(baseUrl);
  }

  @Test
  void faults_giveWhatTheTableSays() throws Exception {
    StringBuilder table = new StringBuilder(HEADING).append(INTRODUCTION);
    String address;
    try (EmbeddedTinkerServer server = server("plain").start()) {
      address = server.baseUrl().toString();
      try (ApiClient client = client(address).time(new Hasty()).build()) {
        for (Row row : ROWS) {
          Outcome passing = outcome(server, client, row.fault(), 2);
          Outcome staying = outcome(server, client, row.fault(), Integer.MAX_VALUE);
          row(table, row.name(), passing.passing(), staying.staying(), staying.taken());
        }
        Outcome restarted = outcome(server, client, Fault.When::restartServer, 1);
        row(table, "the server restarts on its data", restarted.seen(), "–", restarted.taken());
      }
    }
    row(table, "nobody listens at the address", "–", seen(address), "–");
    SSLContext untrusted = SelfSignedCertificate.generate().serverContext();
    try (EmbeddedTinkerServer tls = server("tls").tls(untrusted).start()) {
      String seen = seen(tls.baseUrl().toString());
      row(table, "a certificate that is not trusted", "–", seen, "–");
    }
    compare(table.toString());
  }

  private record Outcome(String seen, int tries, int submissions) {
    String passing() {
      if (!seen.equals("succeeds")) {
        return "–";
      }
      return tries == 1 ? "succeeds" : "succeeds at try " + tries;
    }

    String staying() {
      return seen.startsWith("`") && tries == 1 ? seen + ", not tried again" : seen;
    }

    String taken() {
      return submissions == 0 ? "not" : "once";
    }
  }

  private static Outcome outcome(
      EmbeddedTinkerServer server,
      ApiClient undisturbed,
      Function<Fault.When, Fault> fault,
      int times) {
    String model = BareCalls.model(undisturbed, BareCalls.session(undisturbed));
    server.setFaults(FaultScript.of(fault.apply(Fault.on(operation("optim_step")).times(times))));
    Tries tries = new Tries();
    String seen;
    boolean restarts = times == 1; // for which the calls have to wait
    CallOptions options = restarts ? CallOptions.defaults() : THREE_TRIES;
    try (ApiClient client =
        client(server.baseUrl().toString())
            .listener(tries)
            .time(restarts ? Time.system() : new Hasty())
            .build()) {
      UntypedFuture step = client.call(Operations.OPTIM_STEP, BareCalls.step(model), options);
      server.setFaults(FaultScript.none());
      seen = "succeeds";
      BareCalls.result(undisturbed, Operations.RETRIEVE_OPTIM_STEP, step);
      assertThat(server.ledger(model)).hasSize(1);
    } catch (TinkerException e) {
      seen = shown(e);
    }
    server.setFaults(FaultScript.none());
    assertThat(server.submissions(model)).hasSizeLessThanOrEqualTo(1);
    return new Outcome(seen, tries.count.get(), server.submissions(model).size());
  }

  private static String seen(String address) {
    try (ApiClient client = client(address).build()) {
      client.call(Operations.OPTIM_STEP, BareCalls.step("m"), THREE_TRIES);
      return "succeeds";
    } catch (TinkerException e) {
      return shown(e);
    }
  }

  private static String shown(TinkerException e) {
    String name = "`" + e.getClass().getSimpleName() + "`";
    return e instanceof ApiStatusException status ? name + " (" + status.status() + ")" : name;
  }

  private static void row(StringBuilder table, String... cells) {
    table.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }

  private static void compare(String made) throws IOException {
    String page = Files.readString(PAGE);
    int place = page.indexOf(HEADING);
    String others = place < 0 ? page + "\n" : page.substring(0, place);
    if ("write".equals(System.getProperty("errors"))) {
      Files.writeString(PAGE, others + made);
    }
    assertThat(Files.readString(PAGE))
        .as("docs/errors.md; -Derrors=write rewrites it")
        .isEqualTo(others + made);
  }
}
