package io.tinker4j.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tinker4j.transport.operation.JsonCodec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A hub in miniature: repositories, branches, commits, and the storage of large files. */
final class StandInHub implements AutoCloseable {
  static final String TOKEN = "hf_right";
  private static final long CHUNK = 10_000;

  private final HttpServer server;
  private final Map<String, byte[]> storage = new ConcurrentHashMap<>();
  private final Map<String, TreeMap<Integer, byte[]>> parts = new ConcurrentHashMap<>();
  private final Map<String, byte[]> committed = new ConcurrentHashMap<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final List<String> leaks = new CopyOnWriteArrayList<>();
  private volatile String summary = "";
  private volatile String page = "";
  private volatile boolean inParts;
  private volatile int failures;

  StandInHub() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::handle);
    server.start();
  }

  String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  StandInHub storesInParts() {
    inParts = true;
    return this;
  }

  StandInHub failsFirst(int times) {
    failures = times;
    return this;
  }

  void page(String text) {
    page = text;
  }

  Map<String, byte[]> committed() {
    return committed;
  }

  List<String> requests() {
    return requests;
  }

  /** Requests to the storage that had the hub's token. */
  List<String> leaks() {
    return leaks;
  }

  String summary() {
    return summary;
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      String request = exchange.getRequestMethod() + " " + exchange.getRequestURI();
      requests.add(request);
      String path = exchange.getRequestURI().getPath();
      String token = exchange.getRequestHeaders().getFirst("Authorization");
      boolean isStorage = path.startsWith("/storage");
      if (isStorage && token != null) {
        leaks.add(request);
      }
      if (failures > 0) {
        failures--;
        answer(exchange, 503, "{}");
      } else if (!isStorage && !("Bearer " + TOKEN).equals(token)) {
        answer(exchange, 401, "{\"error\":\"Invalid username or password.\"}");
      } else if (isStorage) {
        store(exchange, path, body);
      } else {
        answerHub(exchange, path, body);
      }
    }
  }

  private void answerHub(HttpExchange exchange, String path, byte[] body) throws IOException {
    if (path.equals("/api/whoami-v2")) {
      answer(exchange, 200, "{\"name\":\"somebody\"}");
    } else if (path.equals("/api/repos/create") || path.contains("/branch/")) {
      answer(exchange, 409, "{\"error\":\"You already created this\"}");
    } else if (path.contains("/raw/")) {
      answer(exchange, page.isEmpty() ? 404 : 200, page);
    } else if (path.contains("/preupload/")) {
      answer(exchange, 200, modes(body));
    } else if (path.endsWith("/info/lfs/objects/batch")) {
      answer(exchange, 200, batch(body));
    } else if (path.contains("/commit/")) {
      commit(new String(body, StandardCharsets.UTF_8));
      answer(
          exchange,
          200,
          "{\"commitUrl\":\"%s/somebody/x/commit/1\",\"commitOid\":\"1\"}".formatted(address()));
    } else {
      answer(exchange, 404, "{\"error\":\"no such address: " + path + "\"}");
    }
  }

  private static String modes(byte[] body) {
    List<Map<String, Object>> files = new ArrayList<>();
    for (Object each : (List<?>) JsonCodec.readMap(body).get("files")) {
      String name = String.valueOf(((Map<?, ?>) each).get("path"));
      Map<String, Object> file = new LinkedHashMap<>();
      file.put("path", name);
      file.put("uploadMode", name.endsWith(".safetensors") ? "lfs" : "regular");
      files.add(file);
    }
    return new String(JsonCodec.write(Map.of("files", files)), StandardCharsets.UTF_8);
  }

  private String batch(byte[] body) {
    Map<?, ?> object = (Map<?, ?>) ((List<?>) JsonCodec.readMap(body).get("objects")).getFirst();
    String oid = String.valueOf(object.get("oid"));
    long size = ((Number) object.get("size")).longValue();
    Map<String, Object> header = new LinkedHashMap<>();
    String href = address() + "/storage/" + oid;
    if (inParts) {
      header.put("chunk_size", String.valueOf(CHUNK));
      for (int part = 1; (part - 1) * CHUNK < size; part++) {
        header.put("%05d".formatted(part), href + "/part/" + part);
      }
      href += "/join";
    }
    Map<String, Object> actions = new LinkedHashMap<>();
    actions.put("upload", Map.of("href", href, "header", header));
    actions.put("verify", Map.of("href", address() + "/storage/" + oid + "/verify"));
    Map<String, Object> answer = Map.of("oid", oid, "size", size, "actions", actions);
    return new String(JsonCodec.write(Map.of("objects", List.of(answer))), StandardCharsets.UTF_8);
  }

  private void store(HttpExchange exchange, String path, byte[] body) throws IOException {
    String[] names = path.split("/");
    String oid = names[2];
    if (path.contains("/part/")) {
      parts.computeIfAbsent(oid, each -> new TreeMap<>()).put(Integer.valueOf(names[4]), body);
      exchange.getResponseHeaders().set("ETag", "\"part-" + names[4] + "\"");
      answer(exchange, 200, "");
    } else if (path.endsWith("/join")) {
      ByteArrayOutputStream whole = new ByteArrayOutputStream();
      for (byte[] part : parts.get(oid).values()) {
        whole.write(part);
      }
      storage.put(oid, whole.toByteArray());
      answer(exchange, 200, "{}");
    } else if (path.endsWith("/verify")) {
      boolean isRight = storage.containsKey(oid) && sha256(storage.get(oid)).equals(oid);
      answer(exchange, isRight ? 200 : 422, "{}");
    } else {
      storage.put(oid, body);
      answer(exchange, 200, "");
    }
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private void commit(String lines) {
    lines
        .lines()
        .forEach(line -> {
          Map<String, @Nullable Object> json =
              JsonCodec.readMap(line.getBytes(StandardCharsets.UTF_8));
          Map<?, ?> value = (Map<?, ?>) json.get("value");
          switch (String.valueOf(json.get("key"))) {
            case "header" -> summary = String.valueOf(value.get("summary"));
            case "file" ->
                committed.put(
                    String.valueOf(value.get("path")),
                    Base64.getDecoder().decode(String.valueOf(value.get("content"))));
            default ->
                committed.put(String.valueOf(value.get("path")), storage.get(value.get("oid")));
          }
        });
  }

  private static void answer(HttpExchange exchange, int status, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
