package io.tinker4j.cli.hub;

import io.tinker4j.cli.hub.HubClient.Answer;
import io.tinker4j.cli.output.CommandException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Uploads to the storage behind a repository, by the protocol of Git LFS, whole or in parts. */
final class LargeFiles {
  private static final String TYPE = "application/vnd.git-lfs+json";
  private static final String CHUNK_SIZE = "chunk_size";

  private final HubClient hub;
  private final String repository;

  LargeFiles(HubClient hub, String repository) {
    this.hub = hub;
    this.repository = repository;
  }

  /** Uploads a file, unless the storage has it. */
  StoredFile upload(Path file) throws IOException, InterruptedException {
    StoredFile stored = new StoredFile(sha256(file), Files.size(file));
    Map<?, ?> object = negotiate(stored);
    if (!(object.get("actions") instanceof Map<?, ?> actions)) {
      return stored;
    }
    if (actions.get("upload") instanceof Map<?, ?> upload) {
      Map<String, String> headers = strings(upload.get("header"));
      String address = String.valueOf(upload.get("href"));
      if (headers.containsKey(CHUNK_SIZE)) {
        uploadParts(file, stored, address, headers);
      } else {
        require(
            "store " + file.getFileName(), hub.put(address, headers, BodyPublishers.ofFile(file)));
      }
    }
    if (actions.get("verify") instanceof Map<?, ?> verify) {
      require(
          "verify " + file.getFileName(),
          hub.postTo(
              String.valueOf(verify.get("href")),
              strings(verify.get("header")),
              Map.of("oid", stored.sha256(), "size", stored.size())));
    }
    return stored;
  }

  private Map<?, ?> negotiate(StoredFile stored) throws InterruptedException {
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("operation", "upload");
    request.put("transfers", List.of("basic", "multipart"));
    request.put("objects", List.of(Map.of("oid", stored.sha256(), "size", stored.size())));
    request.put("hash_algo", "sha256");
    Answer answer =
        require(
            "store large files in " + repository,
            hub.post("/" + repository + ".git/info/lfs/objects/batch", TYPE, request, true));
    if (answer.json().get("objects") instanceof List<?> objects
        && !objects.isEmpty()
        && objects.getFirst() instanceof Map<?, ?> object) {
      if (object.get("error") instanceof Map<?, ?> error) {
        throw new CommandException("Hugging Face refused to store a file: " + error.get("message"));
      }
      return object;
    }
    throw new CommandException("Hugging Face's answer about large files has no object in it");
  }

  /** The headers are the addresses of the parts, by their numbers from 1. */
  private void uploadParts(
      Path file, StoredFile stored, String address, Map<String, String> headers)
      throws InterruptedException {
    long chunk = Long.parseLong(String.valueOf(headers.get(CHUNK_SIZE)));
    TreeMap<Integer, String> parts = new TreeMap<>();
    headers.forEach((name, value) -> {
      if (name.matches("\\d+")) {
        parts.put(Integer.valueOf(name), value);
      }
    });
    List<Map<String, Object>> done = new ArrayList<>();
    for (Map.Entry<Integer, String> part : parts.entrySet()) {
      long from = (part.getKey() - 1) * chunk;
      long length = Math.min(chunk, stored.size() - from);
      Answer answer =
          require(
              "store part %d of %s".formatted(part.getKey(), file.getFileName()),
              hub.put(part.getValue(), Map.of(), part(file, from, length)));
      String tag = answer.response().headers().firstValue("etag").orElse("");
      done.add(Map.of("partNumber", part.getKey(), "etag", tag));
    }
    require(
        "join the parts of " + file.getFileName(),
        hub.postTo(address, Map.of(), Map.of("oid", stored.sha256(), "parts", done)));
  }

  private static BodyPublisher part(Path file, long from, long length) {
    return BodyPublishers.fromPublisher(
        BodyPublishers.ofInputStream(() -> {
          try {
            return new FilePart(file, from, length);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }),
        length);
  }

  private static Answer require(String what, Answer answer) {
    if (!answer.isOk()) {
      throw HubClient.refused(what, answer);
    }
    return answer;
  }

  private static Map<String, String> strings(@Nullable Object value) {
    Map<String, String> strings = new LinkedHashMap<>();
    if (value instanceof Map<?, ?> map) {
      map.forEach((name, each) -> strings.put(String.valueOf(name), String.valueOf(each)));
    }
    return strings;
  }

  private static String sha256(Path file) throws IOException {
    try (InputStream in =
        new DigestInputStream(Files.newInputStream(file), MessageDigest.getInstance("SHA-256"))) {
      DigestInputStream digesting = (DigestInputStream) in;
      long unused = digesting.transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(digesting.getMessageDigest().digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
