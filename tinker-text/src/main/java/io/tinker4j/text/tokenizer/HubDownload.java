package io.tinker4j.text.tokenizer;

import io.tinker4j.transport.Time;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Downloads a tokenizer's files from a hub into a directory, which appears when all are complete.
 * Their checksums are kept beside them. Safe for use by many threads.
 */
final class HubDownload {
  /** No tokenizer's file is half as large. */
  static final long MAX_BYTES = 128L << 20;

  static final String CHECKSUMS = "checksums.sha256";
  private static final int MAX_REDIRECTS = 5;

  private final URI hub;
  private final @Nullable String token;
  private final Duration deadline;

  /**
   * @param token sent to the hub itself, never to where it redirects
   * @param deadline for all files together
   */
  HubDownload(URI hub, @Nullable String token, Duration deadline) {
    this.hub = hub;
    this.token = token;
    this.deadline = deadline;
  }

  /**
   * Downloads the files of a repository.
   *
   * @return whether the repository has a tokenizer
   * @throws IOException when the hub refuses, a file is too large or is not what the hub said, or
   *     the deadline passes
   */
  boolean download(String repository, String revision, Path target) throws IOException {
    long end = Time.system().nanoTime() + deadline.toNanos();
    Path parent = target.toAbsolutePath().getParent();
    Files.createDirectories(parent);
    Path part = Files.createTempDirectory(parent, ".part-");
    try (HttpClient client =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(Duration.ofSeconds(10))
            .build()) {
      String base =
          hub.toString().replaceAll("/+$", "") + "/" + repository + "/resolve/" + revision + "/";
      Map<String, String> checksums = new TreeMap<>();
      boolean isFound = false;
      for (String name : new String[] {"tokenizer.json", "tiktoken.model"}) {
        isFound = isFound || fetch(client, URI.create(base + name), part, checksums, end);
      }
      if (isFound) {
        fetch(client, URI.create(base + "tokenizer_config.json"), part, checksums, end);
        fetch(client, URI.create(base + "chat_template.jinja"), part, checksums, end);
        writeChecksums(part, checksums);
        moveInto(part, target);
      }
      return isFound;
    } finally {
      remove(part);
    }
  }

  /** Another process may have been faster; what it has put there is as good. */
  private static void moveInto(Path part, Path target) throws IOException {
    try {
      Files.move(part, target);
    } catch (IOException e) {
      if (!Files.isDirectory(target)) {
        throw e;
      }
    }
  }

  /** Fetches a file; returns whether the repository has it. */
  private boolean fetch(
      HttpClient client, URI source, Path directory, Map<String, String> checksums, long end)
      throws IOException {
    String name = source.getPath().substring(source.getPath().lastIndexOf('/') + 1);
    URI at = source;
    Optional<String> expected = Optional.empty();
    for (int i = 0; i <= MAX_REDIRECTS; i++) {
      MessageDigest digest = sha256();
      HttpResponse<Long> response =
          send(client, request(at), new BoundedFile(directory.resolve(name), digest), end);
      int status = response.statusCode();
      if (expected.isEmpty()) {
        expected = linkedChecksum(response);
      }
      if (status == 200) {
        String checksum = HexFormat.of().formatHex(digest.digest());
        if (expected.isPresent() && !expected.get().equals(checksum)) {
          throw new IOException(
              source + " has the checksum " + checksum + ", and the hub says " + expected.get());
        }
        checksums.put(name, checksum);
        return true;
      }
      if (status == 404) {
        return false;
      }
      Optional<String> location = response.headers().firstValue("location");
      if (status / 100 != 3 || location.isEmpty()) {
        throw new IOException(source + " answered with status " + status);
      }
      at = redirected(at, location.get());
    }
    throw new IOException(source + " redirects more than " + MAX_REDIRECTS + " times");
  }

  private static URI redirected(URI from, String location) throws IOException {
    URI to = from.resolve(location);
    if (from.getScheme().equals("https") && !"https".equals(to.getScheme())) {
      throw new IOException(from + " redirects to " + to.getScheme() + ", which is not encrypted");
    }
    return to;
  }

  private HttpRequest request(URI at) {
    HttpRequest.Builder request = HttpRequest.newBuilder(at).GET();
    boolean isHub =
        hub.getScheme().equals(at.getScheme())
            && hub.getHost().equals(at.getHost())
            && hub.getPort() == at.getPort();
    if (token != null && isHub) {
      request.header("Authorization", "Bearer " + token);
    }
    return request.build();
  }

  /** Returns the SHA-256 that a hub tells of a large file. */
  private static Optional<String> linkedChecksum(HttpResponse<?> response) {
    return response
        .headers()
        .firstValue("x-linked-etag")
        .map(text -> text.replace("\"", "").toLowerCase(Locale.ROOT))
        .filter(text -> text.matches("[0-9a-f]{64}"));
  }

  private static HttpResponse<Long> send(
      HttpClient client, HttpRequest request, BoundedFile file, long end) throws IOException {
    CompletableFuture<HttpResponse<Long>> sent =
        client.sendAsync(
            request,
            head -> head.statusCode() == 200 ? file : HttpResponse.BodySubscribers.replacing(0L));
    try {
      return sent.get(Math.max(0, end - Time.system().nanoTime()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      sent.cancel(true);
      throw new IOException(request.uri() + " was not complete before the deadline", e);
    } catch (InterruptedException e) {
      sent.cancel(true);
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while downloading " + request.uri(), e);
    } catch (ExecutionException e) {
      Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
      throw new IOException(request.uri() + " failed: " + cause.getMessage(), cause);
    }
  }

  private static void writeChecksums(Path directory, Map<String, String> checksums)
      throws IOException {
    StringBuilder lines = new StringBuilder();
    checksums.forEach((name, sum) -> lines.append(sum).append("  ").append(name).append('\n'));
    Files.writeString(directory.resolve(CHECKSUMS), lines);
  }

  /**
   * Checks the files of a directory against the checksums that were kept.
   *
   * @throws IOException when there are none, a file is missing, or it has changed
   */
  static void check(Path directory) throws IOException {
    for (String line : Files.readAllLines(directory.resolve(CHECKSUMS))) {
      Path file = directory.resolve(line.substring(line.indexOf("  ") + 2));
      MessageDigest digest = sha256();
      try (InputStream in = Files.newInputStream(file)) {
        byte[] buffer = new byte[1 << 16];
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          digest.update(buffer, 0, read);
        }
      }
      if (!line.startsWith(HexFormat.of().formatHex(digest.digest()))) {
        throw new IOException(
            file + " is not as it was downloaded; delete the directory and download it again");
      }
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static void remove(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (var files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }
}
