package io.tinker4j.verify;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import io.tinker4j.types.proto.ForwardBackwardRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/** The embedded server accepts and refuses the golden requests as their vectors say. */
class GoldenRequestsTest {
  private static final Path GOLDEN = Path.of("../openapi/golden");

  /** Vectors whose form is right and whose meaning the server refuses, with the status. */
  private static final Map<String, Integer> REFUSED_FOR_THEIR_MEANING =
      Map.of(
          // Operations are put in order by their numbers.
          "017-optim-step-no-seq-id", 400,
          "204-fwdbwd-seq-none", 400,
          // The tiny model's vocabulary is smaller.
          "030-sample-stop-token-ids", 400,
          "042-sample-negative-and-large-tokens", 422,
          "032-sample-minimal-schema", 400,
          // The loss is none of the five.
          "216-fwdbwd-unicode", 422);

  static Stream<Path> vectors(String glob) throws Exception {
    List<Path> files = new ArrayList<>();
    try (var stream = Files.newDirectoryStream(GOLDEN, glob)) {
      stream.forEach(files::add);
    }
    return files.stream().sorted();
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName()).replaceAll("(\\.pb)?(\\.json)?$", "");
  }

  @TestFactory
  Stream<DynamicTest> json() throws Exception {
    return vectors("0*.json")
        .filter(file -> GoldenServer.JSON.readTree(read(file)).has("http"))
        .map(file -> DynamicTest.dynamicTest(name(file), () -> sendJson(file)));
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void sendJson(Path file) throws Exception {
    JsonNode vector = GoldenServer.JSON.readTree(read(file));
    String name = name(file);
    String wire = vector.get("wire").asString();
    try (GoldenServer server =
        new GoldenServer(
            !name.contains("create-model"),
            !name.equals("008-create-sampling-session-base-model") && !name.contains("ephemeral"),
            name.contains("token")
                    && !name.contains("auth")
                    && !name.contains("stop")
                    && !name.contains("expected")
                    && !name.contains("large")
                ? "tml-other"
                : "tml-test")) {
      if (name.equals("057-unpublish-checkpoint")) {
        server.post(
            substituted("training_runs/run-1/checkpoints/weights/0001/publish", server), "");
      }
      String path = vector.get("http").get("path").asString().replace("/api/v1/", "");
      JsonNode query = vector.get("http").get("query");
      HttpResponse<byte[]> response =
          server.send(
              vector.get("http").get("method").asString(),
              substituted(path, server) + (query.isNull() ? "" : "?" + query.asString()),
              substituted(wire, server),
              "tml-test");

      check(name, response);
    }
  }

  private static String substituted(String text, GoldenServer server) throws Exception {
    String known =
        text.replace("\"model_id\":\"m\"", "\"model_id\":\"" + server.model + "\"")
            .replace(
                "\"sampling_session_id\":\"s\"",
                "\"sampling_session_id\":\"" + server.session + ":sample:0\"")
            .replace("sess-1", server.session)
            .replace("run-1", server.run);
    return known.contains("req-1") ? known.replace("req-1", server.finishedRequest()) : known;
  }

  @TestFactory
  Stream<DynamicTest> protobuf() throws Exception {
    return vectors("2[0-2]*.pb")
        .map(file -> DynamicTest.dynamicTest(name(file), () -> sendProtobuf(file)));
  }

  private static void sendProtobuf(Path file) throws Exception {
    JsonNode vector =
        GoldenServer.JSON.readTree(read(file.resolveSibling(file.getFileName() + ".json")));
    byte[] body = read(file);
    if (!vector.get("contentEncoding").isNull()) {
      body = Zstd.decompress(body, vector.get("uncompressedByteLength").asInt());
    }
    try (GoldenServer server = new GoldenServer(true, true, "tml-test")) {
      ForwardBackwardRequest request =
          ForwardBackwardRequest.parseFrom(body).toBuilder().setModelId(server.model).build();

      HttpResponse<byte[]> response =
          server.send(
              "POST",
              "forward_backward",
              request.toByteArray(),
              "application/x-protobuf",
              "tml-test");

      check(name(file), response);
    }
  }

  private static void check(String name, HttpResponse<byte[]> response) {
    int status = response.statusCode();
    String answer = name + " " + status + " " + new String(response.body(), StandardCharsets.UTF_8);
    Integer refusal = REFUSED_FOR_THEIR_MEANING.get(name);
    if (refusal != null) {
      assertThat(status).as(answer).isEqualTo(refusal);
    } else {
      assertThat(status).as(answer).isIn(200, 204, 302);
    }
  }

  /** What the reference client refuses to send is refused when somebody sends it all the same. */
  @Test
  void notFiniteNumbers_areRefused() throws Exception {
    try (GoldenServer server = new GoldenServer(true, true, "tml-test")) {
      for (String file : List.of("018-optim-step-nan", "019-optim-step-infinity")) {
        JsonNode input =
            GoldenServer.JSON.readTree(read(GOLDEN.resolve(file + ".json"))).get("input");
        String body =
            "{\"adam_params\":%s,\"model_id\":\"%s\",\"seq_id\":1}"
                .formatted(
                    input.toString().replace("\"NaN\"", "NaN").replace("\"Infinity\"", "Infinity"),
                    server.model);

        assertThat(server.post("optim_step", body).statusCode()).as(body).isIn(400, 422);
      }
      assertThat(server.post("asample", sample(server, "\"temperature\":NaN", "[]")).statusCode())
          .isIn(400, 422);
    }
  }

  private static String sample(GoldenServer server, String parameters, String chunks) {
    return """
    {"num_samples":1,"prompt":{"chunks":%s},"sampling_params":{"max_tokens":1,%s},
     "sampling_session_id":"%s:sample:0","seq_id":0}
    """
        .formatted(chunks, parameters, server.session);
  }

  /** Vector 072: what is refused when it is built is refused when it arrives. */
  @TestFactory
  Stream<DynamicTest> requestValidation() throws Exception {
    JsonNode cases =
        GoldenServer.JSON
            .readTree(read(GOLDEN.resolve("072-request-validation.json")))
            .get("json")
            .get("cases");
    Map<String, String[]> bodies = validationBodies();
    return Stream.iterate(0, i -> i < cases.size(), i -> i + 1)
        .map(cases::get)
        .filter(each -> bodies.containsKey(each.get("case").asString()))
        .map(each ->
            DynamicTest.dynamicTest(
                each.get("case").asString(),
                () ->
                    validate(
                        each.get("case").asString(),
                        each.get("valid").asBoolean(),
                        bodies.getOrDefault(each.get("case").asString(), new String[0]))));
  }

  private static void validate(String name, boolean valid, String[] request) throws Exception {
    try (GoldenServer server = new GoldenServer(true, true, "tml-test")) {
      HttpResponse<byte[]> response = server.post(request[0], substituted(request[1], server));
      if (valid) {
        check("072 " + name, response);
      } else {
        assertThat(response.statusCode()).as(name).isIn(400, 422);
      }
    }
  }

  @Test
  void validationBodies_areThoseOfTheVector() throws Exception {
    List<String> cases = new ArrayList<>();
    GoldenServer.JSON
        .readTree(read(GOLDEN.resolve("072-request-validation.json")))
        .get("json")
        .get("cases")
        .forEach(each -> cases.add(each.get("case").asString()));

    assertThat(cases).containsAll(validationBodies().keySet());
    assertThat(validationBodies().size()).isGreaterThanOrEqualTo(cases.size() - 4);
  }

  private static String lora(String config) {
    return "{\"session_id\":\"sess-1\",\"model_seq_id\":1,\"base_model\":\"B\",\"lora_config\":"
        + config
        + "}";
  }

  private static String chunk(String chunk) {
    return "{\"prompt\":{\"chunks\":[{\"tokens\":[1],\"type\":\"encoded_text\"},"
        + chunk
        + "]},\"sampling_params\":{\"max_tokens\":1},\"sampling_session_id\":\"s\"}";
  }

  /**
   * Without four cases that are about the reference client alone: rank 0, which its server refuses;
   * base64 with stray characters; loading without an address, which servers refuse; and a billing
   * timestamp, which is part of a query.
   */
  private static Map<String, String[]> validationBodies() {
    Map<String, String[]> bodies = new TreeMap<>();
    bodies.put(
        "AdamParams with an unknown field",
        new String[] {
          "optim_step", "{\"adam_params\":{\"momentum\":1},\"model_id\":\"m\",\"seq_id\":1}"
        });
    bodies.put("LoraConfig without rank", new String[] {"create_model", lora("{}")});
    bodies.put(
        "LoraConfig rank given as the string \"8\" (coerced)",
        new String[] {"create_model", lora("{\"rank\":\"8\"}")});
    bodies.put(
        "LoraConfig rank 8.0 (coerced to 8)",
        new String[] {"create_model", lora("{\"rank\":8.0}")});
    bodies.put("LoraConfig rank 8.5", new String[] {"create_model", lora("{\"rank\":8.5}")});
    bodies.put(
        "EncodedTextChunk with a wrong type tag",
        new String[] {"asample", chunk("{\"tokens\":[1],\"type\":\"image\"}")});
    bodies.put(
        "EncodedTextChunk with fractional token",
        new String[] {"asample", chunk("{\"tokens\":[1.5],\"type\":\"encoded_text\"}")});
    bodies.put(
        "EncodedTextChunk with extra field",
        new String[] {"asample", chunk("{\"tokens\":[1],\"type\":\"encoded_text\",\"x\":1}")});
    bodies.put(
        "ImageChunk format gif",
        new String[] {
          "asample",
          chunk("{\"data\":\"AAAA\",\"format\":\"gif\",\"expected_tokens\":1,\"type\":\"image\"}")
        });
    bodies.put(
        "ImageChunk data given as base64 text with bad padding",
        new String[] {
          "asample",
          chunk("{\"data\":\"AAA\",\"format\":\"png\",\"expected_tokens\":1,\"type\":\"image\"}")
        });
    bodies.put(
        "SamplingParams stop mixing strings and ints",
        new String[] {
          "asample",
          chunk("{\"tokens\":[1],\"type\":\"encoded_text\"}")
              .replace("\"max_tokens\":1", "\"max_tokens\":1,\"stop\":[\"a\",1]")
        });
    bodies.put(
        "SampleRequest without sampling_params",
        new String[] {
          "asample",
          chunk("{\"tokens\":[1],\"type\":\"encoded_text\"}")
              .replace("\"sampling_params\":{\"max_tokens\":1},", "")
        });
    bodies.put(
        "OptimStepRequest without adam_params",
        new String[] {"optim_step", "{\"model_id\":\"m\",\"seq_id\":1}"});
    bodies.put(
        "LoadWeightsRequest without optimizer",
        new String[] {
          "load_weights",
          "{\"model_id\":\"m\",\"seq_id\":1,\"path\":\"tinker://run-1/weights/0001\"}"
        });
    bodies.put(
        "CreateModelRequest with unknown field",
        new String[] {"create_model", lora("{\"rank\":8},\"x\":1")});
    bodies.put(
        "ModelInput chunk without type tag (resolved by shape)",
        new String[] {"asample", chunk("{\"tokens\":[1]}")});
    bodies.put(
        "ModelInput chunk with unknown type",
        new String[] {"asample", chunk("{\"tokens\":[1],\"type\":\"smell\"}")});
    return bodies;
  }
}
