package io.tinker4j.testkit;

import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.testkit.model.Vocabulary;
import io.tinker4j.testkit.observe.ExecutedOperation;
import io.tinker4j.testkit.observe.RecordedRequest;
import io.tinker4j.testkit.run.TrainedModel;
import io.tinker4j.testkit.time.ManualTime;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.Transport;
import io.tinker4j.transport.operation.JsonCodec;
import io.tinker4j.types.ClientConfigResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;

/**
 * Runs a Tinker server inside the test that uses it: the real wire protocol over HTTP/1.1 and
 * clear-text HTTP/2, in front of a tiny language model that is really trained; over bytes, or over
 * as many tokens as the {@linkplain Builder#baseModels name of the model} says.
 *
 * <p>The same operations in the same order give bit-identical weights, whatever the machine, the
 * port and the session ids; {@link #weightsHash} therefore tells whether an operation was lost or
 * carried out twice, and {@link #ledger} says which.
 *
 * <p>With a {@linkplain Builder#dataDirectory data directory}, whatever a client was told survives
 * the server, however it ends: sessions, models with all that was taken in for them, promises and
 * results, samplers and checkpoints. A server that starts on the directory goes on where the former
 * one was. Without one, everything ends with the server, and at a {@linkplain #restart() restart}
 * all but runs and checkpoints, unless it {@linkplain Builder#keepsStateInMemory keeps its state in
 * memory}.
 *
 * {@snippet :
 * try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start()) {
 *   URI url = server.baseUrl(); // for the client, with any API key
 * }
 * }
 *
 * <p>Saving under a name that exists fails the promise of the save (category {@code user}, message
 * {@code ResourceAlreadyExists: …}) unless it says {@code overwrite}: only the order of execution
 * decides what exists. Models, checkpoints and samplers belong to the API key that made them; to
 * other keys they are unknown (404).
 *
 * <p>Safe for use by many threads. Listens on the loopback interface unless told otherwise, and has
 * no other protection than the API key.
 */
public final class EmbeddedTinkerServer implements AutoCloseable {
  private final ServerHost host;

  private EmbeddedTinkerServer(ServerSettings settings) throws IOException {
    host = ServerHost.start(settings);
  }

  /** Starts a server with the default settings: a free port, and all in memory. */
  public static EmbeddedTinkerServer start() {
    return builder().start();
  }

  /** Starts the settings of a server. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns how many tokens a base model of these servers has: the number in {@code
   * tinker4j/nano-N} and {@code tinker4j/tiny-N}, and 257 for every other name. {@link
   * Builder#baseModels} says which names a server offers.
   */
  public static int vocabularySize(String baseModel) {
    return Vocabulary.of(baseModel).size();
  }

  /** Where the server listens, without a slash at the end: {@code http://127.0.0.1:12345}. */
  public URI baseUrl() {
    return host.baseUrl();
  }

  /**
   * Returns a transport that hands requests to this server by a call instead of a socket: the same
   * bytes, answers and faults, for a fraction of the time, and at the same {@link #baseUrl}. For
   * tests of many requests; leave those of connections, timeouts of sockets and HTTP to a real one.
   * It reaches the server again after a {@linkplain #restart() restart}. Whoever asks for it closes
   * it; a client does not.
   */
  public Transport transport() {
    return new LocalTransport(host);
  }

  /**
   * Returns the SHA-256 of a model's adapters after the last operation carried out, in lower-case
   * hex. Does not wait for operations still under way: retrieve their results first.
   *
   * @throws IllegalArgumentException when there is no such model, or its creation has not finished
   */
  public String weightsHash(String modelId) {
    String hash = model(modelId).weightsHash();
    if (hash == null) {
      throw new IllegalArgumentException(
          "model " + modelId + " is not created yet; retrieve the result of its creation first");
    }
    return hash;
  }

  /**
   * Returns the operations that were carried out on a model, in the order in which they were;
   * failed ones are among them, the model's creation is not.
   *
   * @throws IllegalArgumentException when there is no such model
   */
  public List<ExecutedOperation> ledger(String modelId) {
    return model(modelId).ledger();
  }

  /**
   * Returns the sequence numbers of a model's requests in the order in which the server received
   * them. A request that is sent again under its number is not counted again.
   *
   * @throws IllegalArgumentException when there is no such model
   */
  public List<Long> submissions(String modelId) {
    return model(modelId).arrivals();
  }

  /** Returns the ids of the sessions that are neither finished by their clients nor over. */
  public Set<String> openSessions() {
    return host.running().registry().openSessions();
  }

  private TrainedModel model(String modelId) {
    TrainedModel model =
        host.running().registry().findModel(Objects.requireNonNull(modelId, "modelId"));
    if (model == null) {
      throw new IllegalArgumentException("there is no model " + modelId);
    }
    return model;
  }

  /**
   * Stops the server: ends waiting requests, closes connections, waits up to about five seconds for
   * what is being computed. Does nothing the second time.
   */
  @Override
  public void close() {
    host.close();
  }

  /**
   * Stops the server and starts it again on the same port and data, as after a crash: connections
   * break. With a {@linkplain Builder#dataDirectory data directory}, or when it {@linkplain
   * Builder#keepsStateInMemory keeps its state in memory}, it goes on where it was; else only the
   * runs and checkpoints are there again. Blocks until it is back.
   *
   * @throws IllegalStateException when the server is closed
   */
  public void restart() {
    try {
      host.restartNow(Duration.ZERO);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the server was away", e);
    }
  }

  /** Lets these faults happen from now on, instead of those before. */
  public void setFaults(FaultScript script) {
    host.faults().use(script);
  }

  /** Returns how often each fault of the script has happened, in its order. */
  public List<Integer> faultCounts() {
    return host.faults().injector().fired();
  }

  /**
   * Returns the newest requests, up to 10,000 and 16 MiB, in the order of their arrival; those that
   * were refused before their body was read are not among them.
   */
  public List<RecordedRequest> requests() {
    return host.requests().all();
  }

  @Override
  public String toString() {
    return "EmbeddedTinkerServer[" + host.baseUrl() + "]";
  }

  /** Collects the settings of a server; not safe for use by many threads. */
  public static final class Builder {
    private final ServerSettings settings = new ServerSettings();

    private Builder() {}

    /** Sets the faults that the server starts with. Default: none. */
    public Builder faults(FaultScript script) {
      settings.faults = Objects.requireNonNull(script, "script");
      return this;
    }

    /**
     * Sets whether faults can be set over HTTP, below {@code /control/}, by whoever has an API key.
     * Default: false. For tests whose client is another process.
     */
    public Builder faultControl(boolean faultControl) {
      settings.faultControl = faultControl;
      return this;
    }

    /**
     * Makes the server speak TLS, with HTTP/1.1 and HTTP/2, with the certificate of this context,
     * for example {@link SelfSignedCertificate#serverContext}. Default: none.
     */
    public Builder tls(SSLContext context) {
      settings.tls = Objects.requireNonNull(context, "context");
      return this;
    }

    /**
     * Registers a listener for requests, called when one was answered or dropped, on the thread
     * that answers it. Default: none.
     */
    public Builder requestListener(Consumer<RecordedRequest> listener) {
      settings.requestListener = Objects.requireNonNull(listener, "listener");
      return this;
    }

    /** Sets the port. Default: 0, any free one. */
    public Builder port(int port) {
      if (port < 0 || port > 65535) {
        throw new IllegalArgumentException("port is " + port + "; it must be from 0 to 65535");
      }
      settings.port = port;
      return this;
    }

    /**
     * Sets the address to listen on. Default: {@code 127.0.0.1}. Change it only to reach the server
     * from another machine or container; then set an API key too.
     */
    public Builder host(String host) {
      settings.host = Objects.requireNonNull(host, "host");
      return this;
    }

    /**
     * Sets where everything is kept that is to survive the server; made if need be. Default:
     * nothing is; the server works in memory and does not touch the disk. One server at a time may
     * use a directory.
     */
    public Builder dataDirectory(Path directory) {
      settings.dataDirectory = Objects.requireNonNull(directory, "directory");
      return this;
    }

    /**
     * Sets whether a server without a data directory goes on where it was after a {@linkplain
     * EmbeddedTinkerServer#restart() restart}, as one with a data directory does, but without
     * waiting for a disk. Default: false; sessions, models and promises are then lost. For tests
     * with many restarts. Takes memory for all that the server is asked and answers.
     */
    public Builder keepsStateInMemory(boolean keepsState) {
      settings.keepsState = keepsState;
      return this;
    }

    /**
     * Sets whether a request of a model or sampler that comes again under its sequence number is
     * recognised, and answered with its first promise. Default: true. False carries it out again,
     * as a careless server would: for tests that must notice a step that was applied twice.
     */
    public Builder deduplicates(boolean deduplicates) {
      settings.deduplicates = deduplicates;
      return this;
    }

    /**
     * Sets what becomes of the sequence number of a model's request that is refused once its body
     * was read. Default: {@link RefusedNumbers#USED}, on which clients can rely that never use a
     * number again. Servers that carry out requests in the order of their arrival have no use for
     * it.
     */
    public Builder refusedNumbers(RefusedNumbers refusedNumbers) {
      settings.refusedNumbers = Objects.requireNonNull(refusedNumbers, "refusedNumbers");
      return this;
    }

    /** Sets the only API key that is accepted. Default: any that is not blank. */
    public Builder apiKey(String apiKey) {
      settings.apiKey = Objects.requireNonNull(apiKey, "apiKey");
      return this;
    }

    /**
     * Sets how long a request for a result that is not ready is held before the answer is to try
     * again. Default: 5 seconds, or what the personality is known for. Zero answers at once.
     */
    public Builder holdTime(Duration holdTime) {
      if (holdTime.isNegative()) {
        throw new IllegalArgumentException("holdTime is " + holdTime + "; it must not be negative");
      }
      settings.holdTime = holdTime;
      return this;
    }

    /** Sets which server to behave like. Default: {@link Personality#HOSTED}. */
    public Builder personality(Personality personality) {
      settings.personality = Objects.requireNonNull(personality, "personality");
      return this;
    }

    /**
     * Sets what clients are told by {@code client/config}, for example small chunks. Default: the
     * protocol's defaults. The server itself enforces none of these limits.
     */
    public Builder clientConfig(ClientConfigResponse clientConfig) {
      settings.clientConfig = Objects.requireNonNull(clientConfig, "clientConfig");
      return this;
    }

    /**
     * Sets what clients are told when they create a session, for them to log. Default: nothing;
     * neither is an empty text sent.
     */
    public Builder sessionMessages(String info, String warning, String error) {
      settings.sessionMessages = ServerSettings.messages(info, warning, error);
      return this;
    }

    /**
     * Sets the names of the base models on offer; behind each is another tiny model, determined by
     * its name. Default: {@code tinker4j/tiny-bytes}, the smaller {@code tinker4j/nano-bytes}, a
     * few names of real models and, though no client is told so, every name of the next form.
     *
     * <p>{@code tinker4j/nano-N} and {@code tinker4j/tiny-N}, N being a number from 258 to
     * 1,000,000 without separators and leading zeros, are models of N tokens, to be trained with a
     * real tokenizer: {@code tinker4j/nano-151669} with Qwen3's. They end a sample at the stop
     * tokens of the request only, and refuse texts to stop at: what their tokens stand for they do
     * not know. A nano model with an adapter of rank 8 takes about 1.2 KB of memory per token, a
     * tiny one four times that. Tokens of all other models are bytes, and 256 ends a text.
     */
    public Builder baseModels(String... names) {
      if (names.length == 0 || List.of(names).stream().anyMatch(String::isBlank)) {
        throw new IllegalArgumentException("baseModels must be names, at least one");
      }
      settings.baseModels = List.of(names);
      settings.takesVocabularies = false;
      return this;
    }

    /**
     * Sets the size in bytes above which a result is announced before it is sent, to clients that
     * ask for that. Default: 1 MiB.
     */
    public Builder metadataThreshold(int bytes) {
      settings.metadataThreshold = ServerSettings.requirePositive("metadataThreshold", bytes);
      return this;
    }

    /**
     * Sets the longest request body in bytes, before and after decompression. Default: 64 MiB.
     * Longer ones are answered with 413.
     */
    public Builder maxRequestBytes(int bytes) {
      settings.maxRequestBytes = ServerSettings.requirePositive("maxRequestBytes", bytes);
      return this;
    }

    /**
     * Sets whether results are binary for clients that accept that. Default: true. False behaves
     * like servers that know JSON results only.
     */
    public Builder protobufResults(boolean protobufResults) {
      settings.protobufResults = protobufResults;
      return this;
    }

    /**
     * Sets the time that the server lives in: what it waits for, such as results that are not ready
     * yet, and what it dates and lets expire: sessions, checkpoints, tokens and addresses. Default:
     * the system's. Give it a {@link ManualTime}, and the same one to its clients, to test hours in
     * moments.
     */
    public Builder time(Time time) {
      settings.time = Objects.requireNonNull(time, "time");
      return this;
    }

    /**
     * Sets how long a session lives without a heartbeat. Default: 5 minutes. The models of an
     * expired session are unloaded, and requests to it are answered with 410.
     */
    public Builder sessionTimeout(Duration sessionTimeout) {
      settings.sessionTimeout = ServerSettings.requirePositive("sessionTimeout", sessionTimeout);
      return this;
    }

    /**
     * Sets how many models there may be in memory; a model beyond that fails when it is created.
     * Default: as many as memory holds. SkyRL's server has 8 by default.
     */
    public Builder adapterSlots(int slots) {
      settings.adapterSlots = ServerSettings.requirePositive("adapterSlots", slots);
      return this;
    }

    /**
     * Sets how long a session is silent before its models make room for others where {@link
     * #adapterSlots} are few: they are unloaded up to a fifth later than that, when a model needs
     * their place. Default: 5 minutes, as SkyRL's server has it. Leave it longer than the 10
     * seconds between the heartbeats of a client.
     */
    public Builder slotTimeout(Duration timeout) {
      settings.slotTimeout = ServerSettings.requirePositive("slotTimeout", timeout);
      return this;
    }

    /**
     * Sets how long the tokens are good that {@code auth/token} gives out, which exists only when
     * the client configuration enables it. Default: 1 hour.
     */
    public Builder tokenLife(Duration tokenLife) {
      settings.tokenLife = ServerSettings.requirePositive("tokenLife", tokenLife);
      return this;
    }

    /** Makes passes compute nothing, to measure everything else. */
    Builder stubbed() {
      settings.stubbed = true;
      return this;
    }

    /**
     * Starts the server.
     *
     * @throws UncheckedIOException when the port is taken or the data directory cannot be used
     */
    public EmbeddedTinkerServer start() {
      JsonCodec.requireJackson();
      try {
        return new EmbeddedTinkerServer(settings.copy());
      } catch (IOException e) {
        throw new UncheckedIOException("cannot start: " + e.getMessage(), e);
      }
    }
  }
}
