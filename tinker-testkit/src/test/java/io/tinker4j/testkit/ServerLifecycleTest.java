package io.tinker4j.testkit;

import static io.tinker4j.testkit.WireClient.list;
import static io.tinker4j.testkit.WireClient.map;
import static io.tinker4j.testkit.WireClient.optimStep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.testkit.http.RefusedException;
import io.tinker4j.testkit.run.FutureStore;
import io.tinker4j.testkit.run.Promise;
import io.tinker4j.types.ClientConfigResponse;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** Starting, configuring and stopping the server. */
@Isolated("counts threads")
class ServerLifecycleTest {
  @Test
  void start_listensOnLoopbackOnAFreePort() {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start()) {
      assertThat(server.baseUrl().toString()).matches("http://127\\.0\\.0\\.1:[1-9][0-9]*");
    }
  }

  @Test
  void start_portTaken_saysSo() {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start()) {
      EmbeddedTinkerServer.Builder second =
          EmbeddedTinkerServer.builder().port(server.baseUrl().getPort());

      assertThatThrownBy(second::start)
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining(String.valueOf(server.baseUrl().getPort()));
    }
  }

  @Test
  void clientConfig_isWhatTheTestSays() {
    try (EmbeddedTinkerServer server =
            EmbeddedTinkerServer.builder()
                .clientConfig(ClientConfigResponse.builder().fwdbwdMaxChunkLen(2).build())
                .baseModels("only/one")
                .start();
        WireClient client = new WireClient(server)) {
      Map<String, @Nullable Object> config =
          client.post("client/config", "{\"sdk_version\":\"0\"}");
      Map<String, @Nullable Object> dynamic =
          client.post("client/dynamic_config", "{\"sdk_version\":\"0\"}");
      Map<String, @Nullable Object> capabilities = client.get("get_server_capabilities");

      assertThat(config)
          .containsEntry("fwdbwd_max_chunk_len", 2)
          .containsEntry("parallel_fwdbwd_chunks", true);
      assertThat(dynamic).containsEntry("refresh_interval_sec", 300);
      assertThat(map(list(capabilities.get("supported_models")).get(0)).get("model_name"))
          .isEqualTo("only/one");
      assertThat(client.get("healthz")).containsEntry("status", "ok");
    }
  }

  @Test
  @Timeout(30)
  void close_whileARequestIsHeld_endsItAndLeavesNoThreads() {
    EmbeddedTinkerServer server =
        EmbeddedTinkerServer.builder().holdTime(Duration.ofMinutes(5)).start();
    try (WireClient client = new WireClient(server)) {
      String model = client.createModel();
      String waiting = client.submit("optim_step", optimStep(model, 2));
      CompletableFuture<Integer> held =
          CompletableFuture.supplyAsync(() ->
              client
                  .send(
                      client
                          .request("retrieve_future")
                          .POST(
                              BodyPublishers.ofString(
                                  "{\"request_id\":\"%s\"}".formatted(waiting))))
                  .statusCode());
      while (server.requests().stream().noneMatch(request -> request.path().endsWith("future"))) {
        Thread.onSpinWait();
      }

      server.close();
      server.close();

      assertThat(held.handle((status, failure) -> failure == null ? status : 503).join())
          .isEqualTo(503);
      assertThat(Thread.getAllStackTraces().keySet())
          .filteredOn(Thread::isAlive)
          .extracting(Thread::getName)
          .noneMatch(name -> name.startsWith("tinker-server"));
      assertThatThrownBy(
              () -> CompletableFuture.supplyAsync(() -> client.tryPost("healthz", "")).join())
          .isInstanceOf(CompletionException.class);
    }
  }

  /** Whatever is half closed when it comes, a request is told to come again later. */
  @Test
  @Timeout(60)
  void close_whileRequestsArrive_isNeverTheirFault(@TempDir Path data) {
    for (int round = 0; round < 5; round++) {
      EmbeddedTinkerServer server =
          EmbeddedTinkerServer.builder().dataDirectory(data.resolve("" + round)).start();
      try (WireClient client = new WireClient(server)) {
        String model = client.createModel();
        Map<Integer, Integer> statuses = new ConcurrentHashMap<>();
        AtomicInteger answered = new AtomicInteger();
        AtomicLong seqId = new AtomicLong();
        List<CompletableFuture<Void>> senders = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          senders.add(
              CompletableFuture.runAsync(
                  () -> sendUntilClosed(client, model, seqId, statuses, answered),
                  Thread::startVirtualThread));
        }
        while (answered.get() < 40) {
          Thread.onSpinWait();
        }

        server.close();
        senders.forEach(CompletableFuture::join);

        assertThat(statuses).containsKey(200);
        assertThat(statuses.keySet()).isSubsetOf(200, 503);
      }
    }
  }

  private static void sendUntilClosed(
      WireClient client,
      String model,
      AtomicLong seqId,
      Map<Integer, Integer> statuses,
      AtomicInteger answered) {
    try {
      while (true) {
        int status =
            client.tryPost("optim_step", optimStep(model, seqId.incrementAndGet())).statusCode();
        statuses.merge(status, 1, Integer::sum);
        answered.incrementAndGet();
      }
    } catch (UncheckedIOException e) {
      // The server is gone, as it should be.
      answered.addAndGet(40);
    }
  }

  @Test
  void inMemory_neverTouchesTheDisk() throws Exception {
    try (Recording recording = new Recording()) {
      recording.enable("jdk.FileWrite").withoutThreshold();
      recording.enable("jdk.FileForce").withoutThreshold();
      Path file = Files.createTempFile("written", ".jfr");
      recording.start();
      try (EmbeddedTinkerServer server =
              EmbeddedTinkerServer.builder().keepsStateInMemory(true).start();
          WireClient client = new WireClient(server)) {
        String model = client.createModel();
        client.train(model, 1);
        client.save("save_weights", model, 3, "a");
        server.restart();
        client.save("save_weights_for_sampler", model, 4, "b");
      }
      recording.stop();
      recording.dump(file);

      assertThat(RecordingFile.readAllEvents(file))
          .filteredOn(event -> event.getThread().getJavaName().startsWith("tinker-server"))
          .isEmpty();
      Files.delete(file);
    }
  }

  @Test
  void refusal_beforeTheBodyIsRead_isAnAnswerOverHttp2Too() {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start();
        WireClient client = new WireClient(server, "tml-test", HttpClient.Version.HTTP_2)) {
      String body = "x".repeat(100_000);
      for (int i = 0; i < 100; i++) {
        assertThat(client.tryPost("no_such_endpoint", body).statusCode()).isEqualTo(404);
      }
    }
  }

  @Test
  void getInfo_describesTheModel() {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start();
        WireClient client = new WireClient(server)) {
      String model = client.createModel();

      Map<String, @Nullable Object> info =
          client.post("get_info", "{\"model_id\":\"%s\"}".formatted(model));

      assertThat(info).containsEntry("lora_rank", 4).containsEntry("is_lora", true);
      assertThat(map(info.get("model_data")).get("tokenizer_id")).isEqualTo("tinker4j/bytes");
    }
  }

  @Test
  void futures_beyondTheLimit_areGone() {
    FutureStore futures = new FutureStore("f-", 2, 1000);
    Promise first = futures.create("me");
    Promise kept = futures.create("me");
    Promise last = futures.create("me");
    futures.retrieved(first, 1);
    futures.retrieved(kept, 1);

    futures.retrieved(last, 1);

    assertThat(futures.get("me", kept.requestId())).isSameAs(kept);
    assertThatThrownBy(() -> futures.get("me", first.requestId()))
        .isInstanceOfSatisfying(
            RefusedException.class, refused -> assertThat(refused.status()).isEqualTo(410));
  }

  @Test
  void futures_beyondTheirSize_areGone() {
    FutureStore futures = new FutureStore("f-", 100, 1000);
    Promise large = futures.create("me");
    Promise small = futures.create("me");
    futures.retrieved(large, 900);

    futures.retrieved(small, 101);

    assertThat(futures.get("me", small.requestId())).isSameAs(small);
    assertThatThrownBy(() -> futures.get("me", large.requestId()))
        .isInstanceOfSatisfying(
            RefusedException.class, refused -> assertThat(refused.status()).isEqualTo(410));
  }

  @Test
  void concurrentHolds_doNotKeepTheServerFromAnswering() {
    try (EmbeddedTinkerServer server =
            EmbeddedTinkerServer.builder().holdTime(Duration.ofSeconds(2)).start();
        WireClient client = new WireClient(server)) {
      String model = client.createModel();
      String waiting = client.submit("optim_step", optimStep(model, 2));
      for (int i = 0; i < 100; i++) {
        CompletableFuture<HttpResponse<byte[]>> unused =
            CompletableFuture.supplyAsync(
                () ->
                    client.tryPost("retrieve_future", "{\"request_id\":\"%s\"}".formatted(waiting)),
                Thread::startVirtualThread);
      }

      assertThat(client.get("healthz")).containsEntry("status", "ok");
      assertThat(client.await(client.submit("optim_step", optimStep(model, 1))))
          .containsKey("metrics");
    }
  }
}
