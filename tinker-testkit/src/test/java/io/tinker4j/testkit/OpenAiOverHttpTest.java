package io.tinker4j.testkit;

import static io.tinker4j.testkit.WireClient.fields;
import static io.tinker4j.testkit.WireClient.list;
import static io.tinker4j.testkit.WireClient.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.testkit.http.JsonBodies;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What clients of OpenAI's API send and read. */
class OpenAiOverHttpTest {
  private static final String CHAT =
      """
      {"model":"tinker4j/tiny-bytes","max_tokens":12,"seed":5,
       "messages":[{"role":"system","content":"Be brief."},
                   {"role":"user","content":[{"type":"text","text":"Hi"},{"type":"text","text":"!"}]}]}
      """;

  private final EmbeddedTinkerServer server = EmbeddedTinkerServer.start();
  private final WireClient client = new WireClient(server);

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  private HttpResponse<byte[]> send(EmbeddedTinkerServer to, String path, String json) {
    return client.send(
        HttpRequest.newBuilder(URI.create(to.baseUrl() + "/oai/api/v1/" + path))
            .header("Authorization", "Bearer tml-test")
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json)));
  }

  private Map<String, @Nullable Object> post(String path, String json) {
    return WireClient.ok(send(server, path, json));
  }

  private List<Map<String, @Nullable Object>> stream(String path, String json) {
    HttpResponse<byte[]> response = send(server, path, json);
    assertThat(response.headers().firstValue("Content-Type")).contains("text/event-stream");
    String[] events = new String(response.body(), StandardCharsets.UTF_8).split("\n\n");
    assertThat(events[events.length - 1]).isEqualTo("data: [DONE]");
    List<Map<String, @Nullable Object>> chunks = new ArrayList<>();
    for (String event : List.of(events).subList(0, events.length - 1)) {
      chunks.add(
          JsonBodies.readFields(
              event.substring("data: ".length()).getBytes(StandardCharsets.UTF_8)));
    }
    return chunks;
  }

  private static Map<String, @Nullable Object> choice(Map<String, @Nullable Object> answer) {
    return fields(list(answer.get("choices")).get(0));
  }

  private static String content(Map<String, @Nullable Object> answer) {
    return text(fields(choice(answer).get("message")), "content");
  }

  @Test
  void chat_isTheContinuationOfItsRenderedMessages() {
    Map<String, @Nullable Object> chat = post("chat/completions", CHAT);
    Map<String, @Nullable Object> completion =
        post(
            "completions",
            """
            {"model":"tinker4j/tiny-bytes","max_tokens":12,"seed":5,"stop":"\\n\\nUser:",
             "prompt":"System: Be brief.\\n\\nUser: Hi!\\n\\nAssistant:"}
            """);

    assertThat(chat).containsEntry("object", "chat.completion");
    assertThat(fields(choice(chat).get("message"))).containsEntry("role", "assistant");
    assertThat(text(choice(completion), "text")).endsWith(content(chat)).isNotEmpty();
    assertThat(choice(chat)).containsEntry("finish_reason", "length");
    assertThat(fields(chat.get("usage")))
        .containsEntry("prompt_tokens", "System: Be brief.\n\nUser: Hi!\n\nAssistant:".length())
        .containsEntry("completion_tokens", 12)
        .isEqualTo(completion.get("usage"));
  }

  @Test
  void chat_streamed_isTheSameInPieces() {
    String whole = content(post("chat/completions", CHAT));

    List<Map<String, @Nullable Object>> chunks =
        stream(
            "chat/completions",
            CHAT.replace(
                "\"seed\"",
                "\"stream\":true,\"stream_options\":{\"include_usage\":true},\"seed\""));

    StringBuilder pieces = new StringBuilder();
    for (Map<String, @Nullable Object> chunk : chunks.subList(0, chunks.size() - 1)) {
      assertThat(chunk).containsEntry("object", "chat.completion.chunk");
      Object piece = fields(choice(chunk).get("delta")).get("content");
      pieces.append(piece == null ? "" : piece);
    }
    assertThat(pieces).hasToString(whole);
    assertThat(choice(chunks.get(chunks.size() - 2))).containsEntry("finish_reason", "length");
    assertThat(fields(chunks.get(chunks.size() - 1).get("usage")))
        .containsEntry("completion_tokens", 12);
  }

  @Test
  void completion_stoppedAndStreamed_isWithoutWhatStoppedIt() {
    String text = "{\"model\":\"tinker4j/tiny-bytes\",\"prompt\":\"abc\",\"max_tokens\":9,\"n\":2}";
    Map<String, @Nullable Object> free = post("completions", text);
    String said = text(choice(free), "text");
    int third = said.offsetByCodePoints(0, 2);
    String stop = Character.toString(said.codePointAt(third));
    String stopping =
        text.replace("}", ",\"stream\":true,\"stop\":[\"%s\"]}".formatted(escaped(stop)));

    StringBuilder pieces = new StringBuilder();
    for (Map<String, @Nullable Object> chunk : stream("completions", stopping)) {
      if (choice(chunk).get("index").equals(0)) {
        pieces.append(text(choice(chunk), "text"));
      }
    }

    assertThat(list(free.get("choices"))).hasSize(2);
    assertThat(pieces.toString()).isEqualTo(said.substring(0, said.indexOf(stop)));
  }

  private static String escaped(String text) {
    StringBuilder escaped = new StringBuilder();
    text.chars().forEach(unit -> escaped.append("\\u%04x".formatted(unit)));
    return escaped.toString();
  }

  @Test
  void model_asCheckpoint_isWhatWasSaved() {
    String model = client.createModel();
    String path =
        text(
            client.run(
                "save_weights_for_sampler",
                "{\"model_id\":\"%s\",\"path\":\"chat\",\"seq_id\":1}".formatted(model)),
            "path");

    String base = content(post("chat/completions", CHAT));
    String tuned = content(post("chat/completions", CHAT.replace("tinker4j/tiny-bytes", path)));
    String both =
        content(
            post(
                "chat/completions",
                CHAT.replace("tinker4j/tiny-bytes", "tinker4j/tiny-bytes;" + path)));
    HttpResponse<byte[]> other =
        send(
            server,
            "chat/completions",
            CHAT.replace("tinker4j/tiny-bytes", "tinker4j/nano-bytes;" + path));

    assertThat(both).isEqualTo(tuned).isEqualTo(base); // an untrained adapter changes nothing
    assertThat(other.statusCode()).isEqualTo(400);
    assertThat(message(other)).contains("is a checkpoint of tinker4j/tiny-bytes");
  }

  private static String message(HttpResponse<byte[]> refused) {
    return text(fields(JsonBodies.readFields(refused.body()).get("error")), "message");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"model":"tinker4j/tiny-bytes","messages":[]}|400|messages must be an array
          {"model":"tinker4j/tiny-bytes"}|400|messages must be an array
          {"model":"tinker4j/tiny-bytes","messages":[{"content":"x"}]}|400|messages[0] must be an object with a role
          {"model":"tinker4j/tiny-bytes","messages":[{"role":"user"}]}|400|messages[0].content must be
          {"model":"tinker4j/tiny-bytes","messages":[{"role":"user","content":[{"image_url":"x"}]}]}|400|messages[0].content must be
          {"messages":[{"role":"user","content":"x"}]}|400|model must be a string
          {"model":"tinker4j/none","messages":[{"role":"user","content":"x"}]}|400|tinker4j/none
          {"model":"tinker4j/nano-1000","messages":[{"role":"user","content":"x"}]}|400|are not bytes
          {"model":"tinker://a/sampler_weights/b","messages":[{"role":"user","content":"x"}]}|404|a
          {"model":"tinker4j/tiny-bytes","tools":[],"messages":[{"role":"user","content":"x"}]}|400|tools is not supported
          {"model":"tinker4j/tiny-bytes","n":0,"messages":[{"role":"user","content":"x"}]}|400|n must be from 1 to 128
          {"model":"tinker4j/tiny-bytes","temperature":-1,"messages":[{"role":"user","content":"x"}]}|400|temperature
          {"model":"tinker4j/tiny-bytes","max_tokens":"7","messages":[{"role":"user","content":"x"}]}|400|max_tokens must be an integer
          """)
  void badRequest_isRefusedInTheFormOfTheseClients(String json, int status, String message) {
    HttpResponse<byte[]> refused = send(server, "chat/completions", json);

    assertThat(refused.statusCode()).isEqualTo(status);
    assertThat(message(refused)).contains(message);
  }

  @Test
  void keyAsBearer_isTakenHereOnly() {
    try (EmbeddedTinkerServer guarded = EmbeddedTinkerServer.builder().apiKey("tml-test").start()) {
      assertThat(send(guarded, "chat/completions", CHAT).statusCode()).isEqualTo(200);
      HttpRequest.Builder elsewhere =
          HttpRequest.newBuilder(URI.create(guarded.baseUrl() + "/api/v1/training_runs"))
              .header("Authorization", "Bearer tml-test");
      assertThat(client.send(elsewhere).statusCode()).isEqualTo(401);
      HttpRequest.Builder wrong =
          HttpRequest.newBuilder(URI.create(guarded.baseUrl() + "/oai/api/v1/completions"))
              .header("Authorization", "Bearer tml-other")
              .POST(HttpRequest.BodyPublishers.ofString(CHAT));
      assertThat(client.send(wrong).statusCode()).isEqualTo(401);
    }
  }

  @Test
  void serverWithoutIt_hasNoSuchPath() {
    try (EmbeddedTinkerServer skyrl =
        EmbeddedTinkerServer.builder().personality(Personality.SKYRL).start()) {
      assertThat(send(skyrl, "chat/completions", CHAT).statusCode()).isEqualTo(404);
    }
  }
}
