package io.tinker4j.cli.doctor;

import io.tinker4j.cli.access.ClientOptions;
import io.tinker4j.cli.access.Credential;
import io.tinker4j.cli.access.Surroundings;
import io.tinker4j.cli.output.CommandException;
import io.tinker4j.training.RestClient;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.transport.CallKind;
import io.tinker4j.transport.CredentialSource;
import io.tinker4j.transport.Headers;
import io.tinker4j.transport.Redaction;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.TransportRequest;
import io.tinker4j.transport.TransportResponse;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.internal.Environment;
import io.tinker4j.transport.internal.Url;
import io.tinker4j.transport.jdk.JdkTransport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * What is looked at, and the connections that several checks share. Thread-safe, as a check that
 * took too long may still be at work.
 */
final class Patient implements AutoCloseable {
  /**
   * What the user has said.
   *
   * @param options address and key, or where to find them
   * @param journals the directories of runs
   * @param limit how long one check may take
   */
  record Request(ClientOptions options, List<Path> journals, Duration limit) {
    Request {
      journals = List.copyOf(journals);
    }
  }

  /**
   * A server's answer to whether it is up.
   *
   * @param at this machine's clock, halfway between question and answer
   * @param took from the question to the end of the answer
   */
  record Answer(int status, Headers headers, Instant at, Duration took) {}

  private static final String HEALTH = "/api/v1/healthz";

  private final Request request;
  private final Machine machine;
  private final Environment environment;
  private final Redaction redaction = Redaction.create();
  private final ReentrantLock lock = new ReentrantLock(); // guards: transport, service
  private final ReentrantLock asking = new ReentrantLock(); // guards: key
  private @Nullable String key;
  private @Nullable JdkTransport transport;
  private @Nullable ServiceClient service;
  private volatile @Nullable Answer firstAnswer;

  Patient(Request request, Machine machine) {
    this.request = request;
    this.machine = machine;
    this.environment = new Environment(surroundings().properties(), surroundings().variables());
    environment.cloudflareClientSecret().ifPresent(redaction::keep);
  }

  Request request() {
    return request;
  }

  Machine machine() {
    return machine;
  }

  Surroundings surroundings() {
    return request.options().surroundings();
  }

  Environment environment() {
    return environment;
  }

  /** Returns a text without the credentials in use, and without what looks like one. */
  String redacted(String text) {
    return Redaction.report(redaction.text(text));
  }

  /**
   * Returns the server's address.
   *
   * @throws IllegalArgumentException when it is none
   */
  URI address() {
    return Url.base(request.options().address());
  }

  /** Returns where the address comes from. */
  String addressOrigin() {
    return request.options().addressOrigin().orElse("the default, the hosted service");
  }

  /**
   * Returns what is shown to the server, if there is something.
   *
   * @throws CommandException when what is there cannot be right
   */
  Optional<Credential> credential() {
    return request.options().credential().map(this::learning);
  }

  /** A command is run once, and no text shows the credential from when it is known. */
  private Credential learning(Credential credential) {
    return new Credential(() -> known(credential.source()), credential.origin());
  }

  private String known(CredentialSource source) throws InterruptedException {
    asking.lockInterruptibly();
    try {
      String known = key;
      if (known == null) {
        known = source.credential();
        redaction.add(known);
        key = known;
      }
      return known;
    } finally {
      asking.unlock();
    }
  }

  /**
   * Returns the proxy between here and the server.
   *
   * @throws IllegalArgumentException when a setting of the transport makes no sense
   */
  Optional<InetSocketAddress> proxy() {
    return transport().proxyFor(address());
  }

  private JdkTransport transport() {
    lock.lock();
    try {
      JdkTransport known = transport;
      if (known == null) {
        JdkTransport.Builder builder = JdkTransport.builder().connectTimeout(request.limit());
        SSLContext tls = machine.tls();
        if (tls != null) {
          builder.sslContext(tls);
        }
        environment.proxy().ifPresent(builder::proxy);
        known = builder.build();
        known.secrets().forEach(redaction::keep);
        transport = known;
      }
      return known;
    } finally {
      lock.unlock();
    }
  }

  /** Asks the server whether it is up; the first answer is kept. */
  Answer firstAnswer() throws IOException, InterruptedException {
    Answer known = firstAnswer;
    if (known == null) {
      known = ask();
      firstAnswer = known;
    }
    return known;
  }

  /** Asks the server whether it is up, without a key. */
  Answer ask() throws IOException, InterruptedException {
    Headers.Builder headers =
        Headers.builder().set("User-Agent", "tinker4j/" + ApiClient.version());
    environment.cloudflareClientId().ifPresent(id -> headers.set("CF-Access-Client-Id", id));
    environment
        .cloudflareClientSecret()
        .ifPresent(secret -> headers.set("CF-Access-Client-Secret", secret));
    TransportRequest question =
        TransportRequest.of(
            "GET",
            Url.of(address(), HEALTH, Map.of()),
            headers.build(),
            ByteBuffer.allocate(0),
            CallKind.REST);
    Time time = machine.time();
    Instant from = time.now();
    long start = time.nanoTime();
    try (TransportResponse response = transport().send(question)) {
      byte[] unused = response.body().readNBytes(1 << 16);
      Duration took = Duration.ofNanos(time.nanoTime() - start);
      return new Answer(response.status(), response.headers(), from.plus(took.dividedBy(2)), took);
    }
  }

  /** Returns the client of checks that need a key. */
  ServiceClient service() {
    lock.lock();
    try {
      ServiceClient client = service;
      if (client == null) {
        client =
            ServiceClient.builder()
                .baseUrl(address().toString())
                .credentials(learning(request.options().requireCredential()).source())
                .transport(transport())
                .telemetry(false)
                .maxRetries(0)
                .callDeadline(request.limit())
                .build();
        service = client;
      }
      return client;
    } finally {
      lock.unlock();
    }
  }

  RestClient rest() {
    return service().createRestClient();
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (service != null) {
        service.close(Duration.ZERO);
      }
      if (transport != null) {
        transport.close();
      }
    } finally {
      lock.unlock();
    }
  }
}
