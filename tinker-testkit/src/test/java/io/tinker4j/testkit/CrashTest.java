package io.tinker4j.testkit;

import static io.tinker4j.testkit.WireClient.forwardBackward;
import static io.tinker4j.testkit.WireClient.list;
import static io.tinker4j.testkit.WireClient.optimStep;
import static io.tinker4j.testkit.WireClient.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.testkit.observe.ExecutedOperation;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server that is killed in the middle of training, and what it remembers. {@code
 * -Dcrash.steps=150} trains longer between the kills.
 */
class CrashTest {
  private static final long SEED = 20261124;
  private static final int STEPS = Integer.getInteger("crash.steps", 50);
  private static final int KILLS = 3;

  @TempDir Path data;

  /** What a client was told: promises by number, and the results it has seen. */
  private final Map<Long, String> acknowledged = new LinkedHashMap<>();

  private final Map<Long, Map<String, @Nullable Object>> results = new LinkedHashMap<>();

  // readiness: F10
  @Test
  @Timeout(240)
  void killedAgainAndAgain_losesNothingAcknowledgedAndTrainsTheSameBits() throws Exception {
    Random random = new Random(SEED);
    String model = "";
    for (int round = 0; round <= KILLS; round++) {
      try (ServerProcess server = ServerProcess.start(data);
          WireClient client = new WireClient(server.baseUrl())) {
        if (round == 0) {
          model = client.createModel();
        }
        assertNothingLost(client);
        if (round == KILLS) {
          trainFrom(client, model, acknowledged.size() + 1, new AtomicLong());
          server.kill();
        } else {
          trainUntilKilled(server, client, model, random);
        }
      }
    }
    byte[] survivor;
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.builder().dataDirectory(data).start();
        WireClient client = new WireClient(server)) {
      assertNothingLost(client);
      assertThat(server.ledger(model))
          .extracting(ExecutedOperation::seqId)
          .isEqualTo(acknowledged.keySet().stream().sorted().toList());
      survivor = adapter(client, model);
    }

    assertThat(survivor).as("seed " + SEED).isEqualTo(uninterrupted());
  }

  private void trainUntilKilled(
      ServerProcess server, WireClient client, String model, Random random) throws Exception {
    long first = acknowledged.size() + 1L;
    AtomicLong goal = new AtomicLong(first + STEPS / 8 + random.nextInt(STEPS * 2 / 5));
    CompletableFuture<Void> training =
        CompletableFuture.runAsync(() -> {
          try {
            trainFrom(client, model, first, goal);
          } catch (UncheckedIOException e) {
            // The server is gone, as it should be.
          }
        });
    while (goal.get() > 0 && !training.isDone()) {
      LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(random.nextInt(2000) + 1L));
    }
    server.kill();
    training.join();
  }

  /** Submits operations without waiting for them; sees a result now and then. */
  private void trainFrom(WireClient client, String model, long first, AtomicLong goal) {
    for (long seqId = first; seqId <= 2 * STEPS; seqId++) {
      acknowledged.put(seqId, submit(client, model, seqId));
      if (seqId % 7 == 0) {
        results.put(seqId - 3, client.await(promise(seqId - 3)));
      }
      if (seqId == goal.get()) {
        goal.set(0);
      }
    }
  }

  private static String submit(WireClient client, String model, long seqId) {
    return seqId % 2 == 1
        ? client.submit("forward_backward", forwardBackward(model, seqId))
        : client.submit("optim_step", optimStep(model, seqId));
  }

  private String promise(long seqId) {
    return String.valueOf(acknowledged.get(seqId));
  }

  private void assertNothingLost(WireClient client) {
    acknowledged.forEach((seqId, requestId) -> {
      Map<String, @Nullable Object> result = client.await(requestId);

      assertThat(result).as("result " + seqId).containsKey("metrics");
      if (results.containsKey(seqId)) {
        assertThat(result).isEqualTo(results.get(seqId));
      }
      results.put(seqId, result);
    });
  }

  private static byte[] uninterrupted() {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start();
        WireClient client = new WireClient(server)) {
      String model = client.createModel();
      String last = "";
      for (long seqId = 1; seqId <= 2 * STEPS; seqId++) {
        last = submit(client, model, seqId);
      }
      client.await(last);
      return adapter(client, model);
    }
  }

  /** Exports a model's adapter and downloads its weights. */
  private static byte[] adapter(WireClient client, String model) {
    client.save("save_weights_external", model, 2 * STEPS + 1, "end");
    Object url =
        WireClient.map(
                client
                    .get(
                        "training_runs/"
                            + model
                            + "/checkpoints/external_weights/end/external_weights_urls")
                    .get("urls"))
            .get("adapter_model.safetensors");
    HttpResponse<byte[]> file =
        client.send(HttpRequest.newBuilder(URI.create(String.valueOf(url))).GET());
    assertThat(file.statusCode()).isEqualTo(200);
    return file.body();
  }

  @Test
  @Timeout(60)
  void restart_goesOnWithSessionsSamplersSamplesTokensAndBooks() {
    String session;
    String model;
    String waiting;
    String sample;
    String sampler;
    Map<String, @Nullable Object> sampled;
    Instant hour = Instant.now().truncatedTo(ChronoUnit.HOURS);
    String window =
        "billing/usage/events?starting_on=%s&ending_before=%s"
            .formatted(hour.minus(Duration.ofHours(1)), hour.plus(Duration.ofHours(2)));
    Object before;
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.builder().dataDirectory(data).start();
        WireClient client = new WireClient(server)) {
      session = client.createSession();
      model = client.createModel(session, 0);
      client.train(model, 1);
      sampler =
          text(
              client.run(
                  "save_weights_for_sampler",
                  "{\"model_id\":\"%s\",\"seq_id\":3,\"sampling_session_seq_id\":0}"
                      .formatted(model)),
              "sampling_session_id");
      waiting = client.submit("optim_step", optimStep(model, 5));
      sample = client.submit("asample", sample(sampler));
      sampled = client.await(sample);
      before = billed(client, window);
    }

    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.builder().dataDirectory(data).start();
        WireClient client = new WireClient(server)) {
      assertThat(list(client.get("sessions").get("sessions"))).isEqualTo(List.of(session));
      assertThat(billed(client, window)).isEqualTo(before);
      assertThat(client.await(sample)).isEqualTo(sampled);
      assertThat(client.submit("asample", sample(sampler))).isEqualTo(sample);
      assertThat(client.run("asample", sample(sampler).replace("\"seq_id\":0", "\"seq_id\":1")))
          .containsKey("sequences");
      assertThat(server.ledger(model)).hasSize(3);
      assertThat(server.submissions(model)).containsExactly(1L, 2L, 3L, 5L);
      client.run("forward_backward", forwardBackward(model, 4));
      assertThat(client.await(waiting)).containsKey("metrics");
      assertThat(server.ledger(model))
          .extracting(ExecutedOperation::order)
          .containsExactly(0L, 1L, 2L, 3L, 4L);
    }
  }

  @Test
  @Timeout(60)
  void restart_closedWhileItRebuilds_losesNothing() {
    String model;
    String hash;
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.builder().dataDirectory(data).start();
        WireClient client = new WireClient(server)) {
      model = client.createModel();
      for (long seqId = 1; seqId < 120; seqId += 2) {
        client.train(model, seqId);
      }
      hash = server.weightsHash(model);
    }
    for (int i = 0; i < 5; i++) {
      EmbeddedTinkerServer.builder().dataDirectory(data).start().close();
    }

    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.builder().dataDirectory(data).start();
        WireClient client = new WireClient(server)) {
      client.await(client.submit("forward_backward", forwardBackward(model, 121)));

      assertThat(server.weightsHash(model)).isEqualTo(hash);
      assertThat(server.ledger(model)).hasSize(121);
    }
  }

  private static Object billed(WireClient client, String window) {
    return list(client.get(window).get("data"));
  }

  private static String sample(String sampler) {
    return "{\"num_samples\":2,\"prompt\":{\"chunks\":[{\"type\":\"encoded_text\",\"tokens\":[104,105]}]},\"sampling_params\":{\"max_tokens\":4,\"temperature\":1.0},\"sampling_session_id\":\"%s\",\"seq_id\":0,\"type\":\"sample\"}"
        .formatted(sampler);
  }
}
